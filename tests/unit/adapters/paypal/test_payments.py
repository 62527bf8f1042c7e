"""Sales, captures, refunds and disputes as one payment."""

from typing import Any

import pytest

from frontdesk.adapters.paypal.disputes import dispute_snapshot
from frontdesk.adapters.paypal.payments import (
    Surroundings,
    capture_snapshot,
    refund_snapshot,
    sale_snapshot,
)
from frontdesk.domain.snapshot import PaymentStatus, RefundStatus

ALONE = Surroundings(refunds=(), disputes=(), payer=None)
OPERATION = "op_0123456789abcdefghjkmnpqrs"


def sale(**changes: Any) -> dict[str, Any]:
    return {
        "id": "S1",
        "state": "completed",
        "amount": {"currency": "USD", "total": "20.00"},
        "create_time": "2026-11-01T10:00:00Z",
    } | changes


def capture(**changes: Any) -> dict[str, Any]:
    return {
        "id": "C1",
        "status": "COMPLETED",
        "amount": {"currency_code": "USD", "value": "20.00"},
        "create_time": "2026-11-01T10:00:00Z",
    } | changes


def refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": "R1",
        "status": "COMPLETED",
        "amount": {"currency_code": "USD", "value": "5.00"},
        "create_time": "2026-11-02T10:00:00Z",
    } | changes


class TestStatus:
    @pytest.mark.parametrize(
        ("state", "status", "captured"),
        [
            ("completed", PaymentStatus.SUCCEEDED, 2000),
            ("partially_refunded", PaymentStatus.SUCCEEDED, 2000),
            ("refunded", PaymentStatus.SUCCEEDED, 2000),
            ("pending", PaymentStatus.PENDING, 0),
            ("denied", PaymentStatus.FAILED, 0),
        ],
    )
    def test_of_a_sale(self, state: str, status: PaymentStatus, captured: int) -> None:
        found = sale_snapshot(sale(state=state), ALONE)

        assert (found.status, found.amount_minor, found.captured_minor) == (status, 2000, captured)

    @pytest.mark.parametrize(
        ("state", "status", "captured"),
        [
            ("COMPLETED", PaymentStatus.SUCCEEDED, 2000),
            ("PARTIALLY_REFUNDED", PaymentStatus.SUCCEEDED, 2000),
            ("REFUNDED", PaymentStatus.SUCCEEDED, 2000),
            ("PENDING", PaymentStatus.PENDING, 0),
            ("DECLINED", PaymentStatus.FAILED, 0),
            ("FAILED", PaymentStatus.FAILED, 0),
        ],
    )
    def test_of_a_capture(self, state: str, status: PaymentStatus, captured: int) -> None:
        found = capture_snapshot(capture(status=state), ALONE)

        assert (found.status, found.amount_minor, found.captured_minor) == (status, 2000, captured)

    @pytest.mark.parametrize("state", ["", "COMPLETED", "created", None])
    def test_an_unknown_one_is_an_error(self, state: Any) -> None:
        with pytest.raises(KeyError):
            sale_snapshot(sale(state=state), ALONE)

    def test_the_reason_of_a_failure_is_told_and_no_other(self) -> None:
        details = {"status_details": {"reason": "BUYER_COMPLAINT"}}

        assert capture_snapshot(capture(**details), ALONE).failure_code is None
        declined = capture_snapshot(capture(status="DECLINED", **details), ALONE)
        assert declined.failure_code == "buyer_complaint"

    def test_nobody_known_paid_as_a_guest(self) -> None:
        found = sale_snapshot(sale(), ALONE)

        assert (found.customer, found.payer) == (None, None)

    @pytest.mark.parametrize("field", ["id", "state", "amount", "create_time"])
    def test_a_field_that_is_promised_and_missing_is_an_error(self, field: str) -> None:
        told = sale()
        del told[field]

        with pytest.raises(KeyError):
            sale_snapshot(told, ALONE)


class TestRefunds:
    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ({"status": "COMPLETED"}, RefundStatus.SUCCEEDED),
            ({"status": "PENDING"}, RefundStatus.PENDING),
            ({"status": "FAILED"}, RefundStatus.FAILED),
            ({"status": "CANCELLED"}, RefundStatus.CANCELED),
        ],
    )
    def test_the_four_states_of_v2_and_v1(self, told: dict[str, str], status: RefundStatus) -> None:
        v1 = refund(amount={"currency": "USD", "total": "5.00"}, state=told["status"].lower())
        del v1["status"]

        for found in (refund_snapshot(refund(**told)), refund_snapshot(v1)):
            assert (found.status, found.amount_minor) == (status, 500)
            assert found.has_moved_money is (status is RefundStatus.SUCCEEDED)

    @pytest.mark.parametrize("name", ["custom_id", "invoice_id", "invoice_number"])
    def test_one_of_ours_names_its_operation(self, name: str) -> None:
        assert refund_snapshot(refund(**{name: OPERATION})).operation_id == OPERATION

    @pytest.mark.parametrize("said", [None, "", "ORDER-7", "op_short", 7])
    def test_one_of_somebody_elses_names_none(self, said: Any) -> None:
        assert refund_snapshot(refund(custom_id=said, invoice_id=said)).operation_id is None

    def test_a_refunds_amount_may_have_its_sign(self) -> None:
        told = refund(amount={"currency": "USD", "total": "-5.00"})

        assert refund_snapshot(told).amount_minor == 500

    def test_why_it_failed_is_told(self) -> None:
        failed = refund(status="FAILED", status_details={"reason": "ECHECK"})
        pending = refund(status="PENDING", status_details={"reason": "ECHECK"})

        assert refund_snapshot(failed).failure_reason == "echeck"
        assert refund_snapshot(pending).failure_reason is None

    def test_they_come_in_one_order_wherever_they_were_found(self) -> None:
        first = refund(id="R2", create_time="2026-11-02T09:00:00Z")
        second, third = refund(id="R1"), refund(id="R3")
        orders = ([first, second, third], [third, second, first], [second, first, third])

        found = {
            tuple(
                one.provider_id
                for one in sale_snapshot(
                    sale(), Surroundings(refunds=order, disputes=(), payer=None)
                ).refunds
            )
            for order in orders
        }
        assert found == {("R2", "R1", "R3")}


