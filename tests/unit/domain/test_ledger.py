"""E3, E5, E6: whatever happens to a payment, its ledger is the sum of what its money did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.ledger import LedgerKind, handover_entries, new_entries, totals
from frontdesk.domain.snapshot import (
    DisputeSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    RefundSnapshot,
    RefundStatus,
)
from tests.fakes.provider import OPENED_AT, STRIPE, FakeProvider
from tests.ledger_lives import Book, Life


@pytest.mark.case("E3")
class TestRandomLives:
    """A hundred thousand of them in tests/soak/test_money.py."""

    @given(seed=st.integers(0, 2**32), steps=st.integers(0, 30), looks=st.sampled_from([0, 0.3, 1]))
    def test_the_ledger_is_the_sum_of_what_the_money_did(
        self, seed: int, steps: int, looks: float
    ) -> None:
        life = Life(seed, looks=looks)
        life.live(steps)

        assert life.wrongs() == []

    @given(seed=st.integers(0, 2**32), steps=st.integers(0, 30), looks=st.sampled_from([0, 0.3, 1]))
    def test_when_everything_has_gone_back_nothing_is_left(
        self, seed: int, steps: int, looks: float
    ) -> None:
        life = Life(seed, looks=looks)
        life.live(steps)
        life.give_everything_back()

        assert life.wrongs() == []
        assert life.book.balance == life.truth == 0

    def test_a_full_refund_leaves_nothing(self) -> None:
        provider, book = FakeProvider(), Book()
        payment = provider.pay(None, amount_minor=1000)
        for part in (1, 333, 666):
            provider.refund(payment, part)
        book.look_at(provider.payment(payment))

        assert book.balance == 0


def payment(**changes: object) -> PaymentSnapshot:
    fields: dict[str, object] = {
        "provider": STRIPE,
        "provider_id": "ch_1",
        "customer": "cus_1",
        "created_at": OPENED_AT,
        "status": PaymentStatus.SUCCEEDED,
        "amount_minor": 1000,
        "captured_minor": 1000,
        "currency": "usd",
    }
    return PaymentSnapshot(**fields | changes)  # type: ignore[arg-type]  # the fields' own types


def refund(status: RefundStatus, *, moved: bool) -> RefundSnapshot:
    return RefundSnapshot("re_1", 400, "usd", status, OPENED_AT, has_moved_money=moved)


def amounts(one: PaymentSnapshot, *booked: str) -> list[tuple[str, int]]:
    entries = new_entries(one, booked=frozenset(booked), captured_before=one.captured_minor)
    return [(entry.kind.value, entry.amount_minor) for entry in entries]


PAID, REFUNDED = "stripe#ch_1#payment", "stripe#re_1#refund"


@pytest.mark.case("E6")
@pytest.mark.parametrize(
    ("status", "moved", "booked", "expected"),
    [
        (RefundStatus.PENDING, False, [PAID], []),
        (RefundStatus.REQUIRES_ACTION, False, [PAID], []),
        (RefundStatus.SUCCEEDED, True, [PAID], [("refund", -400)]),
        (RefundStatus.SUCCEEDED, True, [PAID, REFUNDED], []),
        (RefundStatus.FAILED, True, [PAID], [("refund", -400), ("refund_failed", 400)]),
        (RefundStatus.FAILED, False, [PAID], []),
        (RefundStatus.FAILED, True, [PAID, REFUNDED], [("refund_failed", 400)]),
        (RefundStatus.FAILED, False, [PAID, REFUNDED], [("refund_failed", 400)]),
        (RefundStatus.CANCELED, False, [PAID], []),
        (RefundStatus.CANCELED, False, [PAID, REFUNDED], [("refund_failed", 400)]),
    ],
)
def test_a_refund_is_booked_by_what_its_money_did(
    status: RefundStatus, moved: bool, booked: list[str], expected: list[tuple[str, int]]
) -> None:
    assert amounts(payment(refunds=(refund(status, moved=moved),)), *booked) == expected


class TestPayments:
    @pytest.mark.parametrize("status", [PaymentStatus.PENDING, PaymentStatus.FAILED])
    def test_what_has_not_succeeded_brings_nothing(self, status: PaymentStatus) -> None:
        assert amounts(payment(status=status)) == []

    def test_what_was_only_authorized_brings_nothing(self) -> None:
        assert amounts(payment(captured_minor=0)) == []

    def test_a_later_capture_brings_the_rest_under_a_key_of_its_own(self) -> None:
        (rest,) = new_entries(payment(), booked={PAID}, captured_before=300)

        assert (rest.amount_minor, rest.key) == (700, "stripe#ch_1@1000#payment")

    def test_the_smallest_amount_counts(self) -> None:
        one = {"amount_minor": 2, "captured_minor": 1}
        assert amounts(payment(**one)) == [("payment", 1)]
        (rest,) = new_entries(payment(captured_minor=2), booked={PAID}, captured_before=1)

        assert rest.amount_minor == 1

    def test_keys_never_depend_on_amounts_that_may_change_nor_on_our_time(self) -> None:
        (entry,) = new_entries(payment(), booked=set())

        assert (entry.key, entry.occurred_at) == (PAID, OPENED_AT)


@pytest.mark.case("E5")
class TestDisputes:
    def test_every_path_nets_what_the_bank_moved(self) -> None:
        provider, book = FakeProvider(), Book()
        charge = provider.pay(None, amount_minor=1000)
        dispute = provider.dispute(charge, 1000)
        seen = []
        for moved in (0, -1000, 400, 600):
            if moved:
                provider.move_disputed(charge, dispute, moved)
            book.look_at(provider.payment(charge))
            seen.append(book.balance)

        assert seen == [1000, 0, 400, 1000]
        assert [entry.kind.value for entry in book.entries] == [
            "payment",
            "dispute_withdrawn",
            "dispute_reinstated",
            "dispute_reinstated",
        ]

    def test_an_inquiry_that_moves_no_money_books_nothing(self) -> None:
        warning = DisputeSnapshot("dp_1", 1000, "usd", "warning_needs_response", OPENED_AT)

        assert amounts(payment(disputes=(warning,)), PAID) == []


def test_currencies_are_never_added_together() -> None:
    entries = [
        *new_entries(payment(), booked=set()),
        *new_entries(payment(provider_id="ch_2", currency="jpy"), booked=set()),
        *new_entries(payment(provider_id="ch_3"), booked=set()),
    ]

    assert totals(entries) == {"usd": 2000, "jpy": 1000}


def test_a_handover_moves_a_balance_and_makes_none() -> None:
    out, into = handover_entries(
        STRIPE, "ch_1", balance_minor=700, currency="usd", occurred_at=OPENED_AT, step=4
    )

    assert totals([out, into]) == {"usd": 0}
    assert out.key != into.key
    assert (out.kind, into.kind) == (LedgerKind.MOVED_OUT, LedgerKind.MOVED_IN)
