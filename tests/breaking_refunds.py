"""Refunds that are broken off at one of their steps, and what has to hold afterwards.

A step is one call of the table or of the provider. Whatever is broken off where, the janitor
brings it to the provider's truth within two passes: one refund at most, one paper at most,
nothing reserved for ever.
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
    revokes: bool = False
    """Whether its access is."""

    def order(self, shop: RefundRig) -> RefundRecord:
        return shop.refund(300, cancel_subscription=self.ends, revoke_access=self.revokes)


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


def invoice_has_tax(shop: RefundRig) -> None:
    shop.subscribe(tax_minor=150)


def invoice_has_tax_and_the_bank_is_slow(shop: RefundRig) -> None:
    """The paper waits for the money."""
    invoice_has_tax(shop)
    slow_bank(shop)


def invoice_has_tax_and_too_much_refunded_unseen(shop: RefundRig) -> None:
    """The provider will refuse the refund, and there is nothing to correct."""
    invoice_has_tax(shop)
    shop.rig.provider.refund(shop.payment, 900)


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
    Story("with a credit memo", invoice_has_tax),
    Story("with a credit memo, pending", invoice_has_tax_and_the_bank_is_slow),
    Story("with a credit memo, refused", invoice_has_tax_and_too_much_refunded_unseen, refunds=0),
    Story("with a credit memo and a cancellation", invoice_has_tax, ends=True),
    Story("with a revocation", subscription_ends_too, revokes=True),
    Story(
        "with a revocation, refused",
        subscription_and_too_much_refunded_unseen,
        refunds=0,
        revokes=True,
    ),
    Story("with a revocation and a cancellation", subscription_ends_too, ends=True, revokes=True),
]
by_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


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
    is_slow = story.prepare in (slow_bank, invoice_has_tax_and_the_bank_is_slow)
    return is_slow and wrong.endswith(("is pending", "is requested"))


# --- what a test says of it -----------------------------------------------------------------------


def left_by_the_janitor(story: Story, *, step: int, fate: Fate) -> list[str]:
    """What is wrong after two passes."""
    shop = prepared(story)
    run(shop, lambda: story.order(shop), step=step, fate=fate)
    for _ in range(PASSES):
        shop.tend()
    return unsettled(shop, story)


def left_by_the_same_order(story: Story, *, step: int, fate: Fate) -> list[str]:
    """Without a janitor: the caller tries again once the first try is taken for dead."""
    shop = prepared(story)
    run(shop, lambda: story.order(shop), step=step, fate=fate)
    shop.rig.clock.advance(LEASE + timedelta(seconds=1))
    run(shop, lambda: story.order(shop), step=-1, fate=Fate.GO_ON)
    return unsettled(shop, story)
