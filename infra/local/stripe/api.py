"""One API request from bytes to bytes: key, fault, rate, idempotency, route, expand."""

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from infra.local.provider import api
from infra.local.provider.exchange import Answer, Reply, Request
from infra.local.provider.faults import Fault
from infra.local.stripe.account import API_VERSION, Account, Origin
from infra.local.stripe.errors import (
    StripeError,
    invalid_request,
    rate_limited,
    server_error,
)
from infra.local.stripe.expand import Expander
from infra.local.stripe.idempotency import IdempotencyMemory
from infra.local.stripe.route_table import ROUTES
from infra.local.stripe.routes import Call, Router, refuse_unknown
from infra.local.stripe.wire import Json, parse_form, texts


class Api(api.Api):
    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.idempotency = IdempotencyMemory(account.clock)
        self._router = Router(ROUTES)
        self._expander = Expander(account.store)
        self._request_ids = 0
        self._ids_lock = threading.Lock()

    def reply(self, request: Request) -> Reply:
        request_id = self._next_request_id()
        fault = self.faults.strike(request.method, request.path)
        if fault and fault.when == "before" and api.breaks_connection(fault):
            self._record(request, request_id, 0, fault)
            return Reply(_answer(0, {}), fault)
        try:
            answer = self._admitted(request, request_id, fault)
        except StripeError as error:
            answer = _answer(error.status, error.envelope, error.headers)
        answer = _with_headers(answer, request, request_id)
        self._record(request, request_id, answer.status, fault)
        if fault and fault.when == "after" and fault.kind == "slow":
            self.wait(fault.seconds)
        return Reply(answer, fault if api.breaks_connection(fault) else None)

    def crashed(self) -> Reply:
        error = server_error(500, is_remembered=False)
        return Reply(_answer(500, error.envelope, {"Content-Type": "application/json"}))

    def _admitted(self, request: Request, request_id: str, fault: Fault | None) -> Answer:
        authenticate(request.headers)
        if not self.rate_limiter.admits():
            raise rate_limited("global-rate")
        if fault and fault.when == "before":
            if fault.kind == "rate_limited":
                raise rate_limited(fault.reason)
            if fault.kind == "error":
                raise server_error(fault.status, is_remembered=False)
        key = request.headers.get("idempotency-key")
        if key and request.method == "POST":
            return self._once(key, request, request_id, fault)
        return self._execute(request, Origin(request_id), fault)

    def _once(self, key: str, request: Request, request_id: str, fault: Fault | None) -> Answer:
        remembered = self.idempotency.begin(key, fingerprint(request))
        if remembered is not None:
            return Answer(
                remembered.status,
                remembered.body,
                {**remembered.headers, "Idempotent-Replayed": "true"},
            )
        try:
            answer = self._execute(request, Origin(request_id, key), fault)
        except StripeError as error:
            if not error.is_remembered:
                self.idempotency.forget(key)
                raise
            answer = _answer(error.status, error.envelope, error.headers)
        except BaseException:
            self.idempotency.forget(key)
            raise
        answer = Answer(
            answer.status, answer.body, {**answer.headers, "Original-Request": request_id}
        )
        self.idempotency.remember(key, answer)
        return answer

    def _execute(self, request: Request, origin: Origin, fault: Fault | None) -> Answer:
        params = parse_form(request.query)
        if request.method == "POST":
            params |= parse_form(_decoded(request.body))
        matched, path_ids = self._router.match(request.method, request.path)
        refuse_unknown(params, matched.accepts)
        if fault and fault.when == "before" and fault.kind == "slow":
            self.wait(fault.seconds)  # the idempotency key is in use meanwhile
        account = self.account
        with account.lock:
            account.origin = origin
            try:
                body = matched.answer(Call(account, params, path_ids))
                body = self._expander.expand(body, texts(params, "expand"))
                answer = _answer(200, body)
            finally:
                account.origin = Origin()
        if fault and fault.when == "after" and fault.kind == "error":
            raise server_error(fault.status, is_remembered=True)
        return answer

    def as_dashboard(self, method: str, path: str, params: Json) -> Json:
        """The same change made by a person at the provider: no key, no request in its events."""
        matched, path_ids = self._router.match(method, path)
        refuse_unknown(params, matched.accepts)
        with self.account.lock:
            return matched.answer(Call(self.account, params, path_ids))

    def _next_request_id(self) -> str:
        with self._ids_lock:
            self._request_ids += 1
            return f"req_{self._request_ids:014d}"

    def _record(self, request: Request, request_id: str, status: int, fault: Fault | None) -> None:
        self.log.append(
            {
                "id": request_id,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "form": request.body.decode("utf-8", "replace"),
                "idempotency_key": request.headers.get("idempotency-key"),
                "stripe_version": request.headers.get("stripe-version"),
                "status": status,
                "fault": f"{fault.kind}:{fault.when}" if fault else None,
                "at": self.account.now(),
            }
        )


def authenticate(headers: Mapping[str, str]) -> None:
    """Any test-mode key is the owner of the one account; a live key must never work here."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    key = credentials.strip()
    if scheme.lower() == "basic":
        key = _basic_user(key)
    if key.startswith(("sk_test_", "rk_test_")):
        return
    message = (
        f"Invalid API Key provided: {key[:8]}{'*' * 8}"
        if key
        else "You did not provide an API key. You need to provide your API key in the "
        "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
    )
    raise invalid_request(message, status=401)


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise invalid_request("Invalid request: the body is not UTF-8.") from error


def fingerprint(request: Request) -> str:
    parts = [request.method, request.path, *sorted(request.body.decode("latin-1").split("&"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(body, indent=2, ensure_ascii=False).encode(), headers or {})


def _with_headers(answer: Answer, request: Request, request_id: str) -> Answer:
    headers = {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        "Cache-Control": "no-cache, no-store",
        **answer.headers,
    }
    key = request.headers.get("idempotency-key")
    if key and request.method == "POST":
        headers["Idempotency-Key"] = key
    return Answer(answer.status, answer.body, headers)
