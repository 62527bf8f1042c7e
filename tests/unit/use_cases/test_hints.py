"""Whose look is enough for whom; test_event_bursts counts what a burst costs."""

import pytest

from frontdesk.domain.snapshot import ObjectKind, ObjectReference
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import reference
from tests.mirrored import MirrorRig, differences


class Desk:
    """A customer who was changed three times; each time told of."""

    def __init__(self) -> None:
        self.rig = MirrorRig()
        self.owner = self.rig.provider.add_customer(name="One")
        self.events: list[str] = []
        for name in ("Two", "Three", "Four"):
            self.change(name)

    def change(self, name: str) -> None:
        self.rig.provider.change_customer(self.owner, name=name)
        self.rig.accept(self.rig.provider.events[-1])
        self.events.append(self.rig.provider.events[-1].id)

    @property
    def looked_at(self) -> ObjectReference:
        return reference(ObjectKind.CUSTOMER, self.owner)

    def break_off(self, *fresh: str) -> None:
        """A look that takes its ticket and no more."""

        def refuse(name: str) -> None:
            raise ProviderUnavailableError("a test says so")

        self.rig.provider.before_fetch = refuse
        with pytest.raises(ProviderUnavailableError):
            self.rig.handle(self.looked_at, fresh)
        self.rig.provider.before_fetch = lambda name: None

    def handle(
        self, *, fresh: list[str] | None = None, tried: list[str] | None = None
    ) -> MirrorOutcome:
        return self.rig.handle(self.looked_at, fresh or [], tried or [])

    @property
    def open_events(self) -> list[str]:
        rows = self.rig.entities("provider_event")
        return sorted(str(row["event_id"]) for row in rows if row["status"] != "DONE")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_where_nobody_looks_the_first_try_does(desk: Desk) -> None:
    assert desk.handle(fresh=desk.events) is MirrorOutcome.WRITTEN
    assert desk.open_events == []
    assert differences(desk.rig) == []


def test_beside_a_look_the_first_try_leaves_its_events_open(desk: Desk) -> None:
    first, second, third = desk.events
    desk.break_off(first)
    desk.rig.provider.fetched.clear()

    assert desk.handle(fresh=[second, third]) is MirrorOutcome.LEFT
    assert desk.rig.provider.fetched == []
    assert desk.open_events == desk.events


def test_what_was_left_is_done_without_a_look_once_a_later_ticket_was_applied(desk: Desk) -> None:
    first, second, third = desk.events
    desk.break_off(first)
    desk.handle(fresh=[second, third])
    desk.handle(tried=[first])
    desk.rig.provider.fetched.clear()

    assert desk.handle(tried=[second, third]) is MirrorOutcome.SUPERSEDED
    assert desk.rig.provider.fetched == []
    assert desk.open_events == []


def test_what_was_left_is_looked_at_when_the_other_look_never_ended(desk: Desk) -> None:
    first, second, third = desk.events
    desk.break_off(first)
    desk.handle(fresh=[second])

    assert desk.handle(tried=[second]) is MirrorOutcome.WRITTEN
    assert desk.open_events == [first, third]
    assert differences(desk.rig) == []


def test_an_earlier_look_is_not_enough_for_what_was_left_beside_it(desk: Desk) -> None:
    """It may have fetched before the change."""
    looks: list[MirrorOutcome] = []

    def change_and_tell(name: str) -> None:
        desk.rig.provider.after_fetch = lambda name: None
        desk.change("Five")
        looks.append(desk.handle(fresh=desk.events[-1:]))

    desk.rig.provider.after_fetch = change_and_tell
    desk.handle(fresh=desk.events[:3])
    assert looks == [MirrorOutcome.LEFT]

    assert desk.handle(tried=desk.events[-1:]) is MirrorOutcome.WRITTEN
    assert differences(desk.rig) == []


def test_fresh_events_beside_tried_ones_that_are_done_are_left_alone_too(desk: Desk) -> None:
    first, second, third = desk.events
    desk.break_off(first)
    desk.handle(fresh=[second])
    desk.handle(tried=[first])
    desk.rig.mirror.store.take_ticket(desk.looked_at)

    assert desk.handle(fresh=[third], tried=[second]) is MirrorOutcome.LEFT
    assert desk.open_events == [third]


@pytest.mark.case("H5")
def test_a_message_that_comes_again_after_its_event_is_done_costs_no_look(desk: Desk) -> None:
    """As when the dead letters are sent back twice."""
    desk.handle(fresh=desk.events)
    desk.rig.provider.fetched.clear()
    before = desk.rig.gateway.items.copy()

    assert desk.handle(tried=desk.events) is MirrorOutcome.SUPERSEDED
    assert desk.rig.provider.fetched == []
    assert desk.rig.gateway.items == before
