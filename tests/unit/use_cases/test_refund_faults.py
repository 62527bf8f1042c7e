"""A refund whose answers are lost and whose key has grown old; test_refund_faults in
tests/integration has its webhooks at any moment, and a long outage."""

from datetime import timedelta

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
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.provider import ProviderUnavailableError
from tests.refunding import RefundRig, operation_id, refund_row


def no_answer(name: str) -> None:
    raise ProviderUnavailableError("a test says so")


def nothing(name: str) -> None:
    return None


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
