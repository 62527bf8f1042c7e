"""C6: a thousand events of one object in one second, in virtual time."""

import random
from collections.abc import Callable

import pytest

from frontdesk.domain.snapshot import ObjectKind
from tests.mirrored import MirrorRig, differences
from tests.queue_simulation import QueueSimulation

EVENTS = 1000


def burst(
    seed: int, *, functions: int, fastest_fetch: float = 0.08, death: float = 0
) -> QueueSimulation:
    """One subscription changes a thousand times in a second; each change is told at once."""
    chance = random.Random(seed)
    rig = MirrorRig()
    owner = rig.provider.add_customer(name="Ann")
    subscription = rig.provider.subscribe(owner, product=None)
    rig.follow()
    seconds = calls(chance, fastest_fetch)
    simulation = QueueSimulation(rig, chance, functions=functions, death=death, seconds_of=seconds)
    for number in range(EVENTS):
        simulation.at(chance.random(), change(simulation, subscription, amount_minor=number))
    simulation.every(60, lambda: sweep(simulation), until=1200 if death else 0)
    simulation.run()
    return simulation


def calls(chance: random.Random, fastest_fetch: float) -> Callable[[str], float]:
    def seconds(name: str) -> float:
        slow = chance.uniform(fastest_fetch, 5 * fastest_fetch)
        return slow if name == "fetch" else chance.uniform(0.003, 0.02)

    return seconds


def change(
    simulation: QueueSimulation, subscription: str, *, amount_minor: int
) -> Callable[[], None]:
    def run() -> None:
        rig = simulation.rig
        rig.provider.change_subscription(subscription, amount_minor=amount_minor)
        simulation.accept(rig.provider.events[-1])

    return run


def sweep(simulation: QueueSimulation) -> None:
    simulation.rig.sweep()
    simulation.take_from_queue()


def looks(simulation: QueueSimulation) -> int:
    return sum(one.kind is ObjectKind.SUBSCRIPTION for _, one in simulation.fetches)


def open_events(simulation: QueueSimulation) -> list[object]:
    rows = simulation.rig.entities("provider_event")
    assert len(rows) == EVENTS
    return [row["event_id"] for row in rows if row["status"] != "DONE"]


@pytest.mark.case("C6")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("functions", [2, 5, 16])
def test_a_thousand_events_of_one_object_are_at_most_fifty_fetches(
    functions: int, seed: int
) -> None:
    simulation = burst(seed, functions=functions)

    assert differences(simulation.rig) == []
    assert open_events(simulation) == []
    assert looks(simulation) <= 50


@pytest.mark.case("C6")
@pytest.mark.parametrize("seed", range(2))
def test_functions_that_die_in_a_burst_lose_nothing(seed: int) -> None:
    simulation = burst(seed, functions=5, death=0.02)

    assert simulation.deaths > 0
    assert differences(simulation.rig) == []
    assert open_events(simulation) == []
    assert looks(simulation) <= 50
