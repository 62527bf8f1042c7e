"""Stripe's shapes, in the pinned version, as snapshots."""

from typing import Any

import pytest

from frontdesk.adapters.stripe import mapping
from frontdesk.adapters.stripe.subscription_mapping import subscription_snapshot
from frontdesk.domain.snapshot import PaymentStatus, RefundStatus

NOW = 1_780_000_000


def charge(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "customer": "cus_1",
        "created": NOW,
        "status": "succeeded",
        "amount": 1000,
        "amount_captured": 1000,
        "captured": True,
        "refunded": False,
        "currency": "usd",
        "disputed": False,
        "billing_details": {"name": "Ann", "email": None},
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
    } | changes


def refund(**changes: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "amount": 400,
        "currency": "usd",
        "status": "succeeded",
        "created": NOW,
        "balance_transaction": "txn_1",
    } | changes


def dispute(*movements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "amount": 1000,
        "currency": "usd",
        "status": "needs_response",
        "created": NOW,
        "balance_transactions": list(movements),
    } | changes


def movement(amount: int, currency: str = "usd") -> dict[str, Any]:
    return {"id": "txn_1", "amount": amount, "currency": currency, "created": NOW}


class TestPayment:
    def test_what_was_only_authorized_is_pending(self) -> None:
        """Stripe calls the authorization a success; no money has come in."""
        held = charge(captured=False, amount_captured=0)

        assert mapping.payment_snapshot(held, refunds=[], disputes=[]).status is (
            PaymentStatus.PENDING
        )

    def test_an_authorization_that_was_released_has_failed_and_refunded_nothing(self) -> None:
        released = charge(captured=False, amount_captured=0, refunded=True)
        release = refund(amount=1000, balance_transaction=None)
        found = mapping.payment_snapshot(released, refunds=[release], disputes=[])

        assert found.status is PaymentStatus.FAILED
        assert found.refunds == ()

    def test_the_rest_of_a_partial_capture_is_released_and_no_refund(self) -> None:
        partial = charge(amount_captured=600)
        release = refund(id="re_release", balance_transaction=None)
        found = mapping.payment_snapshot(partial, refunds=[release, refund()], disputes=[])

        assert [one.provider_id for one in found.refunds] == ["re_1"]

    def test_a_refund_whose_movement_is_not_told_yet_still_counts(self) -> None:
        found = mapping.payment_snapshot(
            charge(), refunds=[refund(balance_transaction=None)], disputes=[]
        )

        assert [one.status for one in found.refunds] == [RefundStatus.SUCCEEDED]

    @pytest.mark.parametrize(
        ("changes", "has_moved"),
        [
            ({"status": "succeeded"}, True),
            ({"status": "pending", "balance_transaction": None}, False),
            ({"status": "failed", "failure_balance_transaction": "txn_2"}, True),
            ({"status": "failed", "balance_transaction": None}, False),
            ({"status": "canceled", "balance_transaction": None}, False),
        ],
    )
    def test_a_refund_tells_whether_its_money_was_ever_away(
        self, changes: dict[str, Any], has_moved: bool
    ) -> None:
        (found,) = mapping.payment_snapshot(
            charge(), refunds=[refund(**changes)], disputes=[]
        ).refunds

        assert found.has_moved_money is has_moved

    @pytest.mark.parametrize(
        ("moved", "amount"),
        [
            (movement(-1000), -1000),
            (movement(-300), -300),
            (movement(1000), 1000),
            (movement(-917, "eur"), -1000),
            (movement(917, "eur"), 1000),
        ],
    )
    def test_a_dispute_moves_money_in_the_payments_currency(
        self, moved: dict[str, Any], amount: int
    ) -> None:
        (found,) = mapping.payment_snapshot(
            charge(disputed=True), refunds=[], disputes=[dispute(moved)]
        ).disputes

        assert [one.amount_minor for one in found.movements] == [amount]

    def test_a_guest_is_named_by_the_billing_details(self) -> None:
        guest = charge(customer=None, receipt_email="ann@example.com")
        found = mapping.payment_snapshot(guest, refunds=[], disputes=[])

        assert (found.customer, found.guest_name, found.guest_email) == (
            None,
            "Ann",
            "ann@example.com",
        )

    @pytest.mark.parametrize("field", ["id", "customer", "status", "amount_captured", "captured"])
    def test_a_field_that_the_version_promises_and_that_is_missing_is_an_error(
        self, field: str
    ) -> None:
        found = charge()
        del found[field]

        with pytest.raises(KeyError):
            mapping.payment_snapshot(found, refunds=[], disputes=[])


def subscription(**changes: Any) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "customer": {"id": "cus_1", "object": "customer"},
        "created": NOW,
        "start_date": NOW,
        "status": "active",
        "currency": "usd",
        "cancel_at_period_end": False,
        "pause_collection": None,
    } | changes


def line(unit_amount: int | None, *, quantity: int = 1, **price: Any) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "current_period_start": NOW,
        "current_period_end": NOW + 100,
        "price": {"id": "price_1", "product": "prod_1", "unit_amount": unit_amount} | price,
    }


class TestSubscription:
    @pytest.mark.parametrize(
        ("items", "amount"),
        [
            ([line(900)], 900),
            ([line(900, quantity=3)], 2700),
            ([line(900), line(100, quantity=2)], 1100),
            ([line(None, unit_amount_decimal="0.5", quantity=3)], 2),
            ([line(None, unit_amount_decimal="12.5")], 12),
            ([line(None)], None),
            ([], 0),
        ],
    )
    def test_a_cycle_costs_what_all_its_items_cost(
        self, items: list[dict[str, Any]], amount: int | None
    ) -> None:
        found = subscription_snapshot(subscription(), items=items)

        assert found.amount_minor == amount

    def test_the_period_is_that_of_the_item_that_renews_first(self) -> None:
        late = line(1) | {"current_period_end": NOW + 999}
        found = subscription_snapshot(subscription(), items=[late, line(1)])

        assert found.current_period_end is not None
        assert found.current_period_end.timestamp() == NOW + 100

    def test_paused_collection_is_told_beside_the_status(self) -> None:
        pause = {"behavior": "void", "resumes_at": NOW + 50}
        found = subscription_snapshot(subscription(pause_collection=pause), items=[line(1)])

        assert (found.status, found.pause) == ("active", "void")
        assert found.resumes_at is not None


class TestCustomer:
    def test_a_vat_number_is_told_apart_from_another_tax_id(self) -> None:
        tax_ids = [{"type": "us_ein", "value": "12-3"}, {"type": "eu_vat", "value": "DE1"}]
        found = mapping.customer_snapshot(
            {"id": "cus_1", "created": NOW, "tax_ids": {"data": tax_ids}}
        )

        assert (found.tax_id, found.vat_number) == ("12-3", "DE1")

    def test_everything_that_may_be_empty_may_be_empty(self) -> None:
        found = mapping.customer_snapshot({"id": "cus_1", "created": NOW, "address": None})

        assert found.address == (None,) * 6
        assert found.default_payment_method is None
