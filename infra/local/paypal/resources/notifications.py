"""Events that were told, and whether a transmission is genuine."""

from infra.local.paypal.account import Account
from infra.local.paypal.reading import known_only, query_integer
from infra.local.paypal.routes import Call, Route, reading
from infra.local.paypal.times import read_time, written_in_milliseconds
from infra.local.provider.exchange import Json


def list_events(call: Call) -> Json:
    """Newest first."""
    account, query = call.account, call.query
    begin, end = _instant(query, "start_time", 0), _instant(query, "end_time", account.now())
    wanted_type, transaction = query.get("event_type"), query.get("transaction_id")
    rows = [
        event
        for event in account.store.newest_first("event")
        if begin <= event["created_at"] <= end
        and wanted_type in (None, event["event_type"])
        and transaction in (None, event["resource"].get("id"))
    ]
    size = query_integer(query, "page_size", 10, most=300)
    path = "/v1/notifications/webhooks-events"
    return {
        "events": [as_event(account, event) for event in rows[:size]],
        "count": len(rows[:size]),
        "links": [account.link(path, "self")],
    }


def _instant(query: Json, name: str, default: int) -> int:
    return read_time(query[name], name, location="query") if name in query else default


def get_event(call: Call) -> Json:
    return as_event(call.account, call.account.get("event", call.id))


def resend_event(call: Call) -> Json:
    known_only(call.body, "webhook_ids")
    event = call.account.get("event", call.id)
    call.account.resend(event, call.body.get("webhook_ids"))
    return as_event(call.account, event)


def verify_signature(call: Call) -> Json:
    is_genuine = call.account.verify(call.raw_body)
    return {"verification_status": "SUCCESS" if is_genuine else "FAILURE"}


def as_event(account: Account, event: Json) -> Json:
    path = f"/v1/notifications/webhooks-events/{event['id']}"
    version = {"resource_version": event["resource_version"]} if event["resource_version"] else {}
    return {
        "id": event["id"],
        "event_version": "1.0",
        "create_time": written_in_milliseconds(event["created_at"]),
        "resource_type": event["resource_type"],
        **version,
        "event_type": event["event_type"],
        "summary": event["summary"],
        "resource": event["resource"],
        "links": [account.link(path, "self"), account.link(f"{path}/resend", "resend", "POST")],
    }


_PATH = "/v1/notifications/webhooks-events"
ROUTES = (
    reading(_PATH, list_events, "page_size start_time end_time transaction_id event_type"),
    reading(f"{_PATH}/{{event_id}}", get_event),
    Route("POST", f"{_PATH}/{{event_id}}/resend", resend_event, status=202),
    Route("POST", "/v1/notifications/verify-webhook-signature", verify_signature),
)
