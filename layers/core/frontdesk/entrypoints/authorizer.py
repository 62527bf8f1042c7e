"""The authorizer's edge (HTTP API, payload 2.0, simple responses).

Its answer is always `isAuthorized`, with who is calling in the context: an HTTP API cannot shape
the body of a refusal, so the routes refuse. It fails only when a table does.
"""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.principal import Principal, to_context
from frontdesk.entrypoints.cookies import SESSION_COOKIE
from frontdesk.use_cases.authorization import Call


def authorizer_function(
    identify: Callable[[Call], Principal],
) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        return {"isAuthorized": True, "context": to_context(identify(call_of(event)))}

    return handle


def call_of(event: Mapping[str, Any]) -> Call:
    headers = {str(name).lower(): value for name, value in (event.get("headers") or {}).items()}
    cookies = event.get("cookies") or headers.get("cookie", "").split(";")
    return Call(
        method=event["requestContext"]["http"]["method"],
        authorization=headers.get("authorization"),
        cookie=_session_cookie(cookies),
        origin=headers.get("origin"),
    )


def _session_cookie(cookies: list[str]) -> str | None:
    for cookie in cookies:
        name, _, value = cookie.strip().partition("=")
        if name == SESSION_COOKIE:
            return value
    return None
