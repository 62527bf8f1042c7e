"""What every provider's refunds do: once for each operation, exact, and found again."""

from contextlib import suppress
from datetime import timedelta

import pytest

from frontdesk.domain.money import STRIPE, step_of
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import RefundStatus
from frontdesk.ports.commands import Accepted, CommandRejectedError
from frontdesk.ports.provider import ProviderUnavailableError
from tests.conformance.conftest import PAYMENTS
from tests.conformance.shop import CAPTURED, ProviderShop, operation_id
from tests.currencies import IN_STEPS, PAYPAL_PLACES, STRIPE_PLACES

BEFORE, AFTER = "before", "after"


def refusal(till: ProviderShop, payment: str, amount_minor: int, *, number: int = 1) -> str:
    with pytest.raises(CommandRejectedError) as refused:
        till.refund(payment, amount_minor, number=number)
    return refused.value.code


def test_a_part_is_found_at_once_with_the_operation_that_made_it(till: ProviderShop) -> None:
    payment = till.captured_payment()

    answer = till.refund(payment, 500)

    (refund,) = till.payment(payment).refunds
    assert answer == Accepted(refund.provider_id)
    assert (refund.amount_minor, refund.currency) == (500, till.currency)
    assert (refund.operation_id, refund.status) == (operation_id(), RefundStatus.SUCCEEDED)


def test_all_of_it(till: ProviderShop) -> None:
    payment = till.captured_payment()
    till.refund(payment, CAPTURED)

    assert [refund.amount_minor for refund in till.payment(payment).refunds] == [CAPTURED]
    assert refusal(till, payment, 1, number=2) == "refund_exceeds_remaining"


def test_in_parts_to_the_last_minor_unit_and_no_further(till: ProviderShop) -> None:
    payment = till.captured_payment()
    for number, amount_minor in enumerate((1, 333, CAPTURED - 335), start=1):
        till.refund(payment, amount_minor, number=number)

    refusal(till, payment, 2, number=9)
    till.refund(payment, 1, number=10)
    assert sum(refund.amount_minor for refund in till.payment(payment).refunds) == CAPTURED


def test_more_than_was_paid_is_refused_and_nothing_has_happened(till: ProviderShop) -> None:
    payment = till.captured_payment()

    refusal(till, payment, CAPTURED + 1)
    assert till.refunds_at_provider(payment) == []


def test_the_same_operation_is_the_same_refund(till: ProviderShop) -> None:
    payment = till.captured_payment()

    answers = {till.refund(payment, 500) for _ in range(3)}

    assert len(answers) == 1
    assert till.refunds_at_provider(payment) == [500]


def test_two_operations_of_the_same_amount_are_two_refunds(till: ProviderShop) -> None:
    payment = till.captured_payment()
    for number in (1, 2):
        till.refund(payment, 500, number=number)

    found = till.payment(payment).refunds
    assert {refund.operation_id for refund in found} == {operation_id(1), operation_id(2)}


@pytest.mark.parametrize("kind", ["error", "hang", "reset"])
def test_done_and_not_answered_it_is_no_refusal_and_is_not_done_twice(
    till: ProviderShop, kind: str
) -> None:
    payment = till.captured_payment()
    till.fail_refund(kind, when=AFTER)

    with pytest.raises(ProviderUnavailableError):
        till.refund(payment, 500)
    with suppress(ProviderUnavailableError):  # a provider may repeat its own first answer
        till.refund(payment, 500)

    (refund,) = till.payment(payment).refunds
    assert refund.operation_id == operation_id()
    assert till.refunds_at_provider(payment) == [500]


@pytest.mark.parametrize("kind", ["error", "hang", "reset", "rate_limited"])
def test_not_done_and_not_answered_it_may_be_asked_again(till: ProviderShop, kind: str) -> None:
    payment = till.captured_payment()
    till.fail_refund(kind, when=BEFORE)

    with pytest.raises(ProviderUnavailableError):
        till.refund(payment, 500)
    assert till.refunds_at_provider(payment) == []

    till.refund(payment, 500)
    assert till.refunds_at_provider(payment) == [500]


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_is_not_about_the_command_refuses_nothing(till: ProviderShop, status: int) -> None:
    payment = till.captured_payment()
    till.fail_refund("error", when=BEFORE, status=status, times=None)

    with pytest.raises(ProviderUnavailableError):
        till.refund(payment, 500)


def test_until_the_window_of_its_key_is_over_a_repeat_is_the_same_refund(
    till: ProviderShop,
) -> None:
    payment = till.captured_payment()
    first = till.refund(payment, 500)
    till.pass_time(till.commands.key_window(OperationKind.REFUND) - timedelta(minutes=1))

    assert till.refund(payment, 500) == first
    assert till.refunds_at_provider(payment) == [500]


def test_an_unknown_payment_is_refused(till: ProviderShop) -> None:
    (unknown,) = [name for kind, name in till.missing.items() if kind == "payment"]

    assert refusal(till, unknown, 500) == "unknown_at_provider"


EXACT = [
    (made, currency)
    for made in PAYMENTS
    for table in [STRIPE_PLACES if made.name == STRIPE else PAYPAL_PLACES]
    for places in table
    for currency in [table[places].split()[0], table[places].split()[-1]]
]
in_each_way_to_write_money = pytest.mark.parametrize(
    ("made", "currency"), EXACT, ids=[f"{made.__name__}-{currency}" for made, currency in EXACT]
)


@in_each_way_to_write_money
def test_money_goes_and_comes_back_exactly(made: type[ProviderShop], currency: str) -> None:
    till = made()
    step = step_of(currency, provider=till.name)
    payment = till.captured_payment(12_343 * step, currency)
    till.refund(payment, 4321 * step, currency=currency)

    found = till.payment(payment)
    assert (found.captured_minor, found.currency) == (12_343 * step, currency)
    assert [refund.amount_minor for refund in found.refunds] == [4321 * step]
    assert till.refunds_at_provider(payment)


IN_BIG_STEPS = [
    (made, currency) for made in PAYMENTS for name, currency in IN_STEPS if name == made.name
]


@pytest.mark.parametrize(("made", "currency"), IN_BIG_STEPS)
def test_what_is_too_fine_is_refused_and_not_rounded(
    made: type[ProviderShop], currency: str
) -> None:
    till = made()
    step = step_of(currency, provider=till.name)
    payment = till.captured_payment(200 * step, currency)
    before = len(till.changes())

    with pytest.raises(CommandRejectedError) as refused:
        till.refund(payment, 3 * step - 1, currency=currency)
    assert refused.value.code == "amount_too_precise"
    assert len(till.changes()) == before
