"""Whoever carries out a command may die at every step; the janitor finds the truth (D9).

At Stripe; `tests/integration/test_paypal_crashes.py` is about PayPal.
"""

from functools import cache
from typing import Any

import pytest

from tests.stories import DEATHS, KEY, LONGER_THAN_A_LEASE, PASSES, Stage, Story, nothing
from tests.subscribing import DROP, SubscriptionRig, offer_id_of
from tests.workers import Fate

DOWNGRADE = ("change", {"offer_id": offer_id_of(1000)})


class CrashRig(SubscriptionRig):
    """With offers from the start, and what follows the present period in Stripe's own object."""

    def _furnish(self) -> None:
        super()._furnish()
        for amount in (1000, 2000, 9000):
            self.offer_of(amount)

    @property
    def at_provider(self) -> Any:
        found = self.at_stripe
        if found["schedule"] is None:
            return {**found, "next_amount": None}
        phases = self.stripe.get(f"subscription_schedules/{found['schedule']}")["phases"]
        price = self.stripe.get(f"prices/{phases[-1]['items'][0]['price']}")
        return {**found, "next_amount": price["unit_amount"]}


STORIES = {
    "cancel now": Story("cancel", lambda _: {"when": "now"}, lambda s: s["status"] == "canceled"),
    "cancel at period end": Story(
        "cancel", lambda _: {"when": "period_end"}, lambda s: s["cancel_at_period_end"]
    ),
    "undo cancel": Story(
        "undo-cancel",
        nothing,
        lambda s: s["cancel_at"] is None,
        before=(("cancel", {"when": "period_end"}),),
    ),
    "pause": Story("pause", nothing, lambda s: s["pause_collection"] is not None),
    "resume": Story(
        "resume", nothing, lambda s: s["pause_collection"] is None, before=(("pause", {}),)
    ),
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
        before=(DOWNGRADE,),
    ),
    "change instead of a pending one": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(9000), "proration": "invoice_now"},
        lambda s: s["schedule"] is None and s["items"]["data"][0]["price"]["unit_amount"] == 9000,
        before=(DOWNGRADE,),
    ),
    "cancel at period end instead of a pending change": Story(
        "cancel",
        lambda _: {"when": "period_end"},
        lambda s: s["schedule"] is None and s["cancel_at_period_end"],
        before=(DOWNGRADE,),
    ),
    "drop pending change": Story(
        DROP, nothing, lambda s: s["schedule"] is None, before=(DOWNGRADE,)
    ),
    "price": Story(
        "price",
        lambda _: {"amount": {"amount": 9000, "currency": "usd"}, "from": "now"},
        lambda s: s["items"]["data"][0]["price"]["unit_amount"] == 9000,
    ),
}


def stage(name: str) -> Stage:
    return Stage(STORIES[name], CrashRig)


@cache
def smooth(name: str) -> SubscriptionRig:
    return stage(name).smooth()


def settled(rig: SubscriptionRig) -> int:
    """How often the customer was charged, or credited, for changes."""
    return len(list(rig.standin.account.store.newest_first("invoice")))


@pytest.mark.case("D9")
@pytest.mark.parametrize("fate", DEATHS)
@pytest.mark.parametrize("name", STORIES)
class TestDeathAtEachStep:
    def test_the_janitor_brings_it_to_the_truth(self, name: str, fate: Fate) -> None:
        play = stage(name)
        for step in range(play.steps()):
            rig, _ = play.broken(step, fate)

            for _ in range(PASSES):
                rig.janitor()

            was_admitted = play.is_admitted(rig)
            assert list(rig.wrongs()) == [], step
            assert bool(play.story.is_done(rig.at_provider)) == was_admitted, step
            if was_admitted:
                assert {o.state.value for o in rig.operations()} == {"succeeded"}, step
                assert settled(rig) == settled(smooth(name)), step

    def test_the_same_command_sent_again_does_it_once(self, name: str, fate: Fate) -> None:
        play = stage(name)
        for step in range(play.steps()):
            rig, body = play.broken(step, fate)
            rig.advance(LONGER_THAN_A_LEASE)

            answer = rig.order(play.story.verb, body, key=KEY)

            assert answer.status == 200, (step, answer.text)
            assert play.story.is_done(rig.at_provider), step
            assert list(rig.wrongs()) == [], step
            assert settled(rig) == settled(smooth(name)), step
