"""Which request is answered by which function, and which parameters it may carry."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from infra.local.stripe.account import Account
from infra.local.stripe.errors import invalid_request, unrecognized_url
from infra.local.stripe.wire import Json


@dataclass(frozen=True, slots=True)
class Call:
    account: Account
    params: Json
    path_ids: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.path_ids[0]


type Answerer = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    answer: Answerer
    accepts: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        expression = re.sub(r"\{\w+\}", "([^/]+)", self.path)
        object.__setattr__(self, "pattern", re.compile(expression))


def route(method: str, path: str, answer: Answerer, accepts: str = "") -> Route:
    """`accepts`: top-level parameters, separated by blanks; `expand` may always be sent."""
    return Route(method, path, answer, frozenset(accepts.split()) | {"expand"})


class Router:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def match(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        for candidate in self._routes:
            found = candidate.pattern.fullmatch(path)
            if found and candidate.method == method:
                return candidate, found.groups()
        raise unrecognized_url(method, path)


def refuse_unknown(params: Json, accepts: frozenset[str]) -> None:
    unknown = sorted(params.keys() - accepts)
    if unknown:
        raise invalid_request(
            f"Received unknown parameter: {unknown[0]}", code="parameter_unknown", param=unknown[0]
        )
