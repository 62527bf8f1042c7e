"""The HTTP edge: from an event of API Gateway (HTTP API, payload 2.0) to its answer.

    event ─ route ─ caller ─ path, query ─ headers ─ body ─ switches ─ [once per key] ─ handler
                                                                                         │
    answer ─ headers, request id ◄─ problem document ◄─ any error ◄──────────────────────┘

The gateway has routed already: `routeKey` is an exact hit in a dictionary. Nothing is allowed
that the route's row does not allow, and nothing leaves but an answer with a request id.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from frontdesk.domain.principal import from_context
from frontdesk.entrypoints.access import ensure_may_call, ensure_switched_on
from frontdesk.entrypoints.answers import rendered, rendered_error
from frontdesk.entrypoints.events import (
    cookies_of,
    headers_of,
    path_of,
    raw_body,
    request_id_of,
    source_ip_of,
)
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.parameters import parse_query
from frontdesk.entrypoints.preconditions import (
    expected_version,
    idempotency_key,
    is_preview,
    operation_id,
)
from frontdesk.entrypoints.routes import (
    DEFAULT_ROUTE_KEY,
    ROUTES,
    Idempotency,
    Route,
)
from frontdesk.entrypoints.unknown import refusal
from frontdesk.ports.requests import RequestRecords
from frontdesk.ports.settings import SettingsReader

__all__ = ("Handler", "Request", "Response", "http_function")

type LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


def http_function(
    function: str,
    handlers: Mapping[str, Handler],
    *,
    settings: Callable[[], SettingsReader] | None = None,
    requests: Callable[[], RequestRecords] | None = None,
    table: Iterable[Route] = ROUTES,
) -> LambdaHandler:
    """The Lambda handler of `function`, with exactly one handler for each of its routes.

    `settings` and `requests` are called when first needed: the first by functions that have a
    route which a visibility switch governs, the second by those that take an Idempotency-Key.
    """
    routes = {route.key: route for route in table if route.function == function}
    _ensure_complete(function, routes, handlers, settings=settings, requests=requests)

    def answer(event: Mapping[str, Any], request_id: str) -> Response:
        route = routes.get(event.get("routeKey", DEFAULT_ROUTE_KEY))
        if route is None:
            raise refusal(event)
        request = _request(event, route, request_id=request_id)
        if settings is not None:
            ensure_switched_on(request, settings)
        handler = handlers[route.key]
        if requests is None or request.idempotency_key is None:
            return handler(request)
        from frontdesk.entrypoints.idempotency import once  # noqa: PLC0415 - commands only

        return once(request, handler, key=request.idempotency_key, records=requests())

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = request_id_of(event, context)
        try:
            response = answer(event, request_id)
            status = response.status or routes[event["routeKey"]].status
            return rendered(response, status=status, request_id=request_id)
        except Exception as error:  # the last line: every caller gets an answer
            return rendered_error(error, request_id=request_id)

    return handle


def _ensure_complete(
    function: str,
    routes: Mapping[str, Route],
    handlers: Mapping[str, Handler],
    *,
    settings: object,
    requests: object,
) -> None:
    """A wrongly wired function fails when it is imported, not when it is called."""
    if set(handlers) != set(routes):
        raise LookupError(f"{function}: handlers and routes differ: {set(handlers) ^ set(routes)}")
    for route in routes.values():
        if route.feature and settings is None:
            raise LookupError(f"{route.key} is governed by a switch and needs `settings`.")
        if route.idempotency is not Idempotency.NONE and requests is None:
            raise LookupError(f"{route.key} takes an Idempotency-Key and needs `requests`.")


def _request(event: Mapping[str, Any], route: Route, *, request_id: str) -> Request:
    """Raises what the request deserves, the cheapest and most telling refusal first."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    caller = from_context(authorizer.get("lambda") or {})
    ensure_may_call(route, caller)
    path = path_of(event, route)
    query = event.get("queryStringParameters") or {}
    filters = parse_query(query, route.query)
    headers = headers_of(event)
    key = idempotency_key(
        headers.get("idempotency-key"), route=route, is_preview=is_preview(filters)
    )
    raw, body = _body(event, route, headers)
    version = expected_version(headers.get("if-match"), route=route)
    return Request(
        route=route,
        request_id=request_id,
        caller=caller,
        path=path,
        query=query,
        headers=headers,
        cookies=cookies_of(event, headers),
        raw_body=raw,
        source_ip=source_ip_of(event),
        body=body,
        filters=filters,
        expected_version=version,
        idempotency_key=key,
        operation_id=operation_id(key, route=route, caller=caller),
    )


def _body(event: Mapping[str, Any], route: Route, headers: Mapping[str, str]) -> tuple[bytes, Any]:
    """What a route without a body is sent as one is not looked at."""
    if route.body is None:
        return b"", None
    from frontdesk.entrypoints.bodies import read_command  # noqa: PLC0415 - commands only

    raw = raw_body(event)
    return raw, read_command(raw, content_type=headers.get("content-type", ""), schema=route.body)
