"""Lists, search and changes of customers on tables that are real: indexes, ties, positions."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.customers import DynamoCustomers
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_list import (
    EVERYBODY,
    CustomerOrder,
    CustomerSort,
    sort_value,
)
from frontdesk.domain.errors import ConflictError, VersionConflictError
from frontdesk.domain.search import words_of
from frontdesk.ports.paging import PageOf, Position, Window
from tests.fakes.customers import SPRING, a_customer, keep

NAMES = ("Ann", "Ann Lee", "Ann-Lee", "ann", "Åse", "Øx Ann", "王小明", "Олег", "हिन्दी", None)


def people() -> list[Customer]:
    chance = random.Random(11)
    return [
        a_customer(
            f"integration {number}",
            name=chance.choice(NAMES),
            email=f"c{number}@example.com",
            created_at=SPRING + timedelta(seconds=chance.randrange(5)),
            lifetime_values={"usd": chance.randrange(-1, 4)},
        )
        for number in range(60)
    ]


@pytest.fixture
def store(dynamodb: Any, empty_tables: dict[str, str]) -> DynamoCustomers:
    gateway = BotocoreGateway(dynamodb, table_names=empty_tables)
    for person in people():
        keep(gateway, person)
    return DynamoCustomers(gateway, ids=RandomIds())


def walk(page: Callable[[Position], PageOf[Customer]]) -> list[Customer]:
    found: list[Customer] = []
    position: Position = None
    while True:
        one = page(position)
        found += one.rows
        if one.next_position is None:
            return found
        position = json.loads(json.dumps(one.next_position))


@pytest.mark.feature("L3-02")
@pytest.mark.feature("L3-32")
def test_every_order_shows_everybody_once(store: DynamoCustomers) -> None:
    for sort in CustomerSort:
        for is_ascending in (True, False):
            order = CustomerOrder(sort=sort, is_ascending=is_ascending)

            def page(position: Position, order: CustomerOrder = order) -> PageOf[Customer]:
                window = Window(limit=7, position=position)
                return store.page(order, wanted=EVERYBODY, window=window)

            found = walk(page)

            assert sorted(c.id for c in found) == sorted(p.id for p in people())
            values = [sort_value(c, sort, currency="usd") for c in found]
            assert values == sorted(values, reverse=not is_ascending)


@pytest.mark.feature("L3-33")
@pytest.mark.parametrize("search", ["ann", "ANN exa", "åse", "王", "हि", "c1", "nobody"])
def test_a_search_finds_each_match_once(store: DynamoCustomers, search: str) -> None:
    words = words_of(search)

    found = walk(
        lambda position: store.search(
            words, wanted=EVERYBODY, window=Window(limit=4, position=position)
        )
    )

    expected = [
        person.id
        for person in people()
        if all(
            any(word.startswith(begin) for word in words_of(person.name, person.email))
            for begin in words
        )
    ]
    assert sorted(c.id for c in found) == sorted(expected)
    assert sorted(c.id for c in store.matches(words, at_most=100)) == sorted(expected)


@pytest.mark.feature("K1-26")
@pytest.mark.feature("K1-28")
def test_a_change_is_all_or_nothing(store: DynamoCustomers) -> None:
    ann, bo = (replace(person, version=1) for person in people()[:2])
    changed = replace(ann, name="Zoë", email="zoe@shop.example", external_id="shop-1")

    saved = store.save(ann, changed, at=SPRING, is_activity=True)

    assert store.find(ann.id) == saved
    assert (saved.version, saved.last_activity_at) == (2, SPRING)
    assert [c.id for c in store.matches(("zoe", "shop"), at_most=9)] == [ann.id]
    with pytest.raises(VersionConflictError):
        store.save(ann, replace(ann, name="Stale"), at=SPRING)
    with pytest.raises(ConflictError) as refusal:
        store.save(bo, replace(bo, external_id="shop-1", name="Thief"), at=SPRING)
    assert refusal.value.code == "external_id_taken"
    assert store.find(bo.id) == replace(bo, last_activity_at=None)
    given_up = store.save(saved, replace(saved, external_id=None), at=SPRING)
    assert store.save(bo, replace(bo, external_id="shop-1"), at=SPRING).version == 2
    assert given_up.external_id is None
