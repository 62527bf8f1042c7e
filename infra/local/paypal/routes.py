"""Which request is answered by which function, and how long its request id is remembered."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.paypal.account import Account
from infra.local.paypal.errors import not_found
from infra.local.provider.exchange import Json

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS


@dataclass(frozen=True, slots=True)
class Call:
    account: Account
    path_ids: tuple[str, ...] = ()
    query: Json = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    raw_body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.path_ids[0]

    @property
    def wants_representation(self) -> bool:
        return "return=representation" in self.headers.get("prefer", "")


type Execute = Callable[[Call], Json | None]
type Present = Callable[[Call, Json], Json | None]


def as_it_is(_call: Call, document: Json) -> Json:
    return document


@dataclass(frozen=True, slots=True)
class Route:
    """`execute` does the work and answers an object; `present` prints it, now or at a replay."""

    method: str
    path: str
    execute: Execute
    present: Present = as_it_is
    status: int = 200
    replay_status: int = 200
    remembered_seconds: int | None = None  # None: PayPal ignores the header on this call
    needs_request_id: bool = False
    refuses_other_payload: bool = False
    is_exclusive: bool = False  # one request at a time on the resource of the path
    query: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        expression = re.sub(r"\{\w+\}", "([^/]+)", self.path)
        object.__setattr__(self, "pattern", re.compile(expression))


def reading(path: str, execute: Execute, query: str = "") -> Route:
    return Route("GET", path, execute, query=frozenset(query.split()))


def silent(method: str, path: str, execute: Execute) -> Route:
    """A change that is answered with 204 and remembers no request id."""
    return Route(method, path, execute, status=204)


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def match(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        for candidate in self._routes:
            found = candidate.pattern.fullmatch(path)
            if found and candidate.method == method:
                return candidate, found.groups()
        raise not_found()
