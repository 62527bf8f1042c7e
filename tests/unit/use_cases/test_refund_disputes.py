"""Disputes and refunds of one payment: the books are right at each step, and nothing goes twice."""

import pytest

from tests import disputing_at_paypal, disputing_at_stripe
from tests.disputing import PAID, Step, walk_every_path
from tests.disputing_at_paypal import PayPalCase
from tests.disputing_at_stripe import StripeCase

OPENED: Step[StripeCase] = lambda case: case.open()  # noqa: E731 - a step of a story
WON: Step[StripeCase] = lambda case: case.close(won=True)  # noqa: E731
LOST: Step[StripeCase] = lambda case: case.close(won=False)  # noqa: E731
REFUSED: Step[StripeCase] = lambda case: case.refund(100, expected="payment_disputed")  # noqa: E731

STORIES: dict[str, list[Step[StripeCase]]] = {
    "won": [OPENED, REFUSED, WON],
    "lost": [OPENED, REFUSED, LOST, REFUSED],
    "partial, won": [lambda case: case.open(400), REFUSED, WON],
    "partial, lost": [lambda case: case.open(400), REFUSED, LOST, REFUSED],
    "after a refund, lost": [
        lambda case: case.refund(300, expected=201),
        lambda case: case.open(700),
        REFUSED,
        LOST,
    ],
    "after a refund that fails, won": [
        lambda case: case.refund(300, expected=201),
        lambda case: case.open(700),
        StripeCase.fail_refunds,
        WON,
    ],
    "inquiry that is refunded": [
        lambda case: case.open(withdraw=False),
        lambda case: case.refund(1000, expected=201),
        lambda case: case.close(won=True),
    ],
    "inquiry that becomes a dispute": [
        lambda case: case.open(withdraw=False),
        StripeCase.withdraw,
        REFUSED,
        WON,
    ],
    "dispute unseen when we refund": [
        lambda case: case.refund(300, expected=201),
        lambda case: case.open(700),
        lambda case: case.refund(100, expected="payment_disputed"),
        WON,
    ],
}


@pytest.mark.case("E5")
@pytest.mark.parametrize("story", STORIES)
def test_the_books_follow_the_money_at_each_step(story: str) -> None:
    case = StripeCase()
    for step in STORIES[story]:
        step(case)
        case.ensure_right()


@pytest.mark.case("E5")
def test_every_path_of_two_steps_at_stripe() -> None:
    """Of five steps in tests/soak/test_money.py."""
    paths = list(walk_every_path(StripeCase, disputing_at_stripe.STEPS, length=2))

    assert len(paths) > 40


@pytest.mark.case("E5")
def test_every_path_of_two_steps_at_paypal() -> None:
    """Of four steps in tests/soak/test_money.py."""
    paths = list(walk_every_path(PayPalCase, disputing_at_paypal.STEPS, length=2))

    assert len(paths) > 50


@pytest.mark.case("E5")
def test_a_dispute_that_no_event_has_told_of_is_found_by_the_refusal() -> None:
    case = StripeCase()
    case.open()

    case.refund(100, expected="payment_disputed")  # told by Stripe
    case.refund(100, expected="payment_disputed")  # known by now

    assert len([c for c in case.shop.client().changes() if c[1] == "/v1/refunds"]) == 1
    case.ensure_right()


@pytest.mark.case("E6")
def test_a_refund_that_fails_after_paypal_had_made_it_gives_everything_back() -> None:
    case = PayPalCase()
    assert case.try_to_refund(None)
    assert case.ensure_right() == 0
    case.fail_refunds()

    assert case.ensure_right() == PAID
    assert case.transaction.refundable_minor == PAID
    assert case.try_to_refund(None)
    assert case.ensure_right() == 0


@pytest.mark.case("E6")
def test_a_refund_that_fails_at_the_bank_gives_everything_back() -> None:
    case = StripeCase()
    case.refund(1000, expected=201)
    case.ensure_right()
    case.fail_refunds()
    case.ensure_right()

    assert case.shop.transaction(case.charge).refundable_minor == PAID
    case.refund(1000, expected=201)
    case.ensure_right()
