"""Whoever carries out a command may die at every step; the janitor finds the truth (D9)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.subscribing import DROP, SubscriptionRig

KEY = "11111111-1111-4111-8111-111111111111"
PASSES = 2
_LONGER_THAN_A_LEASE = timedelta(minutes=3)


class Died(BaseException):
    """Passes every handler, as a process that is killed does."""


@dataclass
class Steps:
    """Counts the calls to the tables and to Stripe, and ends the run at one of them."""

    rig: SubscriptionRig
    fatal: int | None = None
    is_after: bool = False
    count: int = 0

    def watch(self) -> None:
        self.rig.gateway.before_call = self.rig.stripe.before_call = self._before
        self.rig.gateway.after_call = self.rig.stripe.after_call = self._after

    def leave(self) -> None:
        self.rig.gateway.before_call = self.rig.stripe.before_call = lambda name: None
        self.rig.gateway.after_call = self.rig.stripe.after_call = lambda name: None

    def _before(self, name: str) -> None:
        if self.count == self.fatal and not self.is_after:
            raise Died

    def _after(self, name: str) -> None:
        number, self.count = self.count, self.count + 1
        if number == self.fatal and self.is_after:
            raise Died


@dataclass(frozen=True)
class Story:
    """`before` brings the subscription where the verb is possible; `is_done` tells from Stripe's
    own object whether it has happened."""

    verb: str
    body: Callable[[SubscriptionRig], dict[str, Any]]
    is_done: Callable[[Any], bool]
    before: tuple[str, ...] = ()


def _nothing(_: SubscriptionRig) -> dict[str, Any]:
    return {}


STORIES = {
    "cancel now": Story("cancel", lambda _: {"when": "now"}, lambda s: s["status"] == "canceled"),
    "cancel at period end": Story(
        "cancel", lambda _: {"when": "period_end"}, lambda s: s["cancel_at_period_end"]
    ),
    "undo cancel": Story(
        "undo-cancel", _nothing, lambda s: s["cancel_at"] is None, before=("cancel",)
    ),
    "pause": Story("pause", _nothing, lambda s: s["pause_collection"] is not None),
    "resume": Story("resume", _nothing, lambda s: s["pause_collection"] is None, before=("pause",)),
    "change": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(9000), "proration": "invoice_now"},
        lambda s: s["items"]["data"][0]["price"]["unit_amount"] == 9000,
    ),
    "change at period end": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(1000)},
        lambda s: s["next_amount"] == 1000,
    ),
    "change at period end instead of another": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(2000)},
        lambda s: s["next_amount"] == 2000,
        before=("change",),
    ),
    "change instead of a pending one": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(9000), "proration": "invoice_now"},
        lambda s: s["schedule"] is None and s["items"]["data"][0]["price"]["unit_amount"] == 9000,
        before=("change",),
    ),
    "cancel at period end instead of a pending change": Story(
        "cancel",
        lambda _: {"when": "period_end"},
        lambda s: s["schedule"] is None and s["cancel_at_period_end"],
        before=("change",),
    ),
    "drop pending change": Story(
        DROP, _nothing, lambda s: s["schedule"] is None, before=("change",)
    ),
    "price": Story(
        "price",
        lambda _: {"amount": {"amount": 9000, "currency": "usd"}, "from": "now"},
        lambda s: s["items"]["data"][0]["price"]["unit_amount"] == 9000,
    ),
}
_PREPARING: dict[str, Callable[[SubscriptionRig], dict[str, Any]]] = {
    "cancel": lambda _: {"when": "period_end"},
    "pause": _nothing,
    "change": lambda rig: {"offer_id": rig.offer_of(1000)},
}


def shown(rig: SubscriptionRig) -> dict[str, Any]:
    """The subscription at Stripe, and what the next phase of its schedule costs."""
    found = rig.at_stripe
    if found["schedule"] is None:
        return {**found, "next_amount": None}
    phases = rig.stripe.get(f"subscription_schedules/{found['schedule']}")["phases"]
    price = rig.stripe.get(f"prices/{phases[-1]['items'][0]['price']}")
    return {**found, "next_amount": price["unit_amount"]}


def told(story: Story) -> tuple[SubscriptionRig, dict[str, Any]]:
    rig = SubscriptionRig()
    for verb in story.before:
        assert rig.order(verb, _PREPARING[verb](rig)).status == 200
    rig.stripe.calls.clear()
    return rig, story.body(rig)


def steps_of(story: Story) -> int:
    rig, body = told(story)
    steps = Steps(rig)
    steps.watch()
    assert rig.order(story.verb, body, key=KEY).status == 200
    steps.leave()
    return steps.count


def died(story: Story, fatal: int, *, is_after: bool) -> tuple[SubscriptionRig, dict[str, Any]]:
    rig, body = told(story)
    steps = Steps(rig, fatal=fatal, is_after=is_after)
    steps.watch()
    with pytest.raises(Died):
        rig.order(story.verb, body, key=KEY)
    steps.leave()
    return rig, body


def settled(rig: SubscriptionRig) -> int:
    """How often the customer was charged, or credited, for changes."""
    return len(list(rig.standin.account.store.newest_first("invoice")))


@pytest.mark.case("D9")
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", STORIES)
class TestDeathAtEachStep:
    def test_the_janitor_brings_it_to_the_truth(self, name: str, is_after: bool) -> None:
        story = STORIES[name]
        smooth, body = told(story)
        smooth.order(story.verb, body, key=KEY)
        for fatal in range(steps_of(story)):
            rig, _ = died(story, fatal, is_after=is_after)

            for _ in range(PASSES):
                rig.janitor()

            was_admitted = len(rig.operations()) > len(story.before)
            assert list(rig.wrongs()) == [], fatal
            assert bool(story.is_done(shown(rig))) == was_admitted, fatal
            if was_admitted:
                assert {o.state.value for o in rig.operations()} == {"succeeded"}, fatal
                assert settled(rig) == settled(smooth), fatal

    def test_the_same_command_sent_again_does_it_once(self, name: str, is_after: bool) -> None:
        story = STORIES[name]
        smooth, body = told(story)
        smooth.order(story.verb, body, key=KEY)
        for fatal in range(steps_of(story)):
            rig, body = died(story, fatal, is_after=is_after)
            rig.advance(_LONGER_THAN_A_LEASE)

            answer = rig.order(story.verb, body, key=KEY)

            assert answer.status == 200, (fatal, answer.text)
            assert story.is_done(shown(rig)), fatal
            assert list(rig.wrongs()) == [], fatal
            assert settled(rig) == settled(smooth), fatal
