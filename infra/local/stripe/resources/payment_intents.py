"""/v1/payment_intents: one-off payments."""

from infra.local.stripe.account import Account
from infra.local.stripe.billing.invoicing import invoice_paid_by, mark_paid
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.intents import cancel_intent, new_intent
from infra.local.stripe.payments import confirm, settle_charge
from infra.local.stripe.resources.payment_methods import attach_to, resolve
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import address_of, amount_of, currency_of, empty_address
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    merged_metadata,
    one_of,
    text,
)

_CAPTURES = ("automatic", "automatic_async", "manual")
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE = (*_CONFIRMABLE, "requires_capture", "processing")
_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")


def create_payment_intent(call: Call) -> Json:
    account, params = call.account, call.params
    currency = currency_of(params)
    amount = amount_of(params, "amount", currency)
    if amount is None:
        raise invalid_request(
            "Missing required param: amount.", code="parameter_missing", param="amount"
        )
    customer_id = text(params, "customer")
    if customer_id:
        account.get("customer", customer_id, param="customer")
    intent = new_intent(
        account,
        amount=amount,
        currency=currency,
        customer=customer_id,
        capture_method=one_of(params, "capture_method", _CAPTURES, "automatic_async"),
        description=text(params, "description"),
        metadata=merged_metadata({}, params),
        receipt_email=text(params, "receipt_email"),
        setup_future_usage=text(params, "setup_future_usage"),
        shipping=_shipping(params),
    )
    _take_method(account, intent, params)
    account.add(intent, "payment_intent.created")
    return confirm_or_raise(call, intent) if flag(params, "confirm") else intent


def confirm_payment_intent(call: Call) -> Json:
    intent = call.account.get("payment_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected_state(intent, "confirm")
    _take_method(call.account, intent, call.params)
    return confirm_or_raise(call, intent)


def confirm_or_raise(call: Call, intent: Json) -> Json:
    account = call.account
    if intent["payment_method"] is None:
        raise refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    if intent["status"] == "requires_action":
        # A second confirmation stands for the customer who has passed the bank's page.
        account.note(intent["payment_method"])["conduct"] = "succeeds"
    decline = confirm(account, intent, off_session=flag(call.params, "off_session"))
    if decline:
        decline.error |= {"payment_intent": intent}
        raise decline
    invoice = invoice_paid_by(account, intent)
    if invoice is not None and intent["status"] == "succeeded":
        mark_paid(account, invoice)
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(account, intent["payment_method"], intent["customer"])
    return intent


def capture_payment_intent(call: Call) -> Json:
    account, params = call.account, call.params
    intent = account.get("payment_intent", call.id)
    if intent["status"] != "requires_capture":
        raise _unexpected_state(intent, "capture")
    charge = account.get("charge", intent["latest_charge"])
    amount = integer(params, "amount_to_capture") or intent["amount_capturable"]
    if not 0 < amount <= intent["amount_capturable"]:
        raise refused("The amount to capture is too large.", param="amount_to_capture")
    charge |= {"amount_captured": amount, "captured": True}
    settle_charge(account, charge)
    account.emit("charge.captured", charge)
    return account.change(
        intent,
        {"status": "succeeded", "amount_received": amount, "amount_capturable": 0},
        "payment_intent.succeeded",
    )


def cancel_payment_intent(call: Call) -> Json:
    account = call.account
    intent = account.get("payment_intent", call.id)
    if intent["status"] not in _CANCELABLE:
        raise _unexpected_state(intent, "cancel")
    reason = text(call.params, "cancellation_reason")
    if reason is not None and reason not in _REASONS:
        raise invalid_request("Invalid cancellation_reason", param="cancellation_reason")
    return cancel_intent(account, intent, reason)


def update_payment_intent(call: Call) -> Json:
    account, params = call.account, call.params
    intent = account.get("payment_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected_state(intent, "update")
    changes: Json = {"metadata": merged_metadata(intent["metadata"], params)}
    if "amount" in params:
        changes["amount"] = amount_of(params, "amount", intent["currency"])
    for name in ("description", "receipt_email", "setup_future_usage"):
        if name in params:
            changes[name] = text(params, name)
    _take_method(account, intent, params)
    return account.change(intent, changes)


def _take_method(account: Account, intent: Json, params: Json) -> None:
    method_id = text(params, "payment_method")
    if method_id is None:
        return
    method = resolve(account, method_id)
    if method["customer"] not in (None, intent["customer"]):
        raise refused(
            "The provided PaymentMethod belongs to a different customer.", param="payment_method"
        )
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"


def _shipping(params: Json) -> Json | None:
    given = mapping(params, "shipping")
    if not given:
        return None
    return {
        "address": address_of(given, "address") or empty_address(),
        "name": text(given, "name"),
        "phone": text(given, "phone"),
        "carrier": None,
        "tracking_number": None,
    }


def _unexpected_state(intent: Json, verb: str) -> Exception:
    error = refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
    )
    error.error |= {"payment_intent": intent}
    return error


_CONFIRM_PARAMS = "off_session payment_method receipt_email return_url setup_future_usage"
ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/payment_intents",
        create_payment_intent,
        "amount automatic_payment_methods capture_method confirm currency customer description "
        f"metadata payment_method_types shipping {_CONFIRM_PARAMS}",
    ),
    route(
        "POST",
        "/v1/payment_intents/{id}",
        update_payment_intent,
        "amount description metadata payment_method receipt_email setup_future_usage",
    ),
    route("POST", "/v1/payment_intents/{id}/confirm", confirm_payment_intent, _CONFIRM_PARAMS),
    route(
        "POST",
        "/v1/payment_intents/{id}/capture",
        capture_payment_intent,
        "amount_to_capture metadata",
    ),
    route("POST", "/v1/payment_intents/{id}/cancel", cancel_payment_intent, "cancellation_reason"),
)
