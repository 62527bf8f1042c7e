"""/v1/invoices and /v1/invoiceitems for what is billed by hand."""

from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import collect_invoice
from infra.local.stripe.billing.invoicing import (
    draft_invoice,
    finalize_invoice,
    mark_paid,
    mark_uncollectible,
    set_lines,
    void_invoice,
)
from infra.local.stripe.billing.lines import (
    assign_items,
    item_line,
    new_invoiceitem,
    take_pending_items,
)
from infra.local.stripe.billing.taxes import rates_of
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.expand import tombstone
from infra.local.stripe.resources.payment_methods import resolve
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import currency_of
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    merged_metadata,
    one_of,
    required,
    text,
)

_METHODS = ("charge_automatically", "send_invoice")
_PENDING = ("exclude", "include")


def create_invoice(call: Call) -> Json:
    account, params = call.account, call.params
    customer = account.get("customer", required(params, "customer"), param="customer")
    currency = (text(params, "currency") or customer["currency"] or "usd").lower()
    takes_pending = one_of(params, "pending_invoice_items_behavior", _PENDING, "exclude")
    pending = take_pending_items(account, customer["id"], currency)
    items = pending if takes_pending == "include" else []
    invoice = draft_invoice(
        account,
        customer,
        currency=currency,
        lines=[item_line(account, item) for item in items],
        reason="manual",
        period=(account.now(), account.now()),
        auto_advance=flag(params, "auto_advance"),
        collection_method=one_of(params, "collection_method", _METHODS, "charge_automatically"),
        days_until_due=integer(params, "days_until_due"),
        metadata=merged_metadata({}, params),
        description=text(params, "description"),
        default_payment_method=text(params, "default_payment_method"),
        tax_rates=rates_of(account, params),
    )
    assign_items(account, items, invoice)
    return invoice


def update_invoice(call: Call) -> Json:
    invoice = call.account.get("invoice", call.id)
    changes: Json = {"metadata": merged_metadata(invoice["metadata"], call.params)}
    if "description" in call.params:
        _refuse_unless_draft(invoice)
        changes["description"] = text(call.params, "description")
    if "auto_advance" in call.params:
        changes["auto_advance"] = flag(call.params, "auto_advance")
    return call.account.change(invoice, changes, "invoice.updated")


def finalize(call: Call) -> Json:
    return finalize_invoice(call.account, call.account.get("invoice", call.id))


def send(call: Call) -> Json:
    invoice = call.account.get("invoice", call.id)
    if invoice["status"] == "draft":
        finalize_invoice(call.account, invoice)
    call.account.emit("invoice.sent", invoice)
    return invoice


def pay(call: Call) -> Json:
    account, params = call.account, call.params
    invoice = account.get("invoice", call.id)
    if invoice["status"] == "draft":
        finalize_invoice(account, invoice)
    if invoice["status"] == "paid":
        raise refused("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "void":
        raise refused("Voided invoices cannot be paid.", code="invoice_not_payable")
    if flag(params, "paid_out_of_band"):
        return mark_paid(account, invoice, out_of_band=True)
    method = text(params, "payment_method")
    method_id = resolve(account, method)["id"] if method else None
    decline = collect_invoice(
        account, invoice, method_id=method_id, off_session=flag(params, "off_session")
    )
    if decline:
        raise decline
    if invoice["status"] != "paid":
        raise refused(
            "There is no `default_payment_method` set on this Customer or Invoice, or it needs "
            "the customer's action.",
            code="invoice_payment_intent_requires_action",
        )
    return invoice


def void(call: Call) -> Json:
    return void_invoice(call.account, call.account.get("invoice", call.id))


def give_up(call: Call) -> Json:
    return mark_uncollectible(call.account, call.account.get("invoice", call.id))


def delete_invoice(call: Call) -> Json:
    invoice = call.account.get("invoice", call.id)
    _refuse_unless_draft(invoice)
    call.account.delete(invoice, "invoice.deleted")
    return tombstone("invoice", call.id)


def create_invoiceitem(call: Call) -> Json:
    account, params = call.account, call.params
    customer = account.get("customer", required(params, "customer"), param="customer")
    pricing, quantity = mapping(params, "pricing"), integer(params, "quantity") or 1
    price_id = text(pricing, "price")
    price = account.get("price", price_id, param="pricing[price]") if price_id else None
    amount = integer(params, "amount") if price is None else price["unit_amount"] * quantity
    if amount is None:
        raise invalid_request(
            "One of amount or pricing is needed.", code="parameter_missing", param="amount"
        )
    currency = price["currency"] if price else currency_of(params)
    item = new_invoiceitem(
        account,
        customer=customer["id"],
        currency=currency,
        amount=amount,
        description=text(params, "description") or _name_of(account, price),
        period=(account.now(), account.now()),
        price=price,
        quantity=quantity,
        metadata=merged_metadata({}, params),
    )
    invoice_id = text(params, "invoice")
    if invoice_id:
        invoice = account.get("invoice", invoice_id, param="invoice")
        _refuse_unless_draft(invoice)
        lines = [*invoice["lines"]["data"], item_line(account, item)]
        set_lines(invoice, lines)
        account.change(invoice, {})
        assign_items(account, [item], invoice)
    return item


def delete_invoiceitem(call: Call) -> Json:
    item = call.account.get("invoiceitem", call.id)
    if item["invoice"] is not None:
        raise refused("This invoice item is attached to an invoice.")
    call.account.delete(item, "invoiceitem.deleted")
    return tombstone("invoiceitem", call.id)


def _name_of(account: Account, price: Json | None) -> str | None:
    product = account.store.find(price["product"]) if price else None
    return str(product["name"]) if product else None


def _refuse_unless_draft(invoice: Json) -> None:
    if invoice["status"] != "draft":
        raise refused("This invoice is no longer editable", code="invoice_not_editable")


ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/invoices",
        create_invoice,
        "auto_advance collection_method currency customer days_until_due default_payment_method "
        "default_tax_rates description metadata pending_invoice_items_behavior",
    ),
    route("POST", "/v1/invoices/{id}", update_invoice, "auto_advance description metadata"),
    route("DELETE", "/v1/invoices/{id}", delete_invoice),
    route("POST", "/v1/invoices/{id}/finalize", finalize, "auto_advance"),
    route("POST", "/v1/invoices/{id}/pay", pay, "off_session paid_out_of_band payment_method"),
    route("POST", "/v1/invoices/{id}/void", void),
    route("POST", "/v1/invoices/{id}/mark_uncollectible", give_up),
    route("POST", "/v1/invoices/{id}/send", send),
    route(
        "POST",
        "/v1/invoiceitems",
        create_invoiceitem,
        "amount currency customer description invoice metadata pricing quantity",
    ),
    route("DELETE", "/v1/invoiceitems/{id}", delete_invoiceitem),
)
