import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.customer import Customer, CustomerStatus
from frontdesk.domain.customer_list import (
    EVERYBODY,
    CustomerFilter,
    CustomerOrder,
    CustomerSort,
    sort_value,
)
from frontdesk.domain.errors import InvalidInputError
from frontdesk.ports.paging import Window
from tests.fakes.customers import a_customer, keep
from tests.fakes.gateway import MemoryGateway
from tests.thoroughness import tries

START = datetime(2026, 1, 1, tzinfo=UTC)
_moments = st.integers(0, 4).map(lambda n: START + timedelta(seconds=n))
_statuses = st.sampled_from(("active", "paused", "canceled"))
_people = st.lists(
    st.builds(
        a_customer,
        created_at=_moments,
        name=st.none()
        | st.sampled_from(("Ann", "ann", "Åse", "Øx", "王小明", "Ann Lee", "Ann-Lee", "Ann!")),
        email=st.none() | st.sampled_from(("x@example.com", "y@example.com")),
        status=st.sampled_from(CustomerStatus),
        is_test=st.booleans(),
        last_activity_at=st.none() | _moments,
        lifetime_values=st.dictionaries(
            st.sampled_from(("usd", "jpy")), st.integers(-2, 3), max_size=2
        ),
        subscription_statuses=st.dictionaries(st.sampled_from(("sub_1", "sub_2")), _statuses),
    ),
    max_size=40,
).map(lambda people: [replace(p, id=a_customer(str(n)).id) for n, p in enumerate(people)])
_orders = st.builds(CustomerOrder, sort=st.sampled_from(CustomerSort), is_ascending=st.booleans())
_filters = st.builds(
    CustomerFilter,
    status=st.none() | _statuses | st.just("deleted"),
    is_test=st.none() | st.booleans(),
)


def store_of(people: list[Customer]) -> tuple[DynamoCustomers, MemoryGateway]:
    gateway = MemoryGateway()
    for person in people:
        keep(gateway, person)
    return DynamoCustomers(gateway, ids=RandomIds()), gateway


def walk(
    store: DynamoCustomers,
    order: CustomerOrder,
    *,
    wanted: CustomerFilter = EVERYBODY,
    limits: list[int],
) -> list[Customer]:
    """All pages, with page sizes taken from `limits` in turn; positions travel as JSON."""
    found: list[Customer] = []
    position = None
    for turn in range(1_000):
        limit = limits[turn % len(limits)]
        page = store.page(order, wanted=wanted, window=Window(limit=limit, position=position))
        assert len(page.rows) <= limit
        found += page.rows
        position = json.loads(json.dumps(page.next_position))
        if position is None:
            return found
    raise AssertionError("the list does not end")


@pytest.mark.feature("L3-02")
@pytest.mark.feature("L3-32")
class TestListingCustomers:
    @given(_people, _orders, st.lists(st.integers(1, 9), min_size=1, max_size=4))
    @settings(max_examples=tries(150, quick=15), deadline=None)
    def test_every_page_size_shows_everybody_once_and_in_order(
        self, people: list[Customer], order: CustomerOrder, limits: list[int]
    ) -> None:
        store, _ = store_of(people)

        found = walk(store, order, limits=limits)

        assert sorted(c.id for c in found) == sorted(p.id for p in people)
        values = [sort_value(c, order.sort, currency="usd") for c in found]
        assert values == sorted(values, reverse=not order.is_ascending)

    @given(_people, _orders, _filters, st.lists(st.integers(1, 9), min_size=1, max_size=4))
    @settings(max_examples=tries(150, quick=15), deadline=None)
    def test_a_filter_leaves_out_exactly_the_others(
        self,
        people: list[Customer],
        order: CustomerOrder,
        wanted: CustomerFilter,
        limits: list[int],
    ) -> None:
        store, _ = store_of(people)

        found = walk(store, order, wanted=wanted, limits=limits)

        assert sorted(c.id for c in found) == sorted(p.id for p in people if wanted.admits(p))
        values = [sort_value(c, order.sort, currency="usd") for c in found]
        assert values == sorted(values, reverse=not order.is_ascending)

    @given(_people, _people, _orders)
    @settings(max_examples=tries(75, quick=8), deadline=None)
    def test_customers_who_come_meanwhile_move_nobody(
        self, people: list[Customer], newcomers: list[Customer], order: CustomerOrder
    ) -> None:
        store, gateway = store_of(people)
        newcomers = [replace(c, id=a_customer(f"new {c.id}").id) for c in newcomers]
        position, seen = None, []

        while True:
            page = store.page(order, wanted=EVERYBODY, window=Window(limit=3, position=position))
            seen += [customer.id for customer in page.rows]
            position = page.next_position
            if position is None:
                break
            if newcomers:
                keep(gateway, newcomers.pop())

        known = {person.id for person in people}
        assert sorted(i for i in seen if i in known) == sorted(known)
        assert len(seen) == len(set(seen))

    def test_a_page_costs_one_round_of_small_queries(self) -> None:
        people = [a_customer(str(n), created_at=START + timedelta(seconds=n)) for n in range(400)]
        store, gateway = store_of(people)
        gateway.calls.clear()

        store.page(CustomerOrder(), wanted=EVERYBODY, window=Window(limit=25))

        assert gateway.calls == ["query"] * 4

    def test_a_filter_that_admits_nobody_ends_the_page_early(self) -> None:
        store, _ = store_of([a_customer(str(n)) for n in range(100)])
        nobody = CustomerFilter(is_test=True)

        page = store.page(CustomerOrder(), wanted=nobody, window=Window(limit=3))

        assert page.rows == ()
        assert page.next_position is not None

    @pytest.mark.parametrize("position", ["text", 5, [], [[1, "cus_1"]], [1, 2, 3, 4, 5]])
    def test_the_position_of_another_list_is_refused(self, position: object) -> None:
        store, _ = store_of([a_customer()])
        by_value = CustomerOrder(sort=CustomerSort.LIFETIME_VALUE)

        with pytest.raises(InvalidInputError) as refusal:
            store.page(by_value, wanted=EVERYBODY, window=Window(limit=3, position=position))  # type: ignore[arg-type]

        assert refusal.value.code == "invalid_cursor"

    @pytest.mark.parametrize("sort", [s for s in CustomerSort if s != "lifetime_value"])
    def test_a_position_of_the_lifetime_values_is_refused_elsewhere(
        self, sort: CustomerSort
    ) -> None:
        store, _ = store_of([a_customer()])
        position = ((1, "cus_1"), (), (), ())

        with pytest.raises(InvalidInputError) as refusal:
            store.page(
                CustomerOrder(sort=sort),
                wanted=EVERYBODY,
                window=Window(limit=3, position=position),
            )

        assert refusal.value.code == "invalid_cursor"
