"""The local Stripe without a network: what the adapters ask goes straight into the stand-in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import stripe

from infra.local.provider.exchange import Request
from infra.local.stripe.dashboard import DASHBOARD, as_form
from infra.local.stripe.standin import StandIn

_ERRORS: Mapping[int, type[stripe.StripeError]] = {
    400: stripe.InvalidRequestError,
    402: stripe.CardError,
    404: stripe.InvalidRequestError,
    409: stripe.IdempotencyError,
    429: stripe.RateLimitError,
}


@dataclass(frozen=True, slots=True)
class Answered:
    data: dict[str, Any]


@dataclass
class StripeInProcess:
    """Takes the place of `stripe.StripeClient`. The hooks get the name of each call and may
    raise: nothing was done, or its answer is lost."""

    standin: StandIn
    before_call: Callable[[str], None] = lambda name: None
    after_call: Callable[[str], None] = lambda name: None
    calls: list[tuple[str, str]] = field(default_factory=list)

    def raw_request(
        self, method: str, path: str, *, idempotency_key: str | None = None, **params: Any
    ) -> Answered:
        name = "fetch" if method == "get" else method
        self.before_call(name)
        self.calls.append((method, path))
        form = urlencode(list(_flat(as_form(params))))
        headers = {"authorization": "Bearer sk_test_x"}
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        in_body = method == "post"
        reply = self.standin.api.reply(
            Request(
                method.upper(),
                path,
                query="" if in_body else form,
                body=form.encode() if in_body else b"",
                headers=headers,
            )
        )
        self.after_call(name)
        if reply.fault is not None:
            raise stripe.APIConnectionError("No answer.")  # type: ignore[no-untyped-call]
        answer = json.loads(reply.answer.body)
        if reply.answer.status >= 400:
            raise _error(reply.answer.status, answer["error"])
        return Answered(answer)

    def changes(self) -> list[tuple[str, str]]:
        """What was asked for that is no look."""
        return [call for call in self.calls if call[0] != "get"]

    def post(self, path: str, **params: Any) -> Any:
        """As somebody else than the product."""
        return self.standin.api.as_dashboard("POST", f"/v1/{path}", as_form(params))

    def get(self, path: str) -> Any:
        return self.standin.api.as_dashboard("GET", f"/v1/{path}", {})

    def act(self, action: str, **body: Any) -> Any:
        return DASHBOARD[action](self.standin.api, body)


def _error(status: int, error: Mapping[str, Any]) -> stripe.StripeError:
    kind = _ERRORS.get(status, stripe.APIError)
    if error.get("type") == "idempotency_error":
        kind = stripe.IdempotencyError
    told: dict[str, Any] = {
        "http_status": status,
        "code": error.get("code"),
        "json_body": {"error": error},
    }
    if kind in (stripe.InvalidRequestError, stripe.CardError):
        told["param"] = error.get("param")
    return kind(error["message"], **told)


def _flat(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _flat(child, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _flat(child, f"{name}[{number}]")
    else:
        yield name, value
