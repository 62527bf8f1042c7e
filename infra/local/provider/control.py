"""`/_control/…`: what a test or a person may do to a provider that its API does not offer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from infra.local.provider.delivery import DeliveryPlan
from infra.local.provider.exchange import Json, RefusedError
from infra.local.provider.faults import Fault
from infra.local.provider.standin import StandIn

_DRAIN_SECONDS = 300.0
_DASHBOARD = "/_control/dashboard/"

type Action[S: StandIn] = Callable[[S, Json], Any]
type Actions[S: StandIn] = Mapping[tuple[str, str], Action[S]]


class ControlError(Exception):
    """The control request was wrong; the message says how."""


@dataclass(frozen=True, slots=True)
class Controls[S: StandIn]:
    """`actions` come on top of those that every stand-in has; `people` act in dashboards."""

    standin: S
    actions: Actions[S]
    people: Mapping[str, Action[S]]

    def handle(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        action = self._find(method, path)
        if action is None:
            return 404, _json({"error": f"no such control: {method} {path}", "known": self.known()})
        try:
            return 200, _json(action(self.standin, json.loads(body or b"{}")))
        except RefusedError as refused:
            return refused.status, _json(refused.envelope)
        except (ControlError, ValueError, TypeError, KeyError, OSError) as error:
            return 400, _json({"error": f"{type(error).__name__}: {error}"})

    def _find(self, method: str, path: str) -> Action[S] | None:
        if path.startswith(_DASHBOARD) and method == "POST":
            return self.people.get(path.removeprefix(_DASHBOARD))
        known = (method, path.removeprefix("/_control/"))
        return self.actions.get(known) or SHARED.get(known)

    def known(self) -> list[str]:
        everywhere = sorted({*self.actions, *SHARED}, key=lambda action: action[1])
        actions = [f"{method} /_control/{path}" for method, path in everywhere]
        return [*actions, *(f"POST {_DASHBOARD}{name}" for name in self.people)]


def plan_fields(body: Json) -> Json:
    return {name: body[name] for name in DeliveryPlan.__slots__ if name in body}


def health(standin: StandIn, _body: Json) -> Json:
    return {
        "status": "ok",
        "now": standin.clock.now(),
        "is_frozen": standin.clock.is_frozen,
        "objects": standin.counts(),
    }


def get_clock(standin: StandIn, _body: Json) -> Json:
    clock = standin.clock
    return {"now": clock.now(), "is_frozen": clock.is_frozen, "wall": clock.wall_now()}


def set_clock(standin: StandIn, body: Json) -> Json:
    """One of `advance_by` seconds, `advance_to`, `freeze`, `run`, `follow_wall`, `set_to`.

    `set_to` jumps without anything falling due and is for an account that is still empty.
    """
    clock, acts = standin.clock, 0
    match body:
        case {"advance_by": seconds}:
            acts = standin.advance_to(clock.now() + int(seconds))
        case {"advance_to": at}:
            acts = standin.advance_to(int(at))
        case {"set_to": at}:
            if not standin.account.is_empty():
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
    return {**get_clock(standin, {}), "acts": acts}


def get_settings(standin: StandIn, _body: Json) -> Json:
    return asdict(standin.account.settings)


def set_settings(standin: StandIn, body: Json) -> Json:
    standin.account.settings = replace(standin.account.settings, **body)
    return get_settings(standin, {})


def list_faults(standin: StandIn, _body: Json) -> Json:
    return {"faults": standin.api.faults.report()}


def add_fault(standin: StandIn, body: Json) -> Json:
    standin.api.faults.add(Fault(**body))
    return list_faults(standin, {})


def clear_faults(standin: StandIn, _body: Json) -> Json:
    standin.api.faults.clear()
    return list_faults(standin, {})


def set_rate_limit(standin: StandIn, body: Json) -> Json:
    standin.api.rate_limiter.limit_to(body["requests_per_second"])
    return body


def get_webhooks(standin: StandIn, _body: Json) -> Json:
    return standin.dispatcher.report()


def pause_webhooks(standin: StandIn, _body: Json) -> Json:
    standin.dispatcher.pause()
    return standin.dispatcher.report()


def resume_webhooks(standin: StandIn, _body: Json) -> Json:
    standin.dispatcher.resume()
    return standin.dispatcher.report()


def forget_webhooks(standin: StandIn, _body: Json) -> Json:
    standin.dispatcher.forget()
    return standin.dispatcher.report()


def drain(standin: StandIn, body: Json) -> Json:
    is_drained = standin.dispatcher.drain(float(body.get("timeout_seconds", _DRAIN_SECONDS)))
    return {"is_drained": is_drained, **standin.dispatcher.report()}


def redeliver(standin: StandIn, body: Json) -> Json:
    """Send every event again. Plan fields apply to this round and stay in force after it."""
    plan = plan_fields(body)
    standin.dispatcher.pause()
    if plan:
        standin.dispatcher.configure(**plan)
    events = standin.redeliver()
    standin.dispatcher.resume()
    return {"events": events, **standin.dispatcher.report()}


def list_requests(standin: StandIn, _body: Json) -> Json:
    return {"requests": list(standin.api.log)}


def clear_requests(standin: StandIn, _body: Json) -> Json:
    standin.api.log.clear()
    return list_requests(standin, {})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


SHARED: Actions[StandIn] = {
    ("GET", "health"): health,
    ("GET", "clock"): get_clock,
    ("POST", "clock"): set_clock,
    ("GET", "settings"): get_settings,
    ("POST", "settings"): set_settings,
    ("GET", "faults"): list_faults,
    ("POST", "faults"): add_fault,
    ("DELETE", "faults"): clear_faults,
    ("POST", "rate_limit"): set_rate_limit,
    ("GET", "webhooks"): get_webhooks,
    ("DELETE", "webhooks"): forget_webhooks,
    ("POST", "webhooks/pause"): pause_webhooks,
    ("POST", "webhooks/resume"): resume_webhooks,
    ("POST", "webhooks/drain"): drain,
    ("POST", "redeliver"): redeliver,
    ("GET", "requests"): list_requests,
    ("DELETE", "requests"): clear_requests,
}
