"""/v1/payment_methods: made from test tokens only, attached, changed, detached."""

from infra.local.stripe.account import Account
from infra.local.stripe.cards import card_named, card_object
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import address_of, billing_details
from infra.local.stripe.wire import (
    Json,
    integer,
    mapping,
    merged_metadata,
    one_of,
    required,
    text,
)

_REDISPLAY = ("always", "limited", "unspecified")


def create_payment_method(call: Call) -> Json:
    params = call.params
    if required(params, "type") != "card":
        raise invalid_request("The stand-in knows only cards.", param="type")
    token = text(mapping(params, "card"), "token")
    if token is None:
        raise invalid_request(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. "
            "Use a test token such as card[token]=tok_visa.",
            param="card[number]",
        )
    return new_card(call.account, token, params)


def new_card(account: Account, token: str, params: Json) -> Json:
    """A fresh payment method for a test card; how the card behaves is noted beside it."""
    card = card_named(token)
    method = account.new(
        "payment_method",
        "pm",
        allow_redisplay=one_of(params, "allow_redisplay", _REDISPLAY, "unspecified"),
        billing_details=billing_details(mapping(params, "billing_details")),
        card=card_object(card, account.ids.token(16)),
        customer=None,
        customer_account=None,
        livemode=False,
        metadata=merged_metadata({}, params),
        type="card",
    )
    account.note(method["id"])["conduct"] = card.conduct
    return account.add(method)


def resolve(account: Account, method_id: str, *, param: str = "payment_method") -> Json:
    """The named payment method; `pm_card_…` makes a new one, as in Stripe's test mode."""
    if method_id.startswith("pm_card_"):
        return new_card(account, method_id, {})
    return account.get("payment_method", method_id, param=param)


def attach(call: Call) -> Json:
    customer = call.account.get("customer", required(call.params, "customer"), param="customer")
    return attach_to(call.account, call.id, customer["id"])


def attach_to(account: Account, method_id: str, customer_id: str) -> Json:
    method = resolve(account, method_id)
    if method["customer"] == customer_id:
        return method
    note = account.note(method["id"])
    if method["customer"] is not None or note.get("was_detached"):
        raise refused(
            "The payment method you provided has already been attached to a customer or was "
            "detached from one. It cannot be used again."
        )
    return account.change(method, {"customer": customer_id}, "payment_method.attached")


def detach(call: Call) -> Json:
    """A detached payment method cannot be attached again; nobody keeps it as a default."""
    account = call.account
    method = account.get("payment_method", call.id)
    if method["customer"] is None:
        raise refused("The payment method you provided is not attached to a customer.")
    customer = account.get("customer", method["customer"])
    account.note(call.id)["was_detached"] = True
    account.change(method, {"customer": None}, "payment_method.detached")
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == call.id:
        changes = {"invoice_settings": {**settings, "default_payment_method": None}}
        account.change(customer, changes, "customer.updated")
    for subscription in account.store.linked("subscription", "customer", customer["id"]):
        if subscription["default_payment_method"] == call.id:
            account.change(
                subscription, {"default_payment_method": None}, "customer.subscription.updated"
            )
    return method


def update_payment_method(call: Call) -> Json:
    account, params = call.account, call.params
    method = account.get("payment_method", call.id)
    details, card = mapping(params, "billing_details"), mapping(params, "card")
    changes: Json = {
        "metadata": merged_metadata(method["metadata"], params),
        "billing_details": {
            **method["billing_details"],
            **{name: text(details, name) for name in details if name != "address"},
            "address": address_of(details, "address", method["billing_details"]["address"]),
        },
    }
    if "allow_redisplay" in params:
        changes["allow_redisplay"] = one_of(params, "allow_redisplay", _REDISPLAY, "unspecified")
    if card:
        dates = {name: integer(card, name) for name in ("exp_month", "exp_year") if name in card}
        changes["card"] = {**method["card"], **dates}
    return account.change(method, changes, "payment_method.updated")


ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/payment_methods",
        create_payment_method,
        "allow_redisplay billing_details card metadata type",
    ),
    route(
        "POST",
        "/v1/payment_methods/{id}",
        update_payment_method,
        "allow_redisplay billing_details card metadata",
    ),
    route("POST", "/v1/payment_methods/{id}/attach", attach, "customer"),
    route("POST", "/v1/payment_methods/{id}/detach", detach),
)
