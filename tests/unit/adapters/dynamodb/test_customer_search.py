import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.operations import Delete, Present
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_list import EVERYBODY, CustomerFilter
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.search import words_of
from frontdesk.ports.customers import TooManyMatchesError
from frontdesk.ports.paging import Window
from tests.fakes.customers import a_customer, keep
from tests.fakes.gateway import MemoryGateway
from tests.thoroughness import tries

_names = st.sampled_from(
    (
        "Ann Anna",
        "anna-ANNE",
        "Ánn Émile",
        "Søren Straße",
        "SOREN STRASSE",
        "İrem Işık",
        "Σωκράτης Ann",
        "Олег Аннин",
        "王小明",
        "王 小明 ann",
        "हिन्दी नाम",
        "محمد العلي",
    )
)
_emails = st.none() | st.sampled_from(
    ("ann@example.com", "a.nn@shop.example", "soren@example.com", "info@ann.example")
)
_people = st.lists(
    st.builds(a_customer, name=st.none() | _names, email=_emails, is_test=st.booleans()),
    max_size=25,
).map(lambda people: [replace(p, id=a_customer(str(n)).id) for n, p in enumerate(people)])
_searches = st.sampled_from(
    [
        "a",
        "an",
        "ann",
        "ANNA",
        "ann exa",
        "Émi",
        "emi",
        "stras",
        "STRAß",
        "sør",
        "i",
        "isik",
        "σωκ",
        "ΣΩ",
        "ол",
        "王",
        "王小",
        "हि",
        "عل",
        "exa com ann",
        "zzz",
        "n",
        "ann ann anna",
    ]
)


def store_of(people: list[Customer]) -> tuple[DynamoCustomers, MemoryGateway]:
    gateway = MemoryGateway()
    for person in people:
        keep(gateway, person)
    return DynamoCustomers(gateway, ids=RandomIds()), gateway


def matches(person: Customer, search: str) -> bool:
    words = words_of(person.name, person.email)
    return all(any(w.startswith(begin) for w in words) for begin in words_of(search))


def walk(
    store: DynamoCustomers, search: str, *, wanted: CustomerFilter = EVERYBODY, limit: int
) -> list[str]:
    found: list[str] = []
    position = None
    for _ in range(1_000):
        window = Window(limit=limit, position=position)
        page = store.search(words_of(search), wanted=wanted, window=window)
        assert len(page.rows) <= limit
        found += [customer.id for customer in page.rows]
        position = json.loads(json.dumps(page.next_position))
        if position is None:
            return found
    raise AssertionError("the search does not end")


@pytest.mark.feature("L3-33")
class TestSearchingCustomers:
    @given(_people, _searches, st.integers(1, 9))
    @settings(max_examples=tries(300, quick=20), deadline=None)
    def test_finds_each_match_once_and_nobody_else(
        self, people: list[Customer], search: str, limit: int
    ) -> None:
        store, _ = store_of(people)

        found = walk(store, search, limit=limit)

        assert sorted(found) == sorted(p.id for p in people if matches(p, search))

    @given(_people, _searches, st.integers(1, 9), st.booleans())
    @settings(max_examples=tries(100, quick=10), deadline=None)
    def test_a_filter_leaves_out_exactly_the_others(
        self, people: list[Customer], search: str, limit: int, is_test: bool
    ) -> None:
        store, _ = store_of(people)
        wanted = CustomerFilter(is_test=is_test)

        found = walk(store, search, wanted=wanted, limit=limit)

        expected = [p.id for p in people if matches(p, search) and p.is_test is is_test]
        assert sorted(found) == sorted(expected)

    @given(_people, _searches)
    @settings(max_examples=tries(100, quick=10), deadline=None)
    def test_all_matches_at_once_are_the_same_ones(
        self, people: list[Customer], search: str
    ) -> None:
        store, _ = store_of(people)

        found = store.matches(words_of(search), at_most=1_000)

        assert sorted(c.id for c in found) == sorted(p.id for p in people if matches(p, search))

    def test_costs_one_query_and_one_batch(self) -> None:
        people = [a_customer(str(n), name=f"Ann Number{n}") for n in range(60)]
        store, gateway = store_of(people)
        gateway.calls.clear()

        store.search(("ann",), wanted=EVERYBODY, window=Window(limit=25))

        assert gateway.calls == ["query", "get_many"]

    def test_more_matches_than_allowed_are_too_many(self) -> None:
        store, _ = store_of([a_customer(str(n), name="Ann") for n in range(4)])

        with pytest.raises(TooManyMatchesError):
            store.matches(("ann",), at_most=3)

    def test_a_customer_who_is_gone_is_left_out(self) -> None:
        here, gone = a_customer("here", name="Ann"), a_customer("gone", name="Ann")
        store, gateway = store_of([here, gone])
        gateway.write(Delete(keys.profile(gone.id), Present()))

        assert walk(store, "ann", limit=5) == [here.id]

    def test_a_changed_name_is_found_by_its_new_words_only(self) -> None:
        store, gateway = store_of([])
        before = keep(gateway, a_customer(name="Ann Old", email="ann@example.com"))

        store.save(before, replace(before, name="Ann New"), at=before.created_at)

        assert walk(store, "old", limit=5) == []
        assert walk(store, "new ann", limit=5) == [before.id]

    @pytest.mark.parametrize("position", [5, "zzz#cus_1", ["ann"]])
    def test_the_position_of_another_search_is_refused(self, position: object) -> None:
        store, _ = store_of([a_customer(name="Ann")])

        with pytest.raises(InvalidInputError) as refusal:
            store.search(
                ("ann",),
                wanted=EVERYBODY,
                window=Window(limit=3, position=position),  # type: ignore[arg-type]
            )

        assert refusal.value.code == "invalid_cursor"
