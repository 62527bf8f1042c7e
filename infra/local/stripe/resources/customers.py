"""/v1/customers: create, change, delete."""

from infra.local.stripe.account import Account
from infra.local.stripe.billing.standing import end_subscription
from infra.local.stripe.errors import invalid_request
from infra.local.stripe.expand import tombstone
from infra.local.stripe.lists import CURSOR_PARAMS, page
from infra.local.stripe.resources.payment_methods import attach_to
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import address_of, empty_address
from infra.local.stripe.wire import Json, integer, mapping, merged_metadata, one_of, sequence, text

_TEXTS = ("description", "email", "name", "phone")
_CHANGEABLE = (
    "address balance business_name description email individual_name invoice_prefix "
    "invoice_settings metadata name next_invoice_sequence phone preferred_locales shipping "
    "tax_exempt"
)
_TAX_EXEMPT = ("none", "exempt", "reverse")


def create_customer(call: Call) -> Json:
    account, params = call.account, call.params
    customer = account.new(
        "customer",
        "cus",
        address=address_of(params, "address"),
        balance=integer(params, "balance") or 0,
        currency=None,
        customer_account=None,
        default_source=None,
        delinquent=False,
        discount=None,
        invoice_prefix=text(params, "invoice_prefix") or account.ids.token(8).upper(),
        invoice_settings=_invoice_settings(account, params, _NO_INVOICE_SETTINGS),
        livemode=False,
        metadata=merged_metadata({}, params),
        next_invoice_sequence=1,
        preferred_locales=sequence(params, "preferred_locales"),
        shipping=_shipping(params, None),
        tax_exempt=one_of(params, "tax_exempt", _TAX_EXEMPT, "none"),
        test_clock=None,
        **{name: text(params, name) for name in _TEXTS},
    )
    _refuse_bad_email(customer["email"])
    account.add(customer, "customer.created")
    method = text(params, "payment_method")
    if method:
        attach_to(account, method, customer["id"])
    return customer


def update_customer(call: Call) -> Json:
    account, params = call.account, call.params
    customer = account.get("customer", call.id)
    changes: Json = {name: text(params, name) for name in _TEXTS if name in params}
    changes["metadata"] = merged_metadata(customer["metadata"], params)
    changes["address"] = address_of(params, "address", customer["address"])
    changes["shipping"] = _shipping(params, customer["shipping"])
    changes["invoice_settings"] = _invoice_settings(account, params, customer["invoice_settings"])
    if "balance" in params:
        changes["balance"] = integer(params, "balance") or 0
    if "tax_exempt" in params:
        changes["tax_exempt"] = one_of(params, "tax_exempt", _TAX_EXEMPT, "none")
    if "preferred_locales" in params:
        changes["preferred_locales"] = sequence(params, "preferred_locales")
    _refuse_bad_email(changes.get("email"))
    return account.change(customer, changes, "customer.updated")


def delete_customer(call: Call) -> Json:
    """Deleting cancels the subscriptions at once; invoices and charges stay readable."""
    account = call.account
    customer = account.get("customer", call.id)
    for subscription in account.store.linked("subscription", "customer", call.id):
        if subscription["status"] not in ("canceled", "incomplete_expired"):
            end_subscription(account, subscription)
    for method in account.store.linked("payment_method", "customer", call.id):
        account.change(method, {"customer": None})
    account.delete(customer, "customer.deleted")
    return tombstone("customer", call.id)


def list_balance_transactions(call: Call) -> Json:
    account = call.account
    account.get("customer", call.id, param="customer")
    rows = account.store.linked("customer_balance_transaction", "customer", call.id)
    url = f"/v1/customers/{call.id}/balance_transactions"
    return page(account.store, rows, call.params, url=url, kind="customer_balance_transaction")


_NO_INVOICE_SETTINGS: Json = {
    "custom_fields": None,
    "default_payment_method": None,
    "footer": None,
    "rendering_options": None,
}


def _invoice_settings(account: Account, params: Json, current: Json) -> Json:
    given = mapping(params, "invoice_settings")
    if "default_payment_method" not in given:
        return current
    method_id = text(given, "default_payment_method")
    if method_id:
        account.get("payment_method", method_id, param="invoice_settings[default_payment_method]")
    return {**current, "default_payment_method": method_id}


def _shipping(params: Json, current: Json | None) -> Json | None:
    given = mapping(params, "shipping")
    if not given:
        return None if params.get("shipping") == "" else current
    return {
        "address": address_of(given, "address") or empty_address(),
        "name": text(given, "name"),
        "phone": text(given, "phone"),
    }


def _refuse_bad_email(email: str | None) -> None:
    if email is not None and ("@" not in email or " " in email or len(email) > 512):
        raise invalid_request(
            f"Invalid email address: {email}", code="email_invalid", param="email"
        )


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/customers", create_customer, f"{_CHANGEABLE} payment_method"),
    route("POST", "/v1/customers/{id}", update_customer, _CHANGEABLE),
    route("DELETE", "/v1/customers/{id}", delete_customer),
    Route(
        "GET",
        "/v1/customers/{id}/balance_transactions",
        list_balance_transactions,
        CURSOR_PARAMS | {"invoice"},
    ),
)
