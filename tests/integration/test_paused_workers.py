"""C3: a worker stands still for 30 s between its fetch and its write, and the object changes.

In virtual time; here because a thousand of them take too long for make unit.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from frontdesk.domain.snapshot import (
    CustomerSnapshot,
    ObjectReference,
    RefundStatus,
)
from frontdesk.entrypoints.queue import LookAt
from frontdesk.use_cases.hints import follow_hints
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import FakeProvider
from tests.mirrored import MirrorRig, differences
from tests.queue_simulation import QueueSimulation

PAUSES = 1000
PAUSE_SECONDS = 30
FUNCTIONS = 100
"""Enough for all who stand still at once, and for those who go on."""

type Change = Callable[[], object]


class Pauses:
    """The first look at each object stands still after its fetch; what came of it."""

    def __init__(self) -> None:
        self.outcomes: Counter[MirrorOutcome] = Counter()
        self._had_theirs: set[ObjectReference] = set()
        self._standing: set[int] = set()

    def looks_of(self, simulation: QueueSimulation) -> LookAt:
        def stand_still(looked_at: ObjectReference) -> None:
            if looked_at not in self._had_theirs:
                self._had_theirs.add(looked_at)
                self._standing.add(threading.get_ident())
                simulation.sleep(PAUSE_SECONDS)

        def look_at(
            looked_at: ObjectReference, fresh: list[str], tried: list[str]
        ) -> MirrorOutcome:
            outcome = follow_hints(looked_at, fresh=fresh, tried=tried, mirror=simulation.mirror)
            if threading.get_ident() in self._standing:
                self._standing.discard(threading.get_ident())
                self.outcomes[outcome] += 1
            return outcome

        simulation.answer_to = stand_still
        return look_at


def customer(provider: FakeProvider, chance: random.Random) -> Change:
    made = provider.add_customer(name="Before")
    name = f"After {chance.random()}"
    return lambda: provider.change_customer(made, name=name)


def payment(provider: FakeProvider, chance: random.Random) -> Change:
    made = provider.pay(None, guest_name="Guest")

    def refund() -> None:
        status = chance.choice([RefundStatus.SUCCEEDED, RefundStatus.PENDING])
        provider.refund(made, chance.randint(1, 100), status=status)

    return refund


def subscription(provider: FakeProvider, chance: random.Random) -> Change:
    owner = provider.all_of(CustomerSnapshot)[0].provider_id
    made = provider.subscribe(owner, product=None)
    amount = chance.randint(1, 9999)
    return lambda: provider.change_subscription(made, amount_minor=amount, status="past_due")


@pytest.mark.case("C3")
def test_none_of_a_thousand_who_stood_still_leaves_a_wrong_state() -> None:
    chance, pauses, rig = random.Random(3), Pauses(), MirrorRig()
    rig.provider.add_customer(name="Ann")
    simulation = QueueSimulation(rig, chance, functions=FUNCTIONS, look_at_of=pauses.looks_of)
    told = 0

    def tell() -> None:
        nonlocal told
        fresh, told = rig.provider.events[told:], len(rig.provider.events)
        for event in fresh:
            simulation.accept(event)

    def make_and_change(number: int) -> None:
        make = (customer, payment, subscription)[number % 3]
        change = make(rig.provider, chance)
        tell()

        def change_it() -> None:
            change()
            tell()

        for _ in range(chance.randint(1, 3)):
            simulation.at(simulation.now + chance.uniform(1, PAUSE_SECONDS - 1), change_it)

    for number in range(PAUSES):
        simulation.at(number * 0.6, partial(make_and_change, number))
    simulation.run()

    assert differences(rig) == []
    assert pauses.outcomes.total() >= PAUSES
    assert pauses.outcomes[MirrorOutcome.SUPERSEDED] >= PAUSES * 0.9
    assert not any("open_shard" in row for row in rig.entities("provider_event"))
