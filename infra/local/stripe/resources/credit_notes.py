"""/v1/credit_notes: less to pay before, money or credit back after."""

from typing import Any

from infra.local.stripe.account import Account
from infra.local.stripe.billing.customer_balance import add_balance_transaction
from infra.local.stripe.billing.invoicing import default_payment, mark_paid
from infra.local.stripe.billing.taxes import share_of_taxes, totals
from infra.local.stripe.cards import conduct_of
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.resources.refunds import make_refund, refuse_unrefundable
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import amount_of
from infra.local.stripe.store import list_object
from infra.local.stripe.wire import Json, mappings, merged_metadata, required, text

_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")


def create_credit_note(call: Call) -> Json:
    account, params = call.account, call.params
    invoice = account.get("invoice", required(params, "invoice"), param="invoice")
    if invoice["status"] not in ("open", "paid"):
        raise refused("Credit notes need an invoice that is open or paid.", param="invoice")
    amount, lines = _lines_of(account, params, invoice)
    pre = min(amount, invoice["amount_remaining"])
    credit_note: Json = _new_credit_note(account, params, invoice, amount, pre, lines)
    post = amount - pre
    parts = {
        name: amount_of(params, name, invoice["currency"], smallest=0) or 0
        for name in ("refund_amount", "credit_amount", "out_of_band_amount")
    }
    linked = [account.get("refund", r["refund"], param="refunds") for r in _refunds(params)]
    for refund in linked:
        _refuse_unlinkable(account, invoice, refund)
    if sum(parts.values()) + sum(r["amount"] for r in linked) != post:
        raise refused(
            "The sum of refund_amount, credit_amount, out_of_band_amount and refunds must equal "
            f"the post-payment amount, {post}.",
        )
    _give_back(account, credit_note, invoice, parts, linked)
    account.add(credit_note, "credit_note.created")
    _reduce(account, invoice, pre=pre, post=post)
    return credit_note


def void_credit_note(call: Call) -> Json:
    account = call.account
    credit_note = account.get("credit_note", call.id)
    if credit_note["status"] == "void" or credit_note["post_payment_amount"]:
        raise refused("This credit note cannot be voided.")
    invoice = account.get("invoice", credit_note["invoice"])
    _reduce(account, invoice, pre=-credit_note["pre_payment_amount"], post=0)
    changes = {"status": "void", "voided_at": account.now()}
    return account.change(credit_note, changes, "credit_note.voided")


def update_credit_note(call: Call) -> Json:
    credit_note = call.account.get("credit_note", call.id)
    changes: Json = {"metadata": merged_metadata(credit_note["metadata"], call.params)}
    if "memo" in call.params:
        changes["memo"] = text(call.params, "memo")
    return call.account.change(credit_note, changes, "credit_note.updated")


def _new_credit_note(
    account: Account, params: Json, invoice: Json, amount: int, pre: int, lines: list[Json]
) -> Json:
    reason = text(params, "reason")
    if reason is not None and reason not in _REASONS:
        raise invalid_request("Invalid reason", param="reason")
    kind = "pre_payment" if pre == amount else "post_payment" if pre == 0 else "mixed"
    earlier = account.store.linked("credit_note", "invoice", invoice["id"])
    credit_note_id = account.ids.new("cn")
    return {
        "id": credit_note_id,
        "object": "credit_note",
        "amount": amount,
        "amount_shipping": 0,
        "created": account.now(),
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": account.now(),
        "invoice": invoice["id"],
        "lines": list_object(lines, f"/v1/credit_notes/{credit_note_id}/lines"),
        "livemode": False,
        "memo": text(params, "memo"),
        "metadata": merged_metadata({}, params),
        "number": f"{invoice['number']}-CN-{len(earlier) + 1:02d}",
        "out_of_band_amount": None,
        "pdf": f"https://pay.stripe.com/credit_notes/{credit_note_id}/pdf",
        "post_payment_amount": amount - pre,
        "pre_payment_amount": pre,
        "pretax_credit_amounts": [],
        "reason": reason,
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "type": kind,
        "voided_at": None,
        **_taxed(invoice, amount),
    }


def _taxed(invoice: Json, amount: int) -> Json:
    """`amount` includes tax, in the invoice's proportion
    (https://docs.stripe.com/tax/invoicing/refunds)."""
    taxes = share_of_taxes(invoice["total_taxes"], amount, invoice["total"] or 1)
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    return totals(amount - exclusive, taxes)


def _lines_of(account: Account, params: Json, invoice: Json) -> tuple[int, list[Json]]:
    given = mappings(params, "lines")
    if not given:
        amount = amount_of(params, "amount", invoice["currency"])
        if amount is None:
            raise invalid_request("One of amount or lines is needed.", code="parameter_missing")
        rows = [_line(account, amount, "Credit", None)]
    else:
        by_id = {line["id"]: line for line in invoice["lines"]["data"]}
        rows = [_given_line(account, row, by_id) for row in given]
    total = sum(row["amount"] for row in rows)
    credited = invoice["pre_payment_credit_notes_amount"]
    credited += invoice["post_payment_credit_notes_amount"]
    if total > invoice["total"] - credited:
        raise refused("The credit note is larger than what is left of the invoice.")
    return total, rows


