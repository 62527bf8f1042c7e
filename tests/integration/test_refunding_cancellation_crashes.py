"""An end with money back may be broken off anywhere, at each provider, with and without a paper:
the money goes back once, the subscription ends once, the paper is issued once (D9)."""

from collections import Counter
from functools import cache

import pytest

from tests.stories import DEATHS, FATES, KEY, LONGER_THAN_A_LEASE, PASSES, Stage, Story, told_by
from tests.subscribing import SubscriptionRig
from tests.subscribing_paypal import PayPalSubscriptionRig
from tests.workers import Fate

pytestmark = pytest.mark.case("D9")

OVER = ("canceled", "CANCELLED")
STORY = Story(
    "cancel",
    lambda _: {"when": "now", "refund": "prorated"},
    lambda subscription: subscription["status"] in OVER,
)


class TaxedSubscriptionRig(SubscriptionRig):
    """With a fifth of tax on top, so that a paper belongs to the refund."""

    def _furnish(self) -> None:
        rate = self.stripe.post("tax_rates", display_name="VAT", percentage="20", inclusive="false")
        self.subscription_fields = {"default_tax_rates": [rate["id"]]}
        super()._furnish()


SHOPS = {
    "Stripe": Stage(STORY, SubscriptionRig),
    "Stripe, with tax": Stage(STORY, TaxedSubscriptionRig),
    "PayPal": Stage(STORY, PayPalSubscriptionRig),
}
by_shop = pytest.mark.parametrize("shop", SHOPS)
by_fate = pytest.mark.parametrize("fate", FATES)


@cache
def steps_of(shop: str) -> int:
    return SHOPS[shop].steps()


@cache
def smooth(shop: str) -> SubscriptionRig:
    return SHOPS[shop].smooth()


def wrongs(shop: str, rig: SubscriptionRig) -> list[str]:
    """In which it is not as if nothing had broken."""
    found = list(rig.wrongs())
    states = Counter(operation.state.value for operation in rig.operations())
    if states != Counter(operation.state.value for operation in smooth(shop).operations()):
        found.append(f"operations are {states}")
    told, meant = Counter(told_by(rig)), Counter(told_by(smooth(shop)))
    if told != meant:
        found.append(f"happened {told - meant}, not {meant - told}")
    return [*found, *(f"{one} still reserves" for one in rig.reserving())]


@by_shop
def test_there_are_at_least_twenty_places_to_die(shop: str) -> None:
    assert steps_of(shop) >= 20


@by_fate
@by_shop
def test_the_janitor_ends_what_was_broken_off(shop: str, fate: Fate) -> None:
    for step in range(steps_of(shop)):
        rig, _ = SHOPS[shop].broken(step, fate)
        for _ in range(PASSES):
            rig.janitor()

        if SHOPS[shop].is_admitted(rig):
            assert wrongs(shop, rig) == [], f"{fate} at step {step}"
        else:
            assert list(rig.wrongs()) == rig.reserving() == [], f"{fate} at step {step}"
            assert not STORY.is_done(rig.at_provider), f"{fate} at step {step}"


@pytest.mark.parametrize("fate", DEATHS)
@by_shop
def test_the_same_command_again_ends_what_was_broken_off(shop: str, fate: Fate) -> None:
    for step in range(steps_of(shop)):
        rig, body = SHOPS[shop].broken(step, fate)
        rig.advance(LONGER_THAN_A_LEASE)
        answer = rig.order(STORY.verb, body, key=KEY)

        assert answer.status in (200, 202), f"{fate} at step {step}: {answer.text}"
        assert wrongs(shop, rig) == [], f"{fate} at step {step}"
