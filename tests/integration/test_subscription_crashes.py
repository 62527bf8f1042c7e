"""Whoever carries out a command may die at every step; the janitor finds the truth (D9).

At Stripe; `tests/integration/test_paypal_crashes.py` is about PayPal.
"""

from functools import cache

import pytest

from tests.stories import DEATHS, KEY, LONGER_THAN_A_LEASE, PASSES, Stage, Story, nothing
from tests.subscribing import SubscriptionRig
from tests.workers import Fate

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
    "price": Story(
        "price",
        lambda _: {"amount": {"amount": 9000, "currency": "usd"}, "from": "now"},
        lambda s: s["items"]["data"][0]["price"]["unit_amount"] == 9000,
    ),
}


def stage(name: str) -> Stage:
    return Stage(STORIES[name], SubscriptionRig)


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
