"""What the merchant's people, the banks and the customers do at the provider, not through us.

Each action takes JSON and leaves events without a request id or an idempotency key.
"""

from collections.abc import Callable
from typing import Any

from infra.local.stripe.api import Api
from infra.local.stripe.resources.disputes import close_dispute, open_dispute, withdraw_funds
from infra.local.stripe.resources.refunds import fail_refund, require_action, succeed_refund
from infra.local.stripe.wire import Json

type DashboardAction = Callable[[Api, Json], Json]


def call(api: Api, body: Json) -> Json:
    """Any route of the API: `{method, path, params}`."""
    return api.as_dashboard(body["method"], body["path"], as_form(body.get("params", {})))


def refund(api: Api, body: Json) -> Json:
    return api.as_dashboard("POST", "/v1/refunds", as_form(body))


def refund_succeeds(api: Api, body: Json) -> Json:
    with api.account.lock:
        return succeed_refund(api.account, api.account.get("refund", body["refund"]))


def refund_fails(api: Api, body: Json) -> Json:
    why = body.get("failure_reason", "lost_or_stolen_card")
    with api.account.lock:
        return fail_refund(api.account, api.account.get("refund", body["refund"]), why=why)


def refund_requires_action(api: Api, body: Json) -> Json:
    with api.account.lock:
        return require_action(api.account, api.account.get("refund", body["refund"]))


def cancel(api: Api, body: Json) -> Json:
    path = f"/v1/subscriptions/{body['subscription']}"
    if body.get("at_period_end"):
        return api.as_dashboard("POST", path, {"cancel_at_period_end": "true"})
    return api.as_dashboard("DELETE", path, {})


def undo_cancel(api: Api, body: Json) -> Json:
    path = f"/v1/subscriptions/{body['subscription']}"
    return api.as_dashboard("POST", path, {"cancel_at_period_end": "false"})


def pause(api: Api, body: Json) -> Json:
    """Pauses collection; `resumes_at` in epoch seconds ends it by itself."""
    given = {"behavior": body.get("behavior", "void"), "resumes_at": body.get("resumes_at", "")}
    path = f"/v1/subscriptions/{body['subscription']}"
    return api.as_dashboard("POST", path, {"pause_collection": as_form(given)})


def resume(api: Api, body: Json) -> Json:
    path = f"/v1/subscriptions/{body['subscription']}"
    return api.as_dashboard("POST", path, {"pause_collection": ""})


def change_plan(api: Api, body: Json) -> Json:
    subscription = api.account.get("subscription", body["subscription"])
    item: Json = {"id": subscription["items"]["data"][0]["id"], "price": body["price"]}
    params: Json = {"items": [item]}
    if "proration_behavior" in body:
        params["proration_behavior"] = body["proration_behavior"]
    return api.as_dashboard("POST", f"/v1/subscriptions/{subscription['id']}", params)


def delete_customer(api: Api, body: Json) -> Json:
    return api.as_dashboard("DELETE", f"/v1/customers/{body['customer']}", {})


def update_customer(api: Api, body: Json) -> Json:
    fields = {name: value for name, value in body.items() if name != "customer"}
    return api.as_dashboard("POST", f"/v1/customers/{body['customer']}", as_form(fields))


def dispute(api: Api, body: Json) -> Json:
    """`withdraw: false` opens an inquiry, from which no money has moved yet."""
    with api.account.lock:
        return open_dispute(
            api.account,
            api.account.get("charge", body["charge"]),
            amount=body.get("amount"),
            reason=body.get("reason", "fraudulent"),
            withdraw=body.get("withdraw", True),
        )


def dispute_withdraw(api: Api, body: Json) -> Json:
    with api.account.lock:
        return withdraw_funds(api.account, api.account.get("dispute", body["dispute"]))


def dispute_close(api: Api, body: Json) -> Json:
    with api.account.lock:
        found = api.account.get("dispute", body["dispute"])
        return close_dispute(api.account, found, won=body["won"])


def emit(api: Api, body: Json) -> Json:
    """An event of any type about any object, known or not: `{type, object}`."""
    with api.account.lock:
        api.account.emit(body["type"], body["object"])
        return dict(body["object"])


def upcoming_invoice(api: Api, body: Json) -> Json:
    """`invoice.upcoming` announces an invoice that has no id yet."""
    with api.account.lock:
        subscription = api.account.get("subscription", body["subscription"])
        latest = api.account.get("invoice", subscription["latest_invoice"])
        upcoming = {name: value for name, value in latest.items() if name != "id"}
        upcoming |= {"status": "draft", "billing_reason": "upcoming", "number": None}
        api.account.emit("invoice.upcoming", upcoming)
        return upcoming


def card(api: Api, body: Json) -> Json:
    """How a saved card behaves from now on: `succeeds`, `generic_decline`, … (cards.py)."""
    with api.account.lock:
        method = api.account.get("payment_method", body["payment_method"])
        api.account.note(method["id"])["conduct"] = body["conduct"]
        return method


def as_form(value: Any) -> Any:
    """JSON values as the text that a form would carry."""
    match value:
        case dict():
            return {name: as_form(child) for name, child in value.items()}
        case list():
            return [as_form(child) for child in value]
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return str(value)


DASHBOARD: dict[str, DashboardAction] = {
    "call": call,
    "cancel": cancel,
    "card": card,
    "change_plan": change_plan,
    "delete_customer": delete_customer,
    "dispute": dispute,
    "dispute_close": dispute_close,
    "dispute_withdraw": dispute_withdraw,
    "emit": emit,
    "pause": pause,
    "refund": refund,
    "refund_fails": refund_fails,
    "refund_requires_action": refund_requires_action,
    "refund_succeeds": refund_succeeds,
    "resume": resume,
    "undo_cancel": undo_cancel,
    "upcoming_invoice": upcoming_invoice,
    "update_customer": update_customer,
}
