"""`/_control/…`: what a test or a person may do to the provider that its API does not offer."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from infra.local.stripe.dashboard import DASHBOARD
from infra.local.stripe.errors import StripeError
from infra.local.stripe.faults import Fault
from infra.local.stripe.loading import load_account, read_account
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import DeliveryPlan, Endpoint
from infra.local.stripe.wire import Json

_DRAIN_SECONDS = 300.0
_DASHBOARD = "/_control/dashboard/"

type Action = Callable[["Control", Json], Any]


class ControlError(Exception):
    """The control request was wrong; the message says how."""


@dataclass(frozen=True, slots=True)
class Control:
    standin: StandIn

    def handle(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        action = _ACTIONS.get((method, path))
        if path.startswith(_DASHBOARD) and method == "POST":
            action = _dashboard_action(path.removeprefix(_DASHBOARD))
        if action is None:
            return 404, _json({"error": f"no such control: {method} {path}", "known": known()})
        try:
            return 200, _json(action(self, json.loads(body or b"{}")))
        except StripeError as error:
            return error.status, _json(error.envelope)
        except (ControlError, ValueError, TypeError, KeyError, OSError) as error:
            return 400, _json({"error": f"{type(error).__name__}: {error}"})


def known() -> list[str]:
    actions = [f"{method} {path}" for method, path in sorted(_ACTIONS, key=lambda a: a[1])]
    return [*actions, *(f"POST {_DASHBOARD}{name}" for name in DASHBOARD)]


def _dashboard_action(name: str) -> Action | None:
    act = DASHBOARD.get(name)
    return (lambda control, body: act(control.standin.api, body)) if act else None


def health(control: Control, _body: Json) -> Json:
    account = control.standin.account
    return {
        "status": "ok",
        "now": account.now(),
        "is_frozen": account.clock.is_frozen,
        "objects": account.store.counts(),
    }


def load(control: Control, body: Json) -> Json:
    loaded = read_account(Path(body["path"])) if "path" in body else body
    load_account(control.standin.account, loaded)
    return health(control, {})


def get_clock(control: Control, _body: Json) -> Json:
    clock = control.standin.clock
    return {"now": clock.now(), "is_frozen": clock.is_frozen, "wall": clock.wall_now()}


def set_clock(control: Control, body: Json) -> Json:
    """One of `advance_by` seconds, `advance_to`, `freeze`, `run`, `follow_wall`, `set_to`.

    `set_to` jumps without anything falling due and is for an account that is still empty.
    """
    standin, clock, acts = control.standin, control.standin.clock, 0
    match body:
        case {"advance_by": seconds}:
            acts = standin.advance_to(clock.now() + int(seconds))
        case {"advance_to": at}:
            acts = standin.advance_to(int(at))
        case {"set_to": at}:
            if standin.account.store.counts():
                raise ControlError("set_to needs an empty account: use advance_to")
            clock.freeze(int(at))
        case {"freeze": True}:
            clock.freeze()
        case {"run": True}:
            clock.run()
        case {"follow_wall": True}:
            clock.run_ahead(0.0)
        case _:
            raise ControlError(str(set_clock.__doc__))
    return {**get_clock(control, {}), "acts": acts}


def set_settings(control: Control, body: Json) -> Json:
    account = control.standin.account
    account.settings = replace(account.settings, **body)
    return asdict(account.settings)


def get_settings(control: Control, _body: Json) -> Json:
    return asdict(control.standin.account.settings)


def export(control: Control, _body: Json) -> Json:
    """Everything as it stands, in the shape that `load` takes."""
    store = control.standin.account.store
    with control.standin.account.lock:
        kinds = [kind for kind in store.counts() if kind != "event"]
        objects = {kind: list(store.newest_first(kind)) for kind in kinds}
        return {"objects": objects, "events": list(store.newest_first("event"))[::-1]}


def add_fault(control: Control, body: Json) -> Json:
    control.standin.api.faults.add(Fault(**body))
    return list_faults(control, {})


def list_faults(control: Control, _body: Json) -> Json:
    return {"faults": control.standin.api.faults.report()}


def clear_faults(control: Control, _body: Json) -> Json:
    control.standin.api.faults.clear()
    return list_faults(control, {})


def set_rate_limit(control: Control, body: Json) -> Json:
    control.standin.api.rate_limiter.limit_to(body["requests_per_second"])
    return body


def set_webhooks(control: Control, body: Json) -> Json:
    """`endpoints: [{url, secrets: […], enabled_events?: […]}]` and any field of the plan."""
    dispatcher = control.standin.dispatcher
    if "endpoints" in body:
        dispatcher.set_endpoints(
            Endpoint(e["url"], tuple(e["secrets"]), tuple(e.get("enabled_events", ("*",))))
            for e in body["endpoints"]
        )
    plan = _plan_fields(body)
    if plan:
        dispatcher.configure(**plan)
    return dispatcher.report()


def _plan_fields(body: Json) -> Json:
    return {name: body[name] for name in DeliveryPlan.__slots__ if name in body}


def get_webhooks(control: Control, _body: Json) -> Json:
    return control.standin.dispatcher.report()


def pause_webhooks(control: Control, _body: Json) -> Json:
    control.standin.dispatcher.pause()
    return control.standin.dispatcher.report()


def resume_webhooks(control: Control, _body: Json) -> Json:
    control.standin.dispatcher.resume()
    return control.standin.dispatcher.report()


def forget_webhooks(control: Control, _body: Json) -> Json:
    control.standin.dispatcher.forget()
    return control.standin.dispatcher.report()


def drain(control: Control, body: Json) -> Json:
    dispatcher = control.standin.dispatcher
    is_drained = dispatcher.drain(float(body.get("timeout_seconds", _DRAIN_SECONDS)))
    return {"is_drained": is_drained, **dispatcher.report()}


def redeliver(control: Control, body: Json) -> Json:
    """Send every event again. Plan fields apply to this round and stay in force after it."""
    dispatcher = control.standin.dispatcher
    plan = _plan_fields(body)
    dispatcher.pause()
    if plan:
        dispatcher.configure(**plan)
    events = control.standin.redeliver()
    dispatcher.resume()
    return {"events": events, **dispatcher.report()}


def list_requests(control: Control, _body: Json) -> Json:
    return {"requests": list(control.standin.api.log)}


def clear_requests(control: Control, _body: Json) -> Json:
    control.standin.api.log.clear()
    return list_requests(control, {})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "/_control/health"): health,
    ("POST", "/_control/load"): load,
    ("GET", "/_control/export"): export,
    ("GET", "/_control/clock"): get_clock,
    ("POST", "/_control/clock"): set_clock,
    ("GET", "/_control/settings"): get_settings,
    ("POST", "/_control/settings"): set_settings,
    ("GET", "/_control/faults"): list_faults,
    ("POST", "/_control/faults"): add_fault,
    ("DELETE", "/_control/faults"): clear_faults,
    ("POST", "/_control/rate_limit"): set_rate_limit,
    ("GET", "/_control/webhooks"): get_webhooks,
    ("POST", "/_control/webhooks"): set_webhooks,
    ("DELETE", "/_control/webhooks"): forget_webhooks,
    ("POST", "/_control/webhooks/pause"): pause_webhooks,
    ("POST", "/_control/webhooks/resume"): resume_webhooks,
    ("POST", "/_control/webhooks/drain"): drain,
    ("POST", "/_control/redeliver"): redeliver,
    ("GET", "/_control/requests"): list_requests,
    ("DELETE", "/_control/requests"): clear_requests,
}