def dispute(*movements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "dispute_id": "PP-D-1",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "reason": "UNAUTHORISED",
        "create_time": "2026-11-03T10:00:00Z",
        "dispute_amount": {"currency_code": "USD", "value": "20.00"},
        "money_movements": list(movements),
    } | changes


def movement(kind: str = "DEBIT", value: str = "20.00", **changes: Any) -> dict[str, Any]:
    return {
        "affected_party": "SELLER",
        "amount": {"currency_code": "USD", "value": value},
        "initiated_time": "2026-11-04T10:00:00.000Z",
        "type": kind,
        "reason": "DISPUTE_SETTLEMENT",
    } | changes


class TestDisputes:
    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ({"status": "OPEN"}, "needs_response"),
            ({"status": "WAITING_FOR_SELLER_RESPONSE"}, "needs_response"),
            ({"status": "WAITING_FOR_BUYER_RESPONSE"}, "under_review"),
            ({"status": "UNDER_REVIEW"}, "under_review"),
            ({"status": "OTHER"}, "under_review"),
            *[
                ({"status": "RESOLVED", "dispute_outcome": {"outcome_code": code}}, status)
                for code, status in (
                    ("RESOLVED_SELLER_FAVOUR", "won"),
                    ("RESOLVED_WITH_PAYOUT", "won"),
                    ("CANCELED_BY_BUYER", "won"),
                    ("DENIED", "won"),
                    ("NONE", "won"),
                    ("RESOLVED_BUYER_FAVOUR", "lost"),
                    ("ACCEPTED", "lost"),
                )
            ],
            ({"status": "RESOLVED"}, "won"),
        ],
    )
    def test_in_the_words_of_the_house(self, told: dict[str, Any], status: str) -> None:
        assert dispute_snapshot(dispute(**told), currency="usd").status == status

    @pytest.mark.parametrize(("kind", "status"), [("DEBIT", "lost"), ("CREDIT", "won")])
    def test_without_an_outcome_the_money_tells(self, kind: str, status: str) -> None:
        told = dispute(movement(kind), status="RESOLVED", dispute_outcome={"outcome_code": "NONE"})

        assert dispute_snapshot(told, currency="usd").status == status

    def test_an_unknown_state_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            dispute_snapshot(dispute(status="NEW"), currency="usd")

    @pytest.mark.parametrize(("status", "is_open"), [("OPEN", True), ("RESOLVED", False)])
    def test_a_payment_is_disputed_while_one_is_open(self, status: str, is_open: bool) -> None:
        around = Surroundings(refunds=(), disputes=(dispute(status=status),), payer=None)

        assert sale_snapshot(sale(), around).is_disputed is is_open

    @pytest.mark.case("E5")
    def test_money_goes_and_comes_back(self) -> None:
        told = dispute(movement(), movement("CREDIT", initiated_time="2026-12-04T10:00:00Z"))
        found = dispute_snapshot(told, currency="usd")

        assert [one.amount_minor for one in found.movements] == [-2000, 2000]

    @pytest.mark.parametrize(
        "changes",
        [
            {"affected_party": "BUYER"},
            {"affected_party": "PAYMENT_PROCESSOR"},
            {"reason": "DISPUTE_FEE"},
            {"reason": "CHARGEBACK_FEE"},
            {"reason": "DISPUTE_SETTLEMENT_FEE"},
        ],
    )
    def test_fees_and_other_peoples_money_are_not_the_customers(
        self, changes: dict[str, str]
    ) -> None:
        found = dispute_snapshot(dispute(movement(**changes)), currency="usd")

        assert found.movements == ()

    def test_in_another_currency_the_disputed_amount_moved(self) -> None:
        told = dispute(movement(amount={"currency_code": "EUR", "value": "18.11"}))

        assert [m.amount_minor for m in dispute_snapshot(told, currency="usd").movements] == [-2000]

    def test_movements_keep_their_names_in_any_order(self) -> None:
        """They become keys of the ledger, and PayPal gives them no id."""
        moves = [
            movement(),
            movement(),
            movement("CREDIT"),
            movement("DEBIT", "5.00"),
            movement(initiated_time="2026-11-05T10:00:00Z"),
        ]
        names = [m.provider_id for m in dispute_snapshot(dispute(*moves), currency="usd").movements]
        others = [
            m.provider_id for m in dispute_snapshot(dispute(*moves[::-1]), currency="usd").movements
        ]

        assert len(set(names)) == len(moves)
        assert sorted(names) == sorted(others)

    def test_an_amount_that_is_finer_than_its_currency_is_an_error(self) -> None:
        yen = {"currency_code": "JPY", "value": "20.50"}

        with pytest.raises(ValueError, match="finer"):
            dispute_snapshot(dispute(dispute_amount=yen), currency="jpy")
