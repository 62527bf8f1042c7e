"""The same histories through the mirror over a real table and over the one in memory: every row of
every table is the same, and the sweeper finds in the index what it needs."""

import random
from datetime import timedelta
from typing import Any, cast

import pytest

from frontdesk.adapters.dynamodb.codec import decode_item
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import Item, Key
from tests.fakes.gateway import MemoryGateway
from tests.mirror_machine import History
from tests.mirrored import MirrorRig, differences

CHANGES = 60


def rows_of(dynamodb: Any, tables: dict[str, str]) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for logical, name in tables.items():
        pages = dynamodb.get_paginator("scan").paginate(TableName=name)
        for row in (row for page in pages for row in page["Items"]):
            item = decode_item(row)
            found[Key(logical, str(item["pk"]), str(item["sk"]))] = item
    return found


def live(rig: MirrorRig, *, seed: int) -> list[str]:
    """Changes, deliveries in any order, some of them forgotten until the sweeper comes; the events
    that it found."""
    chance = random.Random(seed)
    history = History(rig.provider)
    swept: list[str] = []
    delivered = 0
    while delivered < CHANGES:
        history.change(chance)
        fresh = rig.provider.events[delivered:]
        delivered += len(fresh)
        for event in chance.sample(fresh, len(fresh)):
            rig.accept(event)
        for hint in rig.queue.taken():
            if chance.random() < 0.7:
                rig.look_at(hint.reference, hint.event_id)
        rig.clock.advance(timedelta(seconds=chance.randint(0, 200)))
        rig.sweep()
        swept += [hint.event_id for hint in rig.queue.hints]
    rig.clock.advance(timedelta(hours=3))
    while rig.sweep():
        for hint in rig.queue.taken():
            rig.look_at(hint.reference, hint.event_id)
        rig.clock.advance(timedelta(hours=3))
    return swept


@pytest.mark.parametrize("seed", range(2))
def test_a_real_table_ends_as_the_one_in_memory(
    dynamodb: Any, empty_tables: dict[str, str], seed: int
) -> None:
    gateway: Any = BotocoreGateway(dynamodb, table_names=empty_tables)
    real, memory = MirrorRig(gateway=cast("MemoryGateway", gateway)), MirrorRig()

    swept = [live(rig, seed=seed) for rig in (real, memory)]

    assert differences(memory) == []
    assert swept[0] == swept[1] != []
    assert rows_of(dynamodb, empty_tables) == memory.gateway.items
