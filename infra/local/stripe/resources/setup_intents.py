"""/v1/setup_intents: keeping a card for later."""

from infra.local.stripe.account import Account
from infra.local.stripe.cards import conduct_of, decline_of
from infra.local.stripe.errors import refused
from infra.local.stripe.resources.payment_methods import attach_to, resolve
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.wire import Json, flag, merged_metadata, one_of, text

_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_USAGES = ("off_session", "on_session")


def create_setup_intent(call: Call) -> Json:
    account, params = call.account, call.params
    customer_id = text(params, "customer")
    if customer_id:
        account.get("customer", customer_id, param="customer")
    intent_id = account.ids.new("seti")
    intent: Json = {
        "id": intent_id,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{account.ids.token(25)}",
        "created": account.now(),
        "customer": customer_id,
        "customer_account": None,
        "description": text(params, "description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": merged_metadata({}, params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": one_of(params, "usage", _USAGES, "off_session"),
    }
    _take_method(account, intent, params)
    account.add(intent, "setup_intent.created")
    return _confirm(account, intent) if flag(params, "confirm") else intent


def confirm_setup_intent(call: Call) -> Json:
    intent = call.account.get("setup_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected_state(intent, "confirm")
    _take_method(call.account, intent, call.params)
    return _confirm(call.account, intent)


def cancel_setup_intent(call: Call) -> Json:
    intent = call.account.get("setup_intent", call.id)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected_state(intent, "cancel")
    changes = {
        "status": "canceled",
        "cancellation_reason": text(call.params, "cancellation_reason"),
        "next_action": None,
    }
    return call.account.change(intent, changes, "setup_intent.canceled")


def update_setup_intent(call: Call) -> Json:
    intent = call.account.get("setup_intent", call.id)
    _take_method(call.account, intent, call.params)
    changes: Json = {"metadata": merged_metadata(intent["metadata"], call.params)}
    if "description" in call.params:
        changes["description"] = text(call.params, "description")
    return call.account.change(intent, changes)


def _take_method(account: Account, intent: Json, params: Json) -> None:
    method_id = text(params, "payment_method")
    if method_id is None:
        return
    intent["payment_method"] = resolve(account, method_id)["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"


def _confirm(account: Account, intent: Json) -> Json:
    method_id = intent["payment_method"]
    if method_id is None:
        raise refused(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    conduct = conduct_of(account, method_id)
    if conduct == "authenticates" and intent["status"] != "requires_action":
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        waiting = {"status": "requires_action", "next_action": action}
        return account.change(intent, waiting, "setup_intent.requires_action")
    # The card 0341 can be saved and declines only when it is charged.
    decline = None if conduct == "generic_decline" else decline_of(conduct)
    if decline:
        error = {**decline.error, "payment_method": account.store.find(method_id)}
        failed = {
            "status": "requires_payment_method",
            "last_setup_error": error,
            "payment_method": None,
        }
        account.change(intent, failed, "setup_intent.setup_failed")
        decline.error |= {"setup_intent": intent}
        raise decline
    if intent["customer"]:
        attach_to(account, method_id, intent["customer"])
    return account.change(
        intent, {"status": "succeeded", "next_action": None}, "setup_intent.succeeded"
    )


def _unexpected_state(intent: Json, verb: str) -> Exception:
    error = refused(
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
    )
    error.error |= {"setup_intent": intent}
    return error


ROUTES: tuple[Route, ...] = (
    route(
        "POST",
        "/v1/setup_intents",
        create_setup_intent,
        "automatic_payment_methods confirm customer description metadata payment_method "
        "payment_method_types return_url usage",
    ),
    route(
        "POST",
        "/v1/setup_intents/{id}",
        update_setup_intent,
        "description metadata payment_method",
    ),
    route(
        "POST",
        "/v1/setup_intents/{id}/confirm",
        confirm_setup_intent,
        "payment_method return_url",
    ),
    route("POST", "/v1/setup_intents/{id}/cancel", cancel_setup_intent, "cancellation_reason"),
)
