"""Disputes and refunds of one payment: the books are right at each step, and nothing goes twice."""

import pytest

from tests.disputing import PAID, DisputeCase, Step, walk_every_path

OPENED: Step = lambda case: case.open()  # noqa: E731 - a step of a story
WON: Step = lambda case: case.close(won=True)  # noqa: E731
LOST: Step = lambda case: case.close(won=False)  # noqa: E731
REFUSED: Step = lambda case: case.refund(100, expected="payment_disputed")  # noqa: E731

STORIES: dict[str, list[Step]] = {
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
        DisputeCase.fail_refunds,
        WON,
    ],
    "inquiry that is refunded": [
        lambda case: case.open(withdraw=False),
        lambda case: case.refund(1000, expected=201),
        lambda case: case.close(won=True),
    ],
    "inquiry that becomes a dispute": [
        lambda case: case.open(withdraw=False),
        DisputeCase.withdraw,
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
    case = DisputeCase()
    for step in STORIES[story]:
        step(case)
        case.ensure_right()


@pytest.mark.case("E5")
def test_every_path_of_two_steps() -> None:
    """Of five steps in tests/soak/test_money.py."""
    assert len(list(walk_every_path(2))) > 40


@pytest.mark.case("E5")
def test_a_dispute_that_no_event_has_told_of_is_found_by_the_refusal() -> None:
    case = DisputeCase()
    case.open()

    case.refund(100, expected="payment_disputed")  # told by Stripe
    case.refund(100, expected="payment_disputed")  # known by now

    assert len([c for c in case.shop.client().changes() if c[1] == "/v1/refunds"]) == 1
    case.ensure_right()


@pytest.mark.case("E6")
def test_a_refund_that_fails_at_the_bank_gives_everything_back() -> None:
    case = DisputeCase()
    case.refund(1000, expected=201)
    case.ensure_right()
    case.fail_refunds()
    case.ensure_right()

    assert case.shop.transaction(case.charge).refundable_minor == PAID
    case.refund(1000, expected=201)
    case.ensure_right()
