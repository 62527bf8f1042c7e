"""Whatever arrives at the edge, the answer is ours, and never that something broke."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.bodies import model
from frontdesk.entrypoints.http import Response, http_function
from frontdesk.entrypoints.routes import (
    DEFAULT_FUNCTION,
    DEFAULT_ROUTE_KEY,
    OWN_EDGE_FUNCTIONS,
    ROUTES,
    Caller,
    Route,
)
from tests.fakes.api_gateway import CUSTOMER, ID, STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings

EDGE_ROUTES = tuple(route for route in ROUTES if route.function not in OWN_EDGE_FUNCTIONS)
RECORDS = DynamoRequests(MemoryGateway(), clock=FakeClock(), ids=CountingIds())
FUNCTIONS = {
    name: http_function(
        name,
        {r.key: lambda request: Response({}) for r in EDGE_ROUTES if r.function == name},
        settings=FixedSettings,
        requests=lambda: RECORDS,
    )
    for name in {route.function for route in EDGE_ROUTES}
}
KEY = "0c52a6f0-3f4e-4b0e-9d5a-3a8f4ce3a111"

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
header_names = st.sampled_from(
    ["Content-Type", "content-type", "If-Match", "Idempotency-Key", "Cookie", "X-Request-Id"]
)
header_values = st.text() | st.sampled_from(["application/json", '"1"', "*", KEY])
queries = st.dictionaries(
    st.sampled_from(["limit", "cursor", "search", "sort", "order", "test", "token"]) | st.text(),
    st.text() | st.sampled_from(["1", "100", "true", "name", "desc"]),
    max_size=4,
)


def _caller(route: Route) -> Principal:
    return CUSTOMER if route.caller is Caller.CUSTOMER else STAFF


def _ensure_ours(answer: Answer) -> None:
    assert answer.status < 500, answer.text
    assert answer.headers["X-Request-Id"] == "request-1"
    if answer.status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["status"] == answer.status


@given(
    route=st.sampled_from(EDGE_ROUTES),
    caller=st.sampled_from([None, CUSTOMER, STAFF]),
    identifier=st.text() | st.just(f"cus_{ID}"),
    query=queries,
    headers=st.dictionaries(header_names, header_values, max_size=4),
    body=st.none() | st.binary() | st.text() | anything.map(json.dumps),
)
def test_any_request_gets_an_answer_of_ours(
    route: Route,
    caller: Principal | None,
    identifier: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes | str | None,
) -> None:
    made = event(
        route.key,
        caller=caller,
        path={"id": identifier} if route.id_prefix else None,
        query=query,
        headers=headers,
        body=body,
    )
    _ensure_ours(ask(FUNCTIONS[route.function], made))


@given(path=st.text(), query=queries)
@example(path="/v1/customers/{id}", query={})
@example(path="//", query={})
def test_any_unknown_path_gets_an_answer_of_ours(path: str, query: dict[str, str]) -> None:
    made = event(DEFAULT_ROUTE_KEY, query=query) | {"rawPath": path}
    answer = ask(FUNCTIONS[DEFAULT_FUNCTION], made)

    _ensure_ours(answer)
    assert answer.status in (404, 405)


def _fields(route: Route) -> list[str]:
    return list(model(route.body).model_fields) if route.body else []


@st.composite
def _commands(draw: st.DrawFn) -> tuple[Route, Any]:
    """A command with known fields and unknown values: deeper into the models than noise gets."""
    route = draw(st.sampled_from([route for route in EDGE_ROUTES if route.body]))
    names = st.sampled_from(_fields(route)) | st.text()
    return route, draw(st.dictionaries(names, anything, max_size=5))


@given(_commands())
def test_any_values_in_a_command_get_an_answer_of_ours(command: tuple[Route, Any]) -> None:
    route, fields = command
    made = event(
        route.key,
        caller=_caller(route),
        path={"id": f"{route.id_prefix}_{ID}"} if route.id_prefix else None,
        headers={"content-type": "application/json", "if-match": '"1"', "idempotency-key": KEY},
        body=json.dumps(fields),
    )
    _ensure_ours(ask(FUNCTIONS[route.function], made))


@pytest.mark.parametrize("route", EDGE_ROUTES, ids=lambda route: route.key)
@pytest.mark.parametrize("missing", ["requestContext", "headers", "rawPath", "isBase64Encoded"])
def test_a_bare_event_gets_an_answer_of_ours(route: Route, missing: str) -> None:
    made = event(route.key, path={"id": "x"} if route.id_prefix else None)
    del made[missing]
    answer = ask(FUNCTIONS[route.function], made)

    assert answer.status < 500
    assert answer.headers["X-Request-Id"]
