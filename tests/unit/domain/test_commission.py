"""E4, E5, E6: commission follows what the shop keeps, exactly, there and back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.commission import (
    Attribution,
    CommissionEntry,
    CommissionKind,
    CommissionTerms,
    FixedTerms,
    RateTerms,
    balances,
    commission_due,
    next_entry,
)
from frontdesk.domain.snapshot import RefundStatus
from tests.fakes.provider import OPENED_AT, FakeProvider
from tests.ledger_lives import Book, Life

RATE, FIXED = RateTerms(1250), FixedTerms(333)
TERMS = st.builds(RateTerms, st.integers(0, 10_000)) | st.builds(FixedTerms, st.integers(0, 5_000))
BOTH = pytest.mark.parametrize("terms", [RATE, FIXED], ids=["rate", "fixed"])


class Sale:
    """A payment of 1,001 and the affiliate's account, looked at after each step."""

    def __init__(self, terms: CommissionTerms = RATE) -> None:
        self.provider, self.book = FakeProvider(), Book(terms=terms)
        self.payment = self.provider.pay(None, amount_minor=1001)
        self.see()

    def see(self) -> int:
        self.book.look_at(self.provider.payment(self.payment))
        return self.book.earned


@pytest.mark.parametrize(
    ("terms", "net", "due"),
    [
        (RATE, 1001, 125),  # 125.125
        (RATE, 1000, 125),
        (RATE, 4, 0),  # 0.5, to the even one
        (RATE, 12, 2),  # 1.5, to the even one
        (RATE, 0, 0),
        (RATE, -50, 0),
        (RateTerms(10_000), 1001, 1001),
        (RateTerms(0), 1001, 0),
        (FIXED, 1001, 333),
        (FIXED, 500, 166),
        (FIXED, 0, 0),
        (FIXED, -50, 0),
    ],
)
def test_what_is_due_on_what_the_shop_keeps(terms: CommissionTerms, net: int, due: int) -> None:
    assert commission_due(terms, captured_minor=1001, net_minor=net) == due


def test_nothing_is_due_before_anything_is_captured() -> None:
    for terms in (RATE, FIXED):
        assert commission_due(terms, captured_minor=0, net_minor=0) == 0


def test_nobody_earns_more_than_was_paid() -> None:
    with pytest.raises(ValueError, match="between nothing and the whole"):
        commission_due(RateTerms(10_001), captured_minor=1000, net_minor=1000)


@pytest.mark.case("E4")
@given(seed=st.integers(0, 2**32), terms=TERMS, parts=st.integers(1, 20))
def test_partial_refunds_take_back_exactly_what_was_earned(
    seed: int, terms: CommissionTerms, parts: int
) -> None:
    """A hundred thousand of them in tests/soak/test_money.py."""
    life = Life(seed, looks=1, terms=terms)
    life.live(parts)
    assert life.wrongs() == []
    life.give_everything_back()

    assert life.wrongs() == []
    assert life.book.earned == 0


@pytest.mark.case("E4")
def test_three_thirds_of_a_payment_leave_no_rest() -> None:
    sale, seen = Sale(), []
    for part in (333, 334, 334):
        sale.provider.refund(sale.payment, part)
        seen.append(sale.see())

    assert seen == [84, 42, 0]  # of 668: 83.5; of 334: 41.75
    assert [e.amount_minor for e in sale.book.commission] == [125, -41, -42, -42]
    assert [e.kind for e in sale.book.commission] == [
        CommissionKind.COMMISSION,
        *[CommissionKind.COMMISSION_REVERSAL] * 3,
    ]


@BOTH
@pytest.mark.case("E6")
def test_a_refund_that_fails_restores_what_was_earned(terms: CommissionTerms) -> None:
    sale = Sale(terms)
    earned = sale.book.earned
    for amount, trace in ((400, True), (601, False)):
        refund = sale.provider.refund(sale.payment, amount)
        assert sale.see() < earned
        sale.provider.end_refund(sale.payment, refund, RefundStatus.FAILED, leaves_trace=trace)

        assert sale.see() == earned
        assert sale.book.balance == 1001


@BOTH
@pytest.mark.case("E6")
def test_a_refund_that_was_seen_only_when_it_had_failed_changes_nothing(
    terms: CommissionTerms,
) -> None:
    sale = Sale(terms)
    earned = sale.book.earned
    refund = sale.provider.refund(sale.payment, 400)
    sale.provider.end_refund(sale.payment, refund, RefundStatus.FAILED)

    assert sale.see() == earned
    assert sale.book.balance == 1001


@BOTH
@pytest.mark.case("E5")
def test_a_dispute_takes_commission_and_a_won_one_restores_it(terms: CommissionTerms) -> None:
    sale, seen = Sale(terms), []
    sale.provider.refund(sale.payment, 301)
    after_refund = sale.see()
    dispute = sale.provider.dispute(sale.payment, 700)
    for moved in (-700, 300, 400):
        sale.provider.move_disputed(sale.payment, dispute, moved)
        seen.append(sale.see())

    assert seen[0] == 0
    assert 0 < seen[1] < seen[2] == after_refund


def test_the_same_cause_books_once() -> None:
    sale = Sale()
    (known,) = sale.book.commission
    attribution = Attribution(
        affiliate_id="aff_1", terms=RATE, currency="usd", attributed_at=OPENED_AT
    )

    def told(cause: str) -> CommissionEntry | None:
        return next_entry(
            attribution,
            cause=cause,
            occurred_at=OPENED_AT + timedelta(days=1),
            captured_minor=1001,
            net_minor=500,
            booked=[known],
        )

    assert told(known.cause) is None
    made = told("stripe#re_1#refund")
    assert made is not None
    assert (made.key, made.amount_minor) == ("stripe#re_1#refund#aff_1", 62 - 125)


def test_the_smallest_commission_is_booked_and_none_is_not() -> None:
    sale = Sale(FixedTerms(1))

    assert [(e.kind.value, e.amount_minor) for e in sale.book.commission] == [("commission", 1)]
    assert Sale(FixedTerms(0)).book.commission == []


def test_what_goes_back_after_it_was_paid_out_is_owed() -> None:
    sale = Sale()
    paid_out = [("usd", sale.book.earned)]
    assert balances(sale.book.commission, paid_out=paid_out) == {"usd": 0}
    sale.provider.refund(sale.payment, 1001)
    sale.see()

    assert balances(sale.book.commission) == {"usd": 0}  # what a report counts as kept
    assert balances(sale.book.commission, paid_out=paid_out) == {"usd": -125}
    assert len(sale.book.commission) == 2


def test_currencies_are_never_added_together() -> None:
    def entry(currency: str) -> CommissionEntry:
        return CommissionEntry("aff_1", "x", CommissionKind.COMMISSION, 7, currency, OPENED_AT)

    paid_out = [("jpy", 3), ("eur", 1)]

    assert balances([entry("usd"), entry("jpy"), entry("usd")], paid_out=paid_out) == {
        "usd": 14,
        "jpy": 4,
        "eur": -1,
    }
