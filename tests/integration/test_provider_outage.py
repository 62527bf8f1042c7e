"""H4 and H5 of the event queue, in virtual time: a provider that says no for half an hour, and an
object that nobody can ever look at."""

import logging
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from frontdesk.domain.snapshot import ObjectReference
from frontdesk.entrypoints.queue import LookAt
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from frontdesk.use_cases.hints import follow_hints
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome
from frontdesk.use_cases.patience import PatientProvider
from tests.convergence import LongHistory, Size
from tests.mirrored import MirrorRig, differences
from tests.queue_simulation import QueueSimulation, Seconds

FUNCTIONS = 5
CALLS_PER_SECOND = 15
OUTAGE_SECONDS = 30 * 60
EVENTS = 900
OBJECTS = 300


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Each failed look is logged, and many fail here."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def patient(simulation: QueueSimulation) -> LookAt:
    """As functions/mirror is wired: each process has its share of the calls."""
    provider = PatientProvider(
        simulation.mirror.provider,
        clock=simulation.rig.clock,
        sleep=simulation.sleep,
        between_calls=timedelta(seconds=FUNCTIONS / CALLS_PER_SECOND),
    )
    mirror = Mirror(provider=provider, store=simulation.mirror.store)

    def look_at(reference: ObjectReference, fresh: list[str], tried: list[str]) -> MirrorOutcome:
        provider.refuse_while_resting(reference.provider)
        return follow_hints(reference, fresh=fresh, tried=tried, mirror=mirror)

    return look_at


def shop(seed: int, *, seconds_of: Seconds | None = None) -> QueueSimulation:
    return QueueSimulation(
        MirrorRig(),
        random.Random(seed),
        functions=FUNCTIONS,
        look_at_of=patient,
        seconds_of=seconds_of,
    )


def live(simulation: QueueSimulation, *, seed: int, seconds: float) -> None:
    """Changes of some hundred objects, spread over so long; each is told at once."""
    size = Size(events=EVENTS, objects=OBJECTS)
    history = LongHistory(simulation.rig.provider, seed=seed, size=size)
    told = 0

    def change() -> None:
        nonlocal told
        events = simulation.rig.provider.events
        history.go_on(len(events) + 1)
        for event in events[told:]:
            simulation.accept(event)
        told = len(events)

    for number in range(EVENTS):
        simulation.at(seconds * number / EVENTS, change)


def sweep(simulation: QueueSimulation) -> Callable[[], None]:
    def run() -> None:
        simulation.rig.sweep()
        simulation.take_from_queue()

    return run


def open_events(simulation: QueueSimulation) -> int:
    return sum("open_shard" in row for row in simulation.rig.entities("provider_event"))


@pytest.mark.case("H4")
def test_half_an_hour_of_429_and_503_loses_nothing_makes_no_storm_and_drains() -> None:
    simulation = shop(seed=4)
    live(simulation, seed=4, seconds=OUTAGE_SECONDS)
    drained_at: list[float] = []

    def answer(reference: ObjectReference) -> None:
        if simulation.now < OUTAGE_SECONDS:
            raise ProviderUnavailableError("429 or 503")

    def note_the_end() -> None:
        sweep(simulation)()
        if simulation.now > OUTAGE_SECONDS and not open_events(simulation):
            drained_at.append(simulation.now)

    simulation.answer_to = answer
    simulation.every(60, note_the_end, until=2 * OUTAGE_SECONDS)
    simulation.run()

    during = [at for at, _ in simulation.fetches if at < OUTAGE_SECONDS]
    assert len(during) <= OUTAGE_SECONDS / 60 * FUNCTIONS * 2  # one a minute and process, and room
    assert simulation.most_fetches_in_a_second <= CALLS_PER_SECOND
    assert drained_at[0] <= OUTAGE_SECONDS + 30 * 60
    assert differences(simulation.rig) == []


@pytest.mark.case("H4")
def test_a_backlog_that_comes_at_once_is_asked_for_at_the_same_pace() -> None:
    """As when the dead letters of an outage are sent back, and the provider answers fast."""
    simulation = shop(seed=4, seconds_of=lambda name: 0.02 if name == "fetch" else calls(name))
    for number in range(300):
        simulation.rig.provider.add_customer(name=f"Number {number}")
    for event in simulation.rig.provider.events:
        simulation.at(0, partial(simulation.accept, event))
    simulation.run()

    assert simulation.most_fetches_in_a_second <= CALLS_PER_SECOND
    assert simulation.now <= 300 / CALLS_PER_SECOND + 5
    assert differences(simulation.rig) == []


def calls(name: str) -> float:
    return float(name.removeprefix("sleep ")) if name.startswith("sleep ") else 0.005


@pytest.mark.case("H5")
@pytest.mark.parametrize("error", [ProviderUnavailableError, ProviderRejectedError, KeyError])
def test_an_object_that_nobody_can_look_at_holds_up_no_other(error: type[Exception]) -> None:
    """Its message goes to the dead letters, on which there is an alarm; when it is sent back twice
    after the repair, all is as if nothing had been."""
    simulation = shop(5)
    rig = simulation.rig
    good = [rig.provider.add_customer(name=f"Number {n}") for n in range(40)]
    poison = rig.provider.add_customer(name="Poison")

    def answer(reference: ObjectReference) -> None:
        if reference.provider_id == poison:
            raise error("a test says so")

    simulation.answer_to = answer
    for event in list(rig.provider.events):
        simulation.at(0, partial(simulation.accept, event))
    seen_after_a_minute: list[int] = []
    simulation.at(60, lambda: seen_after_a_minute.append(len(rig.entities("customer"))))
    simulation.run()

    assert seen_after_a_minute == [len(good)]
    (dead,) = simulation.dead_letters
    assert dead.hint.reference.provider_id == poison

    simulation.answer_to = lambda reference: None
    rig.queue.send([dead.hint, dead.hint])
    simulation.take_from_queue()
    simulation.run()
    assert differences(rig) == []
    assert open_events(simulation) == 0
