"""Cursors: only the one that was given, only to whom, only for what was asked."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Request
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import ROUTES, Route
from tests.fakes.api_gateway import CUSTOMER, STAFF, STOREFRONT

CURSORS = Cursors(lambda: "a secret of this test, long enough")
ROUTE_BY_KEY = {route.key: route for route in ROUTES}
LIST = ROUTE_BY_KEY["GET /v1/customers"]
POSITION = {"pk": "CUSTOMER#1", "sk": "PROFILE", "name_key": "zoë", "lifetime_value_minor": -5}


def _request(
    cursor: str | None = None,
    *,
    route: Route = LIST,
    caller: Principal = STAFF,
    path: dict[str, str] | None = None,
    **filters: Any,
) -> Request:
    known = {"search": None, "sort": "created_at", "limit": 25, **filters, "cursor": cursor}
    return Request(
        route=route,
        request_id="r",
        caller=caller,
        path=path or {},
        filters=SimpleNamespace(**known),
    )


def _sealed(**options: Any) -> str:
    cursor = CURSORS.seal(POSITION, request=_request(**options))
    assert cursor is not None
    return cursor


def _ensure_refused(request: Request) -> None:
    with pytest.raises(RequestError) as refusal:
        CURSORS.open(request)
    assert refusal.value.code == "invalid_cursor"


def test_a_cursor_opens_to_the_position_that_was_sealed() -> None:
    assert CURSORS.open(_request(_sealed())) == POSITION


def test_no_cursor_is_the_first_page_and_no_position_the_last() -> None:
    assert CURSORS.open(_request(None)) is None
    assert CURSORS.seal(None, request=_request()) is None


def test_the_limit_may_change_from_page_to_page() -> None:
    assert CURSORS.open(_request(_sealed(limit=5), limit=100)) == POSITION


def test_colleagues_may_go_on_with_each_others_list() -> None:
    assert CURSORS.open(_request(_sealed(caller=STAFF), caller=STOREFRONT)) == POSITION


def test_a_customer_may_not_go_on_with_anothers_list() -> None:
    other = replace(CUSTOMER, id="cus_other")

    _ensure_refused(_request(_sealed(caller=CUSTOMER), caller=other))
    _ensure_refused(_request(_sealed(caller=CUSTOMER), caller=STAFF))


@pytest.mark.parametrize("change", [{"search": "a"}, {"sort": "name"}, {"test": True}])
def test_another_query_refuses_it(change: dict[str, Any]) -> None:
    _ensure_refused(_request(_sealed(), **change))


def test_another_route_or_another_object_refuses_it() -> None:
    transactions = ROUTE_BY_KEY["GET /v1/customers/{id}/transactions"]
    cursor = _sealed(route=transactions, path={"id": "cus_1"})

    _ensure_refused(_request(cursor, route=LIST, path={"id": "cus_1"}))
    _ensure_refused(_request(cursor, route=transactions, path={"id": "cus_2"}))


def test_another_secret_refuses_it() -> None:
    with pytest.raises(RequestError):
        Cursors(lambda: "another secret").open(_request(_sealed()))


ALTERED = _sealed()


@given(place=st.integers(0, len(ALTERED) - 1), character=st.characters(codec=None))
@example(place=len(ALTERED) - 1, character="\ud800")
def test_any_altered_character_is_refused(place: int, character: str) -> None:
    cursor = ALTERED[:place] + character + ALTERED[place + 1 :]

    if cursor != ALTERED:
        _ensure_refused(_request(cursor))


@given(st.integers(0, len(ALTERED) - 1), st.text(min_size=1, max_size=3))
def test_anything_left_out_or_put_in_is_refused(place: int, more: str) -> None:
    _ensure_refused(_request(ALTERED[:place] + ALTERED[place + 1 :]))
    _ensure_refused(_request(ALTERED[:place] + more + ALTERED[place:]))
    _ensure_refused(_request(ALTERED + more))


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    _ensure_refused(_request(text))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=8,
    )
)
def test_any_position_comes_back_as_it_was(position: Any) -> None:
    cursor = CURSORS.seal({"at": position}, request=_request())

    assert CURSORS.open(_request(cursor)) == {"at": position}
