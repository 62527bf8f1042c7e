"""Events are stored and queued before they are acknowledged, and never forgotten."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest

from frontdesk.domain.errors import UnavailableError
from frontdesk.domain.provider_event import EventState, ProviderEvent
from frontdesk.domain.snapshot import ObjectKind
from frontdesk.ports.inbox import Inbox
from frontdesk.use_cases.inbox import accept_event, first_look_at, sweep
from tests.fakes.clock import FakeClock
from tests.fakes.inbox import MemoryInbox
from tests.fakes.provider import OPENED_AT, STRIPE, FakeProvider, reference
from tests.fakes.queue import MemoryQueue
from tests.ingress import IngressRig, event_body
from tests.mirrored import MirrorRig
from tests.thoroughness import stride, tries
from tests.workers import Died

MINUTE = timedelta(minutes=1)


def an_event(number: int = 1, *, is_ours: bool = True) -> ProviderEvent:
    return ProviderEvent(
        provider=STRIPE,
        id=f"evt_{number:05d}",
        type="customer.updated",
        created_at=OPENED_AT,
        api_version=None,
        reference=reference(ObjectKind.CUSTOMER, f"cus_{number}") if is_ours else None,
        raw_body=b"{}",
    )


class Desk:
    """An inbox of either kind with its queue and clock."""

    def __init__(self, kind: str) -> None:
        self.clock = FakeClock()
        self.queue = MemoryQueue()
        self.rig = MirrorRig(clock=self.clock, queue=self.queue)
        memory = MemoryInbox(clock=self.clock)
        self.inbox: Inbox = memory if kind == "memory" else self.rig.inbox
        self.finish: Callable[[str], None] = (
            memory.finish if kind == "memory" else self._finish_in_table
        )

    def _finish_in_table(self, event_id: str) -> None:
        self.rig.mirror.store.settle(reference(ObjectKind.CUSTOMER, "x"), events=[event_id])

    def accept(self, event: ProviderEvent) -> EventState:
        return accept_event(event, inbox=self.inbox, queue=self.queue)

    def sweep(self) -> list[str]:
        sweep(inbox=self.inbox, queue=self.queue, clock=self.clock)
        return [hint.event_id for hint in self.queue.taken()]

    def oldest_age(self) -> timedelta:
        return sweep(inbox=self.inbox, queue=self.queue, clock=self.clock).oldest_age


@pytest.fixture(params=["memory", "table"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(request.param)


class TestAccepting:
    def test_a_new_event_is_queued(self, desk: Desk) -> None:
        assert desk.accept(an_event()) is EventState.RECEIVED
        assert [hint.event_id for hint in desk.queue.hints] == ["evt_00001"]

    def test_a_repeat_of_one_that_nobody_finished_is_queued_again(self, desk: Desk) -> None:
        """Whoever stored it may have died before queueing it."""
        desk.accept(an_event())

        assert desk.accept(an_event()) is EventState.RECEIVED
        assert len(desk.queue.hints) == 2

    def test_a_repeat_of_a_finished_one_is_not(self, desk: Desk) -> None:
        desk.accept(an_event())
        desk.finish("evt_00001")

        assert desk.accept(an_event()) is EventState.DONE
        assert len(desk.queue.hints) == 1

    def test_one_that_is_about_nothing_of_ours_is_kept_and_left_alone(self, desk: Desk) -> None:
        assert desk.accept(an_event(is_ours=False)) is EventState.IGNORED
        assert desk.queue.hints == []

    def test_it_is_not_accepted_while_the_queue_refuses_it(self, desk: Desk) -> None:
        def refuse() -> None:
            raise UnavailableError("a test says so")

        desk.queue.before_send = refuse

        with pytest.raises(UnavailableError):
            desk.accept(an_event())


class TestSweeping:
    def test_nothing_is_swept_in_the_first_two_minutes(self, desk: Desk) -> None:
        desk.accept(an_event())
        desk.queue.taken()
        desk.clock.advance(2 * MINUTE)

        assert desk.sweep() == []

    def test_then_it_is_queued_again_less_and_less_often_up_to_once_an_hour(
        self, desk: Desk
    ) -> None:
        desk.accept(an_event())
        desk.queue.taken()
        found = []
        for minute in range(12 * 60):
            if desk.sweep():
                found.append(minute)
            desk.clock.advance(MINUTE)

        waits = [later - earlier for earlier, later in pairwise(found)]
        assert found[0] == 3
        assert waits[:5] == [3, 5, 9, 17, 33]
        assert set(waits[5:]) == {61}

    def test_a_finished_event_is_never_swept(self, desk: Desk) -> None:
        desk.accept(an_event())
        desk.finish("evt_00001")
        desk.queue.taken()
        desk.clock.advance(timedelta(days=1))

        assert desk.sweep() == []
        assert desk.oldest_age() == timedelta(0)

    def test_one_that_is_finished_while_it_is_swept_stays_finished(self, desk: Desk) -> None:
        desk.accept(an_event())
        desk.queue.taken()
        desk.clock.advance(timedelta(hours=1))
        desk.queue.before_send = lambda: desk.finish("evt_00001")

        assert desk.sweep() == ["evt_00001"]
        desk.clock.advance(timedelta(hours=2))
        assert desk.sweep() == []

    def test_more_than_a_batch_come_in_their_turn_oldest_first(self, desk: Desk) -> None:
        for number in range(250):
            desk.accept(an_event(number))
            desk.clock.advance(timedelta(seconds=1))
        desk.queue.taken()
        desk.clock.advance(3 * MINUTE)
        found: list[str] = []
        for _ in range(3):
            found += desk.sweep()

        assert sorted(found) == [f"evt_{number:05d}" for number in range(250)]
        assert found[:100] == [f"evt_{number:05d}" for number in range(100)]

    def test_what_the_queue_refuses_is_swept_again_a_minute_later(self, desk: Desk) -> None:
        desk.accept(an_event())
        desk.queue.taken()
        desk.clock.advance(3 * MINUTE)

        def refuse() -> None:
            raise UnavailableError("a test says so")

        desk.queue.before_send = refuse
        with pytest.raises(UnavailableError):
            desk.sweep()
        desk.queue.before_send = lambda: None
        desk.clock.advance(MINUTE)

        assert desk.sweep() == ["evt_00001"]

    def test_the_age_of_the_oldest_is_told_however_often_it_was_swept(self, desk: Desk) -> None:
        desk.accept(an_event(1))
        desk.clock.advance(timedelta(hours=5))
        desk.accept(an_event(2))
        for _ in range(4):
            desk.sweep()
            desk.clock.advance(MINUTE)

        assert desk.oldest_age() == timedelta(hours=5, minutes=4)

    def test_the_first_look_is_two_minutes_after_its_arrival(self) -> None:
        assert first_look_at(OPENED_AT) == OPENED_AT + 2 * MINUTE


@pytest.mark.case("B8")
class TestLookingAgain:
    """An event whose object is still settling at the provider."""

    DELAYS = (5 * MINUTE, timedelta(hours=1))

    def accept(self, desk: Desk) -> None:
        desk.accept(replace(an_event(), look_again_after=self.DELAYS))

    def due_minutes(self, desk: Desk, *, until: int) -> list[int]:
        """When something was swept, each finished at once."""
        found = []
        for minute in range(until):
            for event_id in desk.sweep():
                found.append(minute)
                desk.finish(event_id)
            desk.clock.advance(MINUTE)
        return found

    def test_it_is_looked_at_again_when_each_delay_is_over_and_never_more(self, desk: Desk) -> None:
        self.accept(desk)
        assert [hint.event_id for hint in desk.queue.taken()] == ["evt_00001"]
        desk.finish("evt_00001")

        assert self.due_minutes(desk, until=24 * 60) == [6, 61]

    def test_however_often_the_event_comes_each_look_is_made_once(self, desk: Desk) -> None:
        for _ in range(5):
            self.accept(desk)
            desk.clock.advance(timedelta(seconds=10))
        desk.queue.taken()
        desk.finish("evt_00001")
        self.accept(desk)

        assert len(self.due_minutes(desk, until=24 * 60)) == 2

    def test_a_later_look_that_nobody_finishes_is_made_again(self, desk: Desk) -> None:
        self.accept(desk)
        desk.finish("evt_00001")
        desk.queue.taken()
        desk.clock.advance(6 * MINUTE)

        (first,) = desk.sweep()
        desk.clock.advance(5 * MINUTE)
        assert desk.sweep() == [first]

    def test_a_look_that_is_not_due_yet_is_no_unprocessed_event(self, desk: Desk) -> None:
        self.accept(desk)
        desk.finish("evt_00001")
        desk.clock.advance(4 * MINUTE)

        assert desk.oldest_age() == timedelta(0)


# --- A9 ----------------------------------------------------------------------------------------


@contextmanager
def death_at_line(number: int | None) -> Iterator[list[str]]:
    """Kills whoever runs the n-th line of ours; None: only lists the lines."""
    lines: list[str] = []

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if "frontdesk" not in frame.f_code.co_filename:
            return None
        if event == "line":
            lines.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
            if len(lines) - 1 == number:
                raise Died
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


class Shop:
    """The ingress and the mirror on one table and one queue, about one customer."""

    def __init__(self) -> None:
        provider = FakeProvider()
        provider.add_customer(name="Ann")
        (self.customer,) = (ref.provider_id for ref in provider.objects)
        self.ingress = IngressRig()
        self.rig = MirrorRig(
            provider=provider,
            gateway=self.ingress.gateway,
            clock=self.ingress.clock,
            queue=self.ingress.queue,
        )
        thing = {"object": "customer", "id": self.customer}
        self.body = event_body(1, data={"object": thing})

    def deliver(self) -> int:
        return self.ingress.post(self.body)

    def work_off(self) -> None:
        for hint in self.rig.queue.taken():
            self.rig.look_at(hint.reference, hint.event_id)

    @property
    def is_stored(self) -> bool:
        return bool(self.rig.entities("provider_event"))

    @property
    def is_processed(self) -> bool:
        states = [item["status"] for item in self.rig.entities("provider_event")]
        return states == ["DONE"] and self.rig.profile(self.customer).name == "Ann"


def lines_of_a_delivery() -> list[str]:
    shop = Shop()
    with death_at_line(None) as lines:
        assert shop.deliver() == 200
    return lines


def killed_at(number: int) -> Shop:
    shop = Shop()
    with pytest.raises(Died), death_at_line(number):
        shop.deliver()
    shop.ingress.restart()
    return shop


@pytest.mark.case("A9")
class TestDeathInTheIngress:
    def test_the_providers_next_try_is_processed_wherever_the_first_died(self) -> None:
        lines = lines_of_a_delivery()
        assert len(lines) > 100
        for number in range(0, len(lines), stride(quick=13)):
            shop = killed_at(number)

            assert shop.deliver() == 200, lines[number]
            shop.work_off()
            assert shop.is_processed, lines[number]

    def test_once_it_is_stored_it_is_processed_within_three_minutes_without_another_try(
        self,
    ) -> None:
        lines = lines_of_a_delivery()
        stored = 0
        for number in range(0, len(lines), stride(quick=7)):
            shop = killed_at(number)
            if not shop.is_stored:
                continue
            stored += 1
            for _ in range(3):
                shop.ingress.clock.advance(MINUTE)
                shop.rig.sweep()
                shop.work_off()

            assert shop.is_processed, lines[number]
        assert stored > tries(5, quick=1)
