"""Refuses what a foreign web page could send to a service on this machine.

A page can make a browser send requests to the loopback address (with its own Origin), or point a
name of its own at it (with its own Host). Both are refused before anything else looks at them.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def is_own_host(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name in OWN_NAMES or name.endswith(".localhost")


def refusal(
    headers: Iterable[tuple[bytes, bytes]], *, allowed_origins: frozenset[str]
) -> str | None:
    """Why a request with these headers is refused, or nothing."""
    for name, value in headers:
        text = value.decode("latin-1")
        match name.lower():
            case b"host" if not is_own_host(text):
                return "foreign Host"
            case b"origin" if text not in allowed_origins:
                return "foreign Origin"
    return None


async def answer_forbidden(send: Send, reason: str) -> None:
    body = json.dumps({"message": f"Forbidden: {reason}"}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def guarded(application: Application, *, allowed_origins: frozenset[str]) -> Application:
    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await application(scope, receive, send)
        reason = refusal(scope["headers"], allowed_origins=allowed_origins)
        if reason is None:
            return await application(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        return await answer_forbidden(send, reason)

    return guard
