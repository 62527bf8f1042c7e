"""A refund whose answers are lost, whose webhooks come at any moment, whose key has grown old."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.domain.errors import ConflictError
from frontdesk.domain.operation import (
    LOOK_FOR_A_HUMAN_EVERY,
    SECOND_LOOK_AFTER,
    Operation,
    OperationState,
)
from frontdesk.domain.refund import RefundRefusedError, RefundState
from frontdesk.domain.snapshot import ProviderName, RefundStatus
from frontdesk.ports.provider import ProviderUnavailableError
from tests.refunding import RefundRig, operation_id, refund_row


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


# --- keys that the provider has forgotten ------------------------

AFTER_THE_KEY = timedelta(hours=25)


@pytest.fixture
def shop() -> RefundRig:
    return RefundRig()


def unknown(shop: RefundRig, amount_minor: int = 300, *, was_executed: bool) -> int:
    """An order of which nobody has heard since; how often the provider was called."""
    if was_executed:
        shop.commands.after_call = no_answer
    else:
        shop.commands.before_call = no_answer
    assert shop.refund(amount_minor).state is RefundState.UNKNOWN
    shop.commands.before_call = shop.commands.after_call = nothing
    return len(shop.commands.calls)


@pytest.mark.case("D10")
def test_an_old_operation_that_was_executed_is_found_and_not_sent(shop: RefundRig) -> None:
    calls = unknown(shop, was_executed=True)

    shop.tend(later=AFTER_THE_KEY)

    assert shop.operation().state is OperationState.SUCCEEDED
    assert len(shop.commands.calls) == calls
    assert shop.wrongs() == []


@pytest.mark.case("D10")
def test_an_old_operation_of_which_nothing_is_found_fails_at_the_second_look(
    shop: RefundRig,
) -> None:
    calls = unknown(shop, was_executed=False)

    shop.tend(later=AFTER_THE_KEY)
    assert shop.operation().state is OperationState.UNKNOWN
    assert shop.transaction.reservations == {operation_id(): 300}
    shop.tend(later=SECOND_LOOK_AFTER - timedelta(seconds=1))
    assert shop.operation().state is OperationState.UNKNOWN
    shop.tend(later=timedelta(seconds=2))

    assert shop.operation().failure_code == "never_reached_provider"
    assert refund_row(shop)["state"] == "failed"
    assert shop.transaction.refundable_minor == 1000
    assert len(shop.commands.calls) == calls
    assert shop.wrongs() == []


@pytest.mark.case("D10")
def test_a_caller_that_asks_again_and_again_does_not_hasten_the_second_look(
    shop: RefundRig,
) -> None:
    calls = unknown(shop, was_executed=False)
    shop.rig.clock.advance(AFTER_THE_KEY)

    assert {shop.refund(300).state for _ in range(5)} == {RefundState.UNKNOWN}
    shop.rig.clock.advance(SECOND_LOOK_AFTER)
    with pytest.raises(RefundRefusedError) as refusal:
        shop.refund(300)

    assert refusal.value.code == "never_reached_provider"
    assert len(shop.commands.calls) == calls


@pytest.mark.case("D10")
def test_what_appears_between_the_two_looks_is_believed(shop: RefundRig) -> None:
    unknown(shop, was_executed=False)
    shop.tend(later=AFTER_THE_KEY)
    shop.rig.provider.refund(shop.payment, 300, operation_id=operation_id())  # very late
    shop.tend(later=SECOND_LOOK_AFTER + timedelta(seconds=1))

    assert shop.operation().state is OperationState.SUCCEEDED
    assert shop.wrongs() == []


@pytest.mark.case("D10")
def test_what_appears_after_it_was_given_up_is_believed(shop: RefundRig) -> None:
    unknown(shop, was_executed=False)
    for _ in range(2):
        shop.tend(later=AFTER_THE_KEY)
    assert shop.operation().state is OperationState.FAILED
    shop.rig.provider.refund(shop.payment, 300, operation_id=operation_id())
    shop.look_at_payment()

    assert shop.operation().state is OperationState.SUCCEEDED
    assert shop.refund(300).state is RefundState.SUCCEEDED
    assert shop.wrongs() == []


@pytest.mark.case("D10")
@pytest.mark.parametrize("hours", [1, 5, 22])
def test_while_the_key_is_known_it_is_sent_again(shop: RefundRig, hours: int) -> None:
    calls = unknown(shop, was_executed=False)

    shop.tend(later=timedelta(hours=hours))

    assert len(shop.commands.calls) == calls + 1
    assert shop.operation().state is OperationState.SUCCEEDED
    assert shop.wrongs() == []


@pytest.mark.case("D10")
def test_a_refund_that_was_admitted_and_never_sent_may_be_sent_for_the_first_time(
    shop: RefundRig,
) -> None:
    def die(name: str) -> None:
        if name == "transact" and keys.operation(operation_id()) in shop.rig.gateway.items:
            raise KeyboardInterrupt

    shop.rig.gateway.after_call = die
    with pytest.raises(KeyboardInterrupt):
        shop.refund(300)
    shop.rig.gateway.after_call = nothing
    assert shop.operation().submitted_at is None

    shop.tend(later=AFTER_THE_KEY)

    assert shop.operation().state is OperationState.SUCCEEDED
    assert shop.wrongs() == []


@pytest.mark.case("D10")
def test_much_money_is_left_to_a_human_and_never_given_up() -> None:
    shop = RefundRig(captured_minor=500_000)
    calls = unknown(shop, 100_000, was_executed=False)

    for _ in range(20):
        shop.tend(later=AFTER_THE_KEY)

    assert (shop.operation().state, shop.operation().needs_attention) == (
        OperationState.UNKNOWN,
        True,
    )
    assert (refund_row(shop)["state"], refund_row(shop)["needs_attention"]) == ("unknown", True)
    assert shop.transaction.reservations == {operation_id(): 100_000}
    assert len(shop.commands.calls) == calls
    # A person makes it at the provider, with the operation's id.
    shop.rig.provider.refund(shop.payment, 100_000, operation_id=operation_id())
    shop.tend(later=LOOK_FOR_A_HUMAN_EVERY + timedelta(seconds=1))
    assert (shop.operation().state, shop.operation().needs_attention) == (
        OperationState.SUCCEEDED,
        False,
    )
    assert shop.wrongs() == []


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


@pytest.mark.case("H5")
def test_an_operation_that_nobody_can_carry_out_does_not_hold_up_the_others() -> None:
    shop = RefundRig()
    shop.commands.before_call = no_answer
    for number in range(1, 6):
        shop.refund(10, number=number)
    shop.commands.before_call = nothing
    spoil(shop, shop.operation(1))

    report = shop.tend()

    assert report.errors == {"KeyError": 1}
    done = [shop.operation(number).state for number in range(2, 6)]
    assert done == [OperationState.SUCCEEDED] * 4


def spoil(shop: RefundRig, operation: Operation) -> None:
    shop.rig.gateway.items[keys.operation(operation.id)]["provider_name"] = ProviderName.PAYPAL


# --- two at once ------------------------


def test_an_order_that_somebody_is_at_is_left_to_them(shop: RefundRig) -> None:
    seen = []

    def meanwhile(name: str) -> None:
        shop.commands.before_call = nothing
        with pytest.raises(ConflictError) as refusal:
            shop.refund(300)
        seen.append(refusal.value.code)

    shop.commands.before_call = meanwhile
    shop.refund(300)

    assert seen == ["operation_in_progress"]
    assert shop.wrongs() == []
