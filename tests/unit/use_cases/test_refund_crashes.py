"""A refund's process may be killed at every step it takes outside itself, and the janitor's too.

A step is one call of the table or of the provider. Whatever is broken off where, the janitor
brings it to the provider's truth within two passes: one refund at most, nothing reserved for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest

from frontdesk.domain.errors import FrontdeskError
from frontdesk.domain.operation import LEASE
from frontdesk.domain.refund import RefundRecord
from frontdesk.domain.snapshot import RefundStatus
from tests.breaking import BreakOff
from tests.refunding import RefundRig, operation_id
from tests.workers import Died, Fate

pytestmark = pytest.mark.case("D9")

FATES = [fate for fate in Fate if fate is not Fate.GO_ON]
PASSES = 2


@dataclass(frozen=True, slots=True)
class Story:
    """`prepare` comes before the refund of 300 of 1000 that is broken off."""

    name: str
    prepare: Callable[[RefundRig], None]
    refunds: int = 1
    """Of ours, at the provider, once the order has got that far."""
    ends: bool = False
    """Whether the subscription is ordered to end with it."""

    def order(self, shop: RefundRig) -> RefundRecord:
        return shop.refund(300, cancel_subscription=self.ends)


def nothing_special(shop: RefundRig) -> None:
    pass


def slow_bank(shop: RefundRig) -> None:
    shop.commands.refund_status = RefundStatus.PENDING


def earlier_refund_unseen(shop: RefundRig) -> None:
    """Made in the dashboard: our refund brings it in by the way."""
    shop.rig.provider.refund(shop.payment, 400)


def too_much_refunded_unseen(shop: RefundRig) -> None:
    """The provider will refuse."""
    shop.rig.provider.refund(shop.payment, 900)


def disputed_unseen(shop: RefundRig) -> None:
    shop.rig.provider.dispute(shop.payment, 1000)


def subscription_ends_too(shop: RefundRig) -> None:
    shop.subscribe()


def subscription_and_too_much_refunded_unseen(shop: RefundRig) -> None:
    """The provider will refuse, and then the subscription goes on."""
    shop.subscribe()
    shop.rig.provider.refund(shop.payment, 900)


def subscription_is_ended_by_somebody_else(shop: RefundRig) -> None:
    """Unseen by us: what we want is done already."""
    made = shop.subscribe()
    shop.rig.provider.change_subscription(made, status="canceled", ended_at=shop.rig.clock.now())


STORIES = [
    Story("plain", nothing_special),
    Story("pending", slow_bank),
    Story("beside an unseen refund", earlier_refund_unseen),
    Story("refused: too much", too_much_refunded_unseen, refunds=0),
    Story("refused: disputed", disputed_unseen, refunds=0),
    Story("with a cancellation", subscription_ends_too, ends=True),
    Story(
        "with a cancellation, refused",
        subscription_and_too_much_refunded_unseen,
        refunds=0,
        ends=True,
    ),
    Story("with a cancellation that is done", subscription_is_ended_by_somebody_else, ends=True),
]
by_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
by_fate = pytest.mark.parametrize("fate", FATES)


def prepared(story: Story) -> RefundRig:
    shop = RefundRig()
    story.prepare(shop)
    return shop


def run(shop: RefundRig, work: Callable[[], object], *, step: int, fate: Fate) -> bool:
    """Whether the work got as far as the step at which it is broken off."""
    breaking = BreakOff(step=step, fate=fate)
    breaking.watch(shop.rig.gateway, shop.rig.provider, shop.commands)
    try:
        work()
    except (Died, FrontdeskError):
        assert breaking.has_broken or fate is Fate.GO_ON or shop.commands.calls
    BreakOff().watch(shop.rig.gateway, shop.rig.provider, shop.commands)
    return breaking.has_broken


@cache
def steps_of_refund(story: Story) -> int:
    """The crash points of one refund: before and after each there is a place to die."""
    step = 0
    while run(shop := prepared(story), lambda: story.order(shop), step=step, fate=Fate.DIE_BEFORE):
        step += 1
    return step


def unsettled(shop: RefundRig, story: Story) -> list[str]:
    is_known = shop.world.doing.operations.get(operation_id()) is not None
    if not is_known:
        shop.rig.follow()  # the events of what was prepared
    wrongs = [wrong for wrong in shop.wrongs() if not _is_only_pending(wrong, story)]
    made = [r for r in shop.rig.provider.payment(shop.payment).refunds if r.operation_id]
    if len(made) != (story.refunds if is_known else 0):
        wrongs.append(f"{len(made)} refunds at the provider")
    return wrongs


def _is_only_pending(wrong: str, story: Story) -> bool:
    """A bank that takes its time leaves an operation open, as it should."""
    return story.prepare is slow_bank and wrong.endswith("is pending")


def test_a_refund_has_at_least_twelve_places_to_die() -> None:
    assert all(steps_of_refund(story) >= 12 for story in STORIES)


@by_fate
@by_story
def test_the_janitor_ends_what_was_broken_off(story: Story, fate: Fate) -> None:
    for step in range(steps_of_refund(story)):
        shop = prepared(story)
        run(shop, lambda: story.order(shop), step=step, fate=fate)  # noqa: B023
        for _ in range(PASSES):
            shop.tend()

        assert unsettled(shop, story) == [], f"{fate} at step {step}"


@by_fate
@by_story
def test_the_same_order_again_ends_what_was_broken_off(story: Story, fate: Fate) -> None:
    """Without a janitor: the caller tries again once the first try is taken for dead."""
    for step in range(steps_of_refund(story)):
        shop = prepared(story)
        run(shop, lambda: story.order(shop), step=step, fate=fate)  # noqa: B023
        shop.rig.clock.advance(LEASE + timedelta(seconds=1))
        run(shop, lambda: story.order(shop), step=-1, fate=Fate.GO_ON)  # noqa: B023

        assert unsettled(shop, story) == [], f"{fate} at step {step}"


@pytest.mark.parametrize("second", FATES)
@pytest.mark.parametrize("first", [Fate.DIE_BEFORE, Fate.DIE_AFTER])
@by_story
def test_a_janitor_that_is_broken_off_too_is_followed_by_the_next(
    story: Story, first: Fate, second: Fate
) -> None:
    for step in range(steps_of_refund(story)):
        for janitors_step in range(MOST_STEPS_OF_A_PASS):
            shop = prepared(story)
            run(shop, lambda: story.order(shop), step=step, fate=first)  # noqa: B023
            was_broken = run(shop, shop.tend, step=janitors_step, fate=second)
            for _ in range(PASSES):
                shop.tend()

            wrongs = unsettled(shop, story)
            assert wrongs == [], f"{first} at {step}, {second} at {janitors_step} of the janitor"
            if not was_broken:
                break
        else:
            pytest.fail("a pass has more steps than are tried")


MOST_STEPS_OF_A_PASS = 60
