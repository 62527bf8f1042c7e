"""`/_control/…`: what only this stand-in can be told, on top of what they all can."""

from functools import partial
from pathlib import Path

from infra.local.provider.control import Action, Actions, Controls, health, plan_fields
from infra.local.stripe.dashboard import DASHBOARD, DashboardAction
from infra.local.stripe.loading import load_account, read_account
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import Endpoint
from infra.local.stripe.wire import Json


class Control(Controls[StandIn]):
    def __init__(self, standin: StandIn) -> None:
        people = {name: _by_hand(act) for name, act in DASHBOARD.items()}
        super().__init__(standin, ACTIONS, people)


def _by_hand(act: DashboardAction) -> Action[StandIn]:
    return partial(_act, act)


def _act(act: DashboardAction, standin: StandIn, body: Json) -> Json:
    return act(standin.api, body)


def load(standin: StandIn, body: Json) -> Json:
    loaded = read_account(Path(body["path"])) if "path" in body else body
    load_account(standin.account, loaded)
    return health(standin, {})


def export(standin: StandIn, _body: Json) -> Json:
    """Everything as it stands, in the shape that `load` takes."""
    store = standin.account.store
    with standin.account.lock:
        kinds = [kind for kind in store.counts() if kind != "event"]
        objects = {kind: list(store.newest_first(kind)) for kind in kinds}
        return {"objects": objects, "events": standin.events()}


def set_webhooks(standin: StandIn, body: Json) -> Json:
    """`endpoints: [{url, secrets: […], enabled_events?: […]}]` and any field of the plan."""
    dispatcher = standin.dispatcher
    if "endpoints" in body:
        dispatcher.set_endpoints(
            Endpoint(e["url"], tuple(e["secrets"]), tuple(e.get("enabled_events", ("*",))))
            for e in body["endpoints"]
        )
    plan = plan_fields(body)
    if plan:
        dispatcher.configure(**plan)
    return dispatcher.report()


ACTIONS: Actions[StandIn] = {
    ("POST", "load"): load,
    ("GET", "export"): export,
    ("POST", "webhooks"): set_webhooks,
}
