"""Whoever carries out an order may be broken off at each call that it makes to the tables or to
the provider: it dies before it or after it, or is told that it failed when it did or did not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.errors import FrontdeskError
from tests.breaking import BreakOff
from tests.subscribing import SubscriptionRig
from tests.workers import Died, Fate

KEY = "11111111-1111-4111-8111-111111111111"
PASSES = 2
DEATHS = (Fate.DIE_BEFORE, Fate.DIE_AFTER)
FATES = (*DEATHS, Fate.FAIL_BEFORE, Fate.FAIL_AFTER)
LONGER_THAN_A_LEASE = timedelta(minutes=3)

type Body = Callable[[SubscriptionRig], dict[str, Any]]


def nothing(_: SubscriptionRig) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Story:
    """`before` brings the subscription where the verb is possible; `is_done` tells from the
    provider's own object whether it has happened. With `due_after`, what is broken off is not the
    order but the janitor's run that brings about, so much later, what was ordered before."""

    verb: str
    body: Body
    is_done: Callable[[Any], bool]
    before: tuple[tuple[str, dict[str, Any]], ...] = ()
    due_after: timedelta | None = None
    needs_buyer: bool = False


@dataclass(frozen=True)
class Stage:
    """A story about to be told: `make` opens a fresh shop at the provider."""

    story: Story
    make: Callable[[], SubscriptionRig]

    def set(self) -> tuple[SubscriptionRig, dict[str, Any]]:
        rig = self.make()
        for verb, body in self.story.before:
            answer = rig.order(verb, body)
            assert answer.status == 200, answer.text
        if self.story.due_after is not None:
            rig.advance(self.story.due_after)
        return rig, self.story.body(rig)

    def play(self, rig: SubscriptionRig, body: dict[str, Any]) -> None:
        if self.story.due_after is not None:
            with suppress(FrontdeskError):  # a run that fails is followed by the next
                rig.janitor(later=timedelta(0))
            return
        rig.order(self.story.verb, body, key=KEY)

    def smooth(self) -> SubscriptionRig:
        """As it goes when nothing breaks, the buyer's consent included."""
        rig, body = self.set()
        self.play(rig, body)
        self.consent(rig)
        return rig

    def steps(self) -> int:
        rig, body = self.set()
        with broken_off(rig, BreakOff()) as counting:
            self.play(rig, body)
        return counting.steps

    def broken(self, step: int, fate: Fate) -> tuple[SubscriptionRig, dict[str, Any]]:
        rig, body = self.set()
        with broken_off(rig, BreakOff(step=step, fate=fate)) as breaking:
            if fate in DEATHS:
                with pytest.raises(Died):
                    self.play(rig, body)
            else:
                self.play(rig, body)
        assert breaking.has_broken
        return rig, body

    def consent(self, rig: SubscriptionRig) -> None:
        if self.story.needs_buyer:
            assert not self.story.is_done(rig.at_provider)
            rig.approve()
            rig.look()  # as its event has us do

    def is_admitted(self, rig: SubscriptionRig) -> bool:
        is_due = self.story.due_after is not None
        return is_due or len(rig.operations()) > len(self.story.before)


@contextmanager
def broken_off(rig: SubscriptionRig, breaking: BreakOff) -> Iterator[BreakOff]:
    breaking.watch_wires(rig.gateway, rig.wire)
    try:
        yield breaking
    finally:
        breaking.leave(rig.gateway, rig.wire)


def told_by(rig: SubscriptionRig) -> list[str]:
    """Everything that happened at the provider, as its events name it."""
    return [str(event.get("event_type") or event["type"]) for event in rig.standin.events()]
