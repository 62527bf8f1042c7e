"""One API request from bytes to bytes: token, fault, rate, request id, route, print."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

from infra.local.paypal import buyer_pages
from infra.local.paypal.account import HEX, Account
from infra.local.paypal.errors import (
    PayPalError,
    bad_client,
    dead_token,
    in_progress,
    invalid,
    invalid_value,
    missing,
    standard,
    unprocessable,
)
from infra.local.paypal.oauth import TOKEN_PATH, Tokens
from infra.local.paypal.reading import parse_body
from infra.local.paypal.route_table import ROUTES
from infra.local.paypal.routes import Call, Route, Router
from infra.local.paypal.webhooks import CERTIFICATES, Courier
from infra.local.provider import api
from infra.local.provider.exchange import Answer, Json, Reply, Request
from infra.local.provider.faults import Fault
from infra.local.provider.ids import Ids
from infra.local.provider.key_memory import KeyMemory, KeyState

_LONGEST_REQUEST_ID = 108


class Api(api.Api):
    def __init__(self, account: Account, courier: Courier) -> None:
        super().__init__()
        self.account = account
        self.tokens = Tokens(account)
        self._courier = courier
        # Under a request id stands which object came of it: a replay tells its latest status.
        self._keys = KeyMemory[str](account.clock)
        self._router = Router(ROUTES)
        self._debug_ids = Ids(account.ids.seed)
        self._lock = threading.Lock()
        self._busy: set[str] = set()

    # -- the whole exchange ----------------------------------------------------------------

    def reply(self, request: Request) -> Reply:
        debug_id = self._debug_id()
        fault = self.faults.strike(request.method, request.path)
        if fault and fault.when == "before" and api.breaks_connection(fault):
            self._record(request, debug_id, 0, fault)
            return Reply(Answer(0, b"", {}), fault)
        try:
            answer = self._admitted(request, fault)
        except PayPalError as error:
            answer = _answer(error.status, _with_debug_id(error.envelope, debug_id))
        answer.headers["Paypal-Debug-Id"] = debug_id
        self._record(request, debug_id, answer.status, fault)
        if fault and fault.when == "after" and fault.kind == "slow":
            self.wait(fault.seconds)
        return Reply(answer, fault if api.breaks_connection(fault) else None)

    def crashed(self) -> Reply:
        debug_id = self._debug_id()
        return Reply(_answer(500, _with_debug_id(standard(500).envelope, debug_id)))

    def _admitted(self, request: Request, fault: Fault | None) -> Answer:
        if request.path.startswith(buyer_pages.PREFIXES):
            return buyer_pages.answer(self.account, request)
        if request.path.startswith(CERTIFICATES):
            return self._certificate(request.path)
        if not self.rate_limiter.admits():
            raise standard(429)
        is_token_call = (request.method, request.path) == ("POST", TOKEN_PATH)
        if fault and fault.when == "before":
            raise_if_asked(fault, is_token_call=is_token_call)
        if is_token_call:
            answer = _answer(200, self.tokens.issue(request))
        else:
            self.tokens.check(request.headers)
            answer = self._routed(request, fault)
        if fault and fault.when == "after":
            raise_if_asked(fault, is_token_call=is_token_call)
        return answer

    def _certificate(self, path: str) -> Answer:
        chain = self._courier.published(path.removeprefix(CERTIFICATES))
        if chain is None:
            raise standard(404)
        return Answer(200, chain, {"Content-Type": "application/x-x509-ca-cert"})

    # -- one call --------------------------------------------------------------------------

    def _routed(self, request: Request, fault: Fault | None) -> Answer:
        route, path_ids = self._router.match(request.method, request.path)
        call = self._call(request, route, path_ids)
        if route.remembered_seconds is None:
            return self._executed(route, call, fault)
        key = _request_id(route, call)
        return self._once(route, key, call, fault) if key else self._executed(route, call, fault)

    def _once(self, route: Route, key: str, call: Call, fault: Fault | None) -> Answer:
        scoped = f"{route.method} {route.path} {key}"
        fingerprint = f"{call.path_ids} {call.body}" if route.refuses_other_payload else ""
        known = self._keys.begin(
            scoped, fingerprint, remembered_seconds=route.remembered_seconds or 0
        )
        match known:
            case KeyState.FRESH:
                return self._remembered(route, scoped, call, fault)
            case KeyState.IN_USE:
                raise in_progress()
            case KeyState.OTHER_PAYLOAD:
                raise unprocessable(
                    "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
                    "The PayPal-Request-ID has already been used for another request.",
                )
            case object_id:
                with self.account.lock:
                    obj = self.account.find(object_id)
                    if obj is None:
                        raise standard(404)
                    return _answer(route.replay_status, route.present(call, obj))

    def _remembered(self, route: Route, key: str, call: Call, fault: Fault | None) -> Answer:
        try:
            return self._executed(route, call, fault, key=key)
        except BaseException:
            self._keys.forget(key)
            raise

    def _executed(
        self, route: Route, call: Call, fault: Fault | None, *, key: str | None = None
    ) -> Answer:
        with self._alone(route, call):
            if fault and fault.when == "before" and fault.kind == "slow":
                self.wait(fault.seconds)  # the resource and the request id are in use meanwhile
            with self.account.lock:
                obj = route.execute(call)
                if key and obj:
                    self._keys.remember(key, obj["id"])
                printed = None if obj is None else route.present(call, obj)
        return _answer(route.status, printed)

    @contextmanager
    def _alone(self, route: Route, call: Call) -> Iterator[None]:
        if not route.is_exclusive:
            yield
            return
        with self._lock:
            if call.id in self._busy:
                raise in_progress()
            self._busy.add(call.id)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(call.id)

    def _call(self, request: Request, route: Route, path_ids: tuple[str, ...]) -> Call:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        unknown = sorted(query.keys() - route.query)
        if unknown:
            raise invalid_value(unknown[0], query[unknown[0]], location="query")
        body = parse_body(request.body)
        if not isinstance(body, list if request.method == "PATCH" else dict):
            raise invalid("INVALID_PARAMETER_SYNTAX", "The body has the wrong shape.", field="/")
        return Call(self.account, path_ids, query, body, request.body, request.headers)

    def as_merchant(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The same call from PayPal's own site: no token, no request id, no fault."""
        route, path_ids = self._router.match(method, path)
        raw = json.dumps(body or {}).encode()
        headers = {"prefer": "return=representation"}
        call = Call(self.account, path_ids, query, body or {}, raw, headers)
        with self.account.lock:
            obj = route.execute(call)
            return None if obj is None else route.present(call, obj)

    # -- what is kept of it ----------------------------------------------------------------

    def _debug_id(self) -> str:
        with self._lock:
            return self._debug_ids.token(13, HEX)

    def _record(self, request: Request, debug_id: str, status: int, fault: Fault | None) -> None:
        self.log.append(
            {
                "id": debug_id,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "body": request.body.decode("utf-8", "replace"),
                "request_id": request.headers.get("paypal-request-id"),
                "prefer": request.headers.get("prefer"),
                "status": status,
                "fault": f"{fault.kind}:{fault.when}" if fault else None,
                "at": self.account.now(),
            }
        )


def raise_if_asked(fault: Fault, *, is_token_call: bool) -> None:
    if fault.kind == "rate_limited":
        raise standard(429)
    if fault.kind == "error":
        if fault.status == 401:
            raise bad_client() if is_token_call else dead_token()
        raise standard(fault.status)


def _request_id(route: Route, call: Call) -> str | None:
    key = call.headers.get("paypal-request-id")
    if not key:
        if route.needs_request_id:
            raise missing("PayPal-Request-Id", location="header")
        return None
    if len(key) > _LONGEST_REQUEST_ID:
        raise invalid_value("PayPal-Request-Id", key, location="header")
    return key


def _with_debug_id(body: Json, debug_id: str) -> Json:
    return body if "error" in body else {**body, "debug_id": debug_id}


def _answer(status: int, body: Json | None = None) -> Answer:
    headers = {"Cache-Control": "max-age=0, no-cache, no-store, must-revalidate"}
    if body is None:
        return Answer(status, b"", headers)
    headers["Content-Type"] = "application/json"
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), headers)
