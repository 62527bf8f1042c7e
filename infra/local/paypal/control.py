"""`/_control/…`: what only this stand-in can be told, on top of what they all can."""

from functools import partial
from typing import Any

from infra.local.paypal.certificates import VARIANTS
from infra.local.paypal.people import PEOPLE, PersonsAction
from infra.local.paypal.standin import StandIn
from infra.local.paypal.webhooks import CERTIFICATES, Endpoint, SigningPlan
from infra.local.provider.control import Action, Actions, Controls, plan_fields
from infra.local.provider.exchange import Json


class Control(Controls[StandIn]):
    def __init__(self, standin: StandIn) -> None:
        people = {name: _by_hand(act) for name, act in PEOPLE.items()}
        super().__init__(standin, ACTIONS, {**people, "call": call})


def _by_hand(act: PersonsAction) -> Action[StandIn]:
    return partial(_act, act)


def _act(act: PersonsAction, standin: StandIn, body: Json) -> Any:
    with standin.account.lock:
        return act(standin.account, body)


def call(standin: StandIn, body: Json) -> Any:
    """Any route of the API, as the merchant on PayPal's site: `{method, path, body?, query?}`."""
    query = body.get("query") or {}
    return standin.api.as_merchant(body["method"], body["path"], body.get("body"), **query)


def set_webhooks(standin: StandIn, body: Json) -> Json:
    """`endpoints: [{url, webhook_id, event_types?}]`, any field of the plan and of the signing."""
    courier = standin.dispatcher
    if "endpoints" in body:
        courier.set_endpoints(
            Endpoint(e["url"], e["webhook_id"], tuple(e.get("event_types", ("*",))))
            for e in body["endpoints"]
        )
    signing = {name: body[name] for name in SigningPlan.__slots__ if name in body}
    if signing:
        courier.configure_signing(**signing)
    plan = plan_fields(body)
    if plan:
        courier.configure(**plan)
    return courier.report()


def resend(standin: StandIn, body: Json) -> Json:
    """`{event_ids?: […], webhook_ids?: […]}`: new transmissions of old events."""
    wanted = body.get("event_ids")
    events = [e for e in standin.events() if wanted is None or e["id"] in wanted]
    for event in events:
        standin.resend(event, body.get("webhook_ids"))
    return {"events": len(events), **standin.dispatcher.report()}


def certificates(standin: StandIn, _body: Json) -> Json:
    """The root to pin, and where each leaf is published."""
    base = f"{standin.account.api_base}{CERTIFICATES}"
    return {
        "root_pem": standin.authority.root_pem.decode(),
        "addresses": {v: f"{base}{standin.authority.leaf(v).id}" for v in VARIANTS},
    }


def revoke_tokens(standin: StandIn, _body: Json) -> Json:
    return {"revoked": standin.api.tokens.revoke_all(), "issued": standin.api.tokens.issued}


def list_events(standin: StandIn, _body: Json) -> Json:
    """Everything that was told, oldest first, with what was sent of it."""
    sent = standin.dispatcher.sent
    return {
        "events": [
            {**event, "transmissions": [t.id for t in sent(event["id"])]}
            for event in standin.events()
        ]
    }


def export(standin: StandIn, _body: Json) -> Json:
    with standin.account.lock:
        return standin.dump()


ACTIONS: Actions[StandIn] = {
    ("POST", "webhooks"): set_webhooks,
    ("POST", "webhooks/resend"): resend,
    ("GET", "certificates"): certificates,
    ("POST", "tokens/revoke"): revoke_tokens,
    ("GET", "events"): list_events,
    ("GET", "export"): export,
}