def _given_line(account: Account, row: Json, by_id: dict[str, Json]) -> Json:
    if row.get("type") == "invoice_line_item":
        original = by_id.get(required(row, "invoice_line_item"))
        if original is None:
            raise invalid_request("No such invoice line item", param="lines")
        amount = int(text(row, "amount") or original["amount"])
        return _line(account, amount, original["description"], original["id"])
    quantity = int(text(row, "quantity") or 1)
    return _line(account, int(required(row, "unit_amount")) * quantity, text(row, "description"))


def _line(
    account: Account, amount: int, description: str | None, invoice_line: str | None = None
) -> Json:
    line: dict[str, Any] = {
        "id": account.ids.new("cnli"),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": description,
        "discount_amount": 0,
        "discount_amounts": [],
        "livemode": False,
        "pretax_credit_amounts": [],
        "quantity": 1,
        "tax_rates": [],
        "taxes": [],
        "type": "invoice_line_item" if invoice_line else "custom_line_item",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    return {**line, "invoice_line_item": invoice_line} if invoice_line else line


def _refunds(params: Json) -> list[Json]:
    return [{"refund": required(row, "refund")} for row in mappings(params, "refunds")]


def _refuse_unlinkable(account: Account, invoice: Json, refund: Json) -> None:
    """It has to be of this invoice's payment, alive, and on no other note."""
    if refund["status"] in ("failed", "canceled"):
        raise refused("A refund that has failed cannot be linked.", param="refunds")
    if refund["charge"] != _charge_of(account, invoice)["id"]:
        raise refused("The refund is of another payment.", param="refunds")
    notes = account.store.linked("credit_note", "invoice", invoice["id"])
    if any(refund["id"] == row["refund"] for note in notes for row in note["refunds"]):
        raise refused("The refund is linked to another credit note.", param="refunds")


def _give_back(
    account: Account, credit_note: Json, invoice: Json, parts: dict[str, int], linked: list[Json]
) -> None:
    refunds = list(linked)
    if parts["refund_amount"]:
        charge = _charge_of(account, invoice)
        refuse_unrefundable(charge, parts["refund_amount"])
        conduct = conduct_of(account, charge["payment_method"])
        refunds.append(
            make_refund(
                account,
                charge,
                amount=parts["refund_amount"],
                metadata={},
                reason=None,
                conduct=conduct,
            )
        )
    credit_note["refunds"] = [
        {
            "amount_refunded": refund["amount"],
            "payment_record_refund": None,
            "refund": refund["id"],
            "type": "refund",
        }
        for refund in refunds
    ]
    credit_note["out_of_band_amount"] = parts["out_of_band_amount"] or None
    if parts["credit_amount"]:
        _credit_balance(account, credit_note, parts["credit_amount"])


def _credit_balance(account: Account, credit_note: Json, amount: int) -> None:
    customer = account.get("customer", credit_note["customer"])
    balance = customer["balance"] - amount
    account.change(customer, {"balance": balance}, "customer.updated")
    moved = add_balance_transaction(
        account,
        customer,
        -amount,
        kind="credit_note",
        ending=balance,
        credit_note=credit_note["id"],
        invoice=credit_note["invoice"],
    )
    credit_note["customer_balance_transaction"] = moved["id"]


def _charge_of(account: Account, invoice: Json) -> Json:
    for payment in account.store.linked("invoice_payment", "invoice", invoice["id"]):
        paid = payment["payment"]
        if payment["status"] == "paid" and paid["type"] == "charge":
            return account.get("charge", paid["charge"])
        if payment["status"] == "paid":
            intent = account.get("payment_intent", paid["payment_intent"])
            return account.get("charge", intent["latest_charge"])
    raise refused("There is no payment to refund on this invoice.", param="refund_amount")


def _reduce(account: Account, invoice: Json, *, pre: int, post: int) -> None:
    remaining = invoice["amount_remaining"] - pre
    changes = {
        "pre_payment_credit_notes_amount": invoice["pre_payment_credit_notes_amount"] + pre,
        "post_payment_credit_notes_amount": invoice["post_payment_credit_notes_amount"] + post,
        "amount_due": invoice["amount_due"] - pre,
        "amount_remaining": remaining,
    }
    account.change(invoice, changes, "invoice.updated")
    payment = default_payment(account, invoice)
    if pre and payment:
        intent = account.get("payment_intent", payment["payment"]["payment_intent"])
        account.change(payment, {"amount_requested": remaining})
        account.change(intent, {"amount": remaining})
    if invoice["status"] == "open" and remaining == 0:
        mark_paid(account, invoice, out_of_band=True)


ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/credit_notes",
        create_credit_note,
        "amount credit_amount email_type invoice lines memo metadata out_of_band_amount reason "
        "refund_amount refunds",
    ),
    route("POST", "/v1/credit_notes/{id}", update_credit_note, "memo metadata"),
    route("POST", "/v1/credit_notes/{id}/void", void_credit_note),
)
