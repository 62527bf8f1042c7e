"""A request as a handler sees it, and its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.domain.principal import ANONYMOUS, Principal
from frontdesk.entrypoints.routes import Route

ANY_VERSION = -1


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler may rely on: the route has let the caller in and the input is valid.

    `body` is the route's pydantic model. `filters` has one attribute for each query parameter
    that the route declares. `expected_version` is what If-Match names; where it was not asked for
    or not sent it is ANY_VERSION.
    `operation_id` is there when the caller sent an `idempotency_key`: the same for ever for the
    same caller, route and key, so whatever is written under it happens once.
    """

    route: Route
    request_id: str
    caller: Principal = ANONYMOUS
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    raw_body: bytes = b""
    source_ip: str = ""
    body: Any = None
    filters: Any = None
    expected_version: int = ANY_VERSION
    idempotency_key: str | None = None
    operation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `status` None is the route's own; a `str` body is JSON already.

    `unreplayed` names fields of the body that are shown once: the answer that is kept for a
    repeat of the request has null in their place.
    """

    body: Mapping[str, Any] | str | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    unreplayed: tuple[str, ...] = ()
    media_type: str = "application/json"


type Handler = Callable[[Request], Response]
