"""A refund whose webhooks come at any moment, and half an hour without a provider.

Over the table in memory, and here because it takes too long for make unit.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from frontdesk.domain.refund import RefundState
from frontdesk.domain.snapshot import RefundStatus
from frontdesk.ports.provider import ProviderUnavailableError
from tests.refunding import RefundRig


def no_answer(name: str) -> None:
    raise ProviderUnavailableError("a test says so")


def nothing(name: str) -> None:
    return None


# --- webhooks of our own refunds ------------------------

WEBHOOKS = 1000
STATUSES = [RefundStatus.SUCCEEDED, RefundStatus.PENDING]


def ordered(chance: random.Random) -> RefundRig:
    shop = RefundRig()
    shop.commands.refund_status = chance.choice(STATUSES)
    return shop


def ensure_one_refund(shop: RefundRig) -> None:
    shop.commands.before_call = shop.commands.after_call = nothing
    shop.look_at_payment()
    (made,) = shop.rig.provider.payment(shop.payment).refunds
    assert shop.refund(300).provider_id == made.provider_id
    if made.status is RefundStatus.PENDING:
        shop.rig.provider.end_refund(shop.payment, made.provider_id, RefundStatus.SUCCEEDED)
        shop.look_at_payment()
    assert shop.wrongs() == []


def hear_first(shop: RefundRig, is_lost: bool, name: str) -> None:
    shop.look_at_payment()
    if is_lost:
        no_answer(name)


@pytest.mark.case("D7")
def test_the_webhook_comes_before_the_answer() -> None:
    chance = random.Random(7)
    for _ in range(WEBHOOKS):
        shop = ordered(chance)
        is_lost = chance.random() < 0.3  # the answer, on top of it
        shop.commands.after_call = partial(hear_first, shop, is_lost)

        assert shop.refund(300).state in (RefundState.SUCCEEDED, RefundState.PENDING)
        ensure_one_refund(shop)


@pytest.mark.case("D7")
def test_the_webhook_comes_while_the_answer_is_written_down() -> None:
    chance = random.Random(7)
    for run in range(WEBHOOKS):
        shop = ordered(chance)
        hear = Once(shop.look_at_payment, at=run % 12)
        shop.commands.after_call = hear.arm
        shop.rig.gateway.before_call = shop.rig.provider.before_fetch = hear
        shop.rig.gateway.after_call = shop.rig.provider.after_fetch = hear

        assert shop.refund(300).state in (RefundState.SUCCEEDED, RefundState.PENDING)
        ensure_one_refund(shop)


@pytest.mark.case("D7")
def test_the_webhook_comes_after_the_answer() -> None:
    chance = random.Random(7)
    for _ in range(WEBHOOKS):
        shop = ordered(chance)
        shop.refund(300)
        for _ in range(chance.randint(1, 3)):
            shop.look_at_payment()
        ensure_one_refund(shop)


class Once:
    """Does its work at the nth call after it was armed, once."""

    def __init__(self, work: Callable[[], None], *, at: int) -> None:
        self._work = work
        self._left: int | None = None
        self._at = at

    def arm(self, name: str) -> None:
        self._left = self._at

    def __call__(self, name: str) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left < 0:
            self._left = None
            self._work()


# --- providers that do not answer ------------------------

OUTAGE_MINUTES = 30
ORDERS = 120


@pytest.mark.case("H4")
def test_half_an_hour_without_a_provider_loses_nothing_and_ends_without_a_storm() -> None:
    shop = RefundRig(captured_minor=ORDERS * 10)
    asked = Asked(shop)
    shop.commands.before_call = shop.rig.provider.before_fetch = asked.and_silent
    for number in range(ORDERS):
        assert shop.refund(10, number=number).state is RefundState.UNKNOWN
    during = []
    for _ in range(OUTAGE_MINUTES):
        asked.count = 0
        shop.tend(later=timedelta(minutes=1))
        during.append(asked.count)

    shop.commands.before_call = shop.rig.provider.before_fetch = asked.and_speaking
    after = []
    while shop.rig.entities("operation") and not is_drained(shop):
        asked.count = 0
        shop.tend(later=timedelta(minutes=1))
        after.append(asked.count)

    assert max(during) <= 6  # whoever is silent three times in a row is left alone for a minute
    assert len(after) <= 30
    assert max(after) <= 15 * 60
    assert len(shop.rig.provider.payment(shop.payment).refunds) == ORDERS
    assert shop.wrongs() == []


class Asked:
    def __init__(self, shop: RefundRig) -> None:
        self.count = 0

    def and_silent(self, name: str) -> None:
        self.count += 1
        raise ProviderUnavailableError("a test says so")

    def and_speaking(self, name: str) -> None:
        self.count += 1


def is_drained(shop: RefundRig) -> bool:
    return not any("open_shard" in item for item in shop.rig.entities("operation"))
