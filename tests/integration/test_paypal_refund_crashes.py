"""A refund at PayPal may be broken off at every step (D9); with the janitor too in `make soak`."""

import pytest

from frontdesk.domain.operation import OperationState
from frontdesk.domain.snapshot import RefundStatus
from tests.paypal_refund_stories import (
    STORIES,
    Story,
    broken,
    by_fate,
    by_story,
    order,
    slow,
    steps_of,
    unsettled,
)
from tests.refund_shop import operation_id
from tests.refunding_at_paypal import PayPalRefundShop
from tests.stories import DEATHS, LONGER_THAN_A_LEASE, PASSES
from tests.workers import Fate

pytestmark = pytest.mark.case("D9")


def test_a_refund_has_at_least_twelve_places_to_die() -> None:
    assert all(steps_of(story) >= 12 for story in STORIES)


@by_fate
@by_story
def test_the_janitor_ends_what_was_broken_off(story: Story, fate: Fate) -> None:
    for step in range(steps_of(story)):
        shop, payment = broken(story, step, fate)
        for _ in range(PASSES):
            shop.tend()

        assert unsettled(shop, payment, story) == [], f"{fate} at step {step}"


@pytest.mark.parametrize("fate", DEATHS)
@by_story
def test_the_same_order_again_ends_what_was_broken_off(story: Story, fate: Fate) -> None:
    """Without a janitor: the caller tries again once the first try is taken for dead."""
    for step in range(steps_of(story)):
        shop, payment = broken(story, step, fate)
        shop.pass_time(LONGER_THAN_A_LEASE)
        order(shop, payment, story)

        assert unsettled(shop, payment, story) == [], f"{fate} at step {step}"


def test_a_pending_refund_is_over_when_the_bank_has_decided() -> None:
    shop = PayPalRefundShop()
    payment = slow(shop)
    shop.refund(payment, 300)
    shop.tend(later=LONGER_THAN_A_LEASE * 30)
    shop.follow()

    operation = shop.world.doing.operations.get(operation_id(1))
    assert operation is not None
    assert operation.state is OperationState.SUCCEEDED
    assert [r.status for r in shop.transaction(payment).refunds] == [RefundStatus.SUCCEEDED]
