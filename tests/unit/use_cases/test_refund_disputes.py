"""Disputes and refunds of one payment: the books are right at each step, and nothing goes twice."""

from collections.abc import Callable

import pytest

from frontdesk.adapters.dynamodb.operations import Item
from tests.fakes.gateway import MemoryGateway
from tests.refunding_at_stripe import StripeRefundShop, in_process

PAID = 1000


class Case:
    """One payment and what happens to it."""

    def __init__(self) -> None:
        self.shop: StripeRefundShop = in_process()
        self.charge = self.shop.pay(PAID)
        self.dispute = ""
        self.orders = 0

    def refund(self, amount: int, *, expected: int | str) -> None:
        """By us: `expected` is the status, or the code of the refusal."""
        self.orders += 1
        answer = self.shop.refund(self.charge, amount, number=self.orders)
        assert expected in (answer.status, answer.json.get("code")), answer.text

    def refund_at_stripe(self, amount: int) -> None:
        self.shop.beside.act("refund", charge=self.charge, amount=amount)

    def open(self, amount: int | None = None, *, withdraw: bool = True) -> None:
        options = {} if amount is None else {"amount": amount}
        made = self.shop.beside.act("dispute", charge=self.charge, withdraw=withdraw, **options)
        self.dispute = made["id"]

    def close(self, *, won: bool) -> None:
        self.shop.beside.act("dispute_close", dispute=self.dispute, won=won)

    def withdraw(self) -> None:
        self.shop.beside.act("dispute_withdraw", dispute=self.dispute)

    def fail_refunds(self) -> None:
        for made in self.shop.refunds_at_stripe(self.charge):
            self.shop.beside.act("refund_fails", refund=made["id"])

    def ensure_right(self) -> None:
        """After an event about it, our books say what Stripe's balance says, fees apart."""
        self.shop.hear_of(self.charge)
        store = self.shop.standin.account.store
        about = {self.charge, self.dispute} | {
            refund["id"] for refund in store.linked("refund", "charge", self.charge)
        }
        moved = [t for t in store.newest_first("balance_transaction") if t["source"] in about]
        gateway = self.shop.gateway
        assert isinstance(gateway, MemoryGateway)
        entries = [item for item in gateway.items.values() if item["entity"] == "ledger_entry"]
        assert sum(map(_amount, entries)) == sum(t["amount"] for t in moved)
        profile = next(i for i in gateway.items.values() if i["entity"] == "customer")
        assert profile["lifetime_value_minor"] == sum(map(_amount, entries))
        assert self.shop.transaction(self.charge).reservations == {}


def _amount(entry: Item) -> int:
    amount = entry["amount_minor"]
    assert isinstance(amount, int)
    return amount


type Step = Callable[[Case], None]
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
        Case.fail_refunds,
        WON,
    ],
    "inquiry that is refunded": [
        lambda case: case.open(withdraw=False),
        lambda case: case.refund(1000, expected=201),
        lambda case: case.close(won=True),
    ],
    "inquiry that becomes a dispute": [
        lambda case: case.open(withdraw=False),
        Case.withdraw,
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
    case = Case()
    for step in STORIES[story]:
        step(case)
        case.ensure_right()


@pytest.mark.case("E5")
def test_a_dispute_that_no_event_has_told_of_is_found_by_the_refusal() -> None:
    case = Case()
    case.open()

    case.refund(100, expected="payment_disputed")  # told by Stripe
    case.refund(100, expected="payment_disputed")  # known by now

    assert len([c for c in case.shop.client().changes() if c[1] == "/v1/refunds"]) == 1
    case.ensure_right()


@pytest.mark.case("E6")
def test_a_refund_that_fails_at_the_bank_gives_everything_back() -> None:
    case = Case()
    case.refund(1000, expected=201)
    case.ensure_right()
    case.fail_refunds()
    case.ensure_right()

    assert case.shop.transaction(case.charge).refundable_minor == PAID
    case.refund(1000, expected=201)
    case.ensure_right()
