"""PayPal's subscriptions as snapshots."""

from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.paypal.subscriptions import STATUSES, subscription_snapshot
from frontdesk.domain.snapshot import SubscriptionSnapshot, Suspension

OPERATION = "op_0123456789abcdefghjkmnpqrs"
PLAN: dict[str, Any] = {
    "product_id": "PROD-1",
    "billing_cycles": [
        {
            "tenure_type": "TRIAL",
            "sequence": 1,
            "total_cycles": 1,
            "frequency": {"interval_unit": "DAY", "interval_count": 7},
            "pricing_scheme": {"fixed_price": {"currency_code": "USD", "value": "1.00"}},
        },
        {
            "tenure_type": "REGULAR",
            "sequence": 2,
            "total_cycles": 0,
            "frequency": {"interval_unit": "MONTH", "interval_count": 1},
            "pricing_scheme": {"fixed_price": {"currency_code": "USD", "value": "49.00"}},
        },
    ],
    "payment_preferences": {"payment_failure_threshold": 2},
}


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00:00+00:00")


def executions(*, trial: int = 1, regular: int = 1) -> list[dict[str, Any]]:
    return [
        {"tenure_type": "TRIAL", "sequence": 1, "cycles_completed": trial},
        {"tenure_type": "REGULAR", "sequence": 2, "cycles_completed": regular},
    ]


def subscription(status: str = "ACTIVE", **changes: Any) -> dict[str, Any]:
    billing = {
        "outstanding_balance": {"currency_code": "USD", "value": "0.00"},
        "cycle_executions": executions(),
        "last_payment": {
            "amount": {"currency_code": "USD", "value": "49.00"},
            "time": "2026-10-20T10:00:00Z",
        },
        "next_billing_time": "2026-11-20T10:00:00Z",
        "failed_payments_count": 0,
    }
    billing |= changes.pop("billing", {})
    return {
        "id": "I-1",
        "status": status,
        "status_update_time": "2026-11-10T10:00:00Z",
        "plan_id": "P-1",
        "start_time": "2026-10-13T10:00:00Z",
        "create_time": "2026-10-13T09:59:00Z",
        "quantity": "1",
        "subscriber": {"payer_id": "QYR5Z8XDVJNXQ", "email_address": "zoe@example.com"},
        "billing_info": {name: value for name, value in billing.items() if value is not None},
    } | changes


def snapshot(status: str = "ACTIVE", **changes: Any) -> SubscriptionSnapshot:
    return subscription_snapshot(subscription(status, **changes), plan=PLAN)


def test_the_state_is_paypals_own_word() -> None:
    assert {snapshot(status).status for status in STATUSES} == STATUSES


@pytest.mark.parametrize("status", ["", "active", "PAUSED", None, "REVOKED"])
def test_an_unknown_state_is_an_error(status: Any) -> None:
    with pytest.raises(ValueError, match="state"):
        snapshot(status)


def test_one_cycle_costs_its_price_times_the_quantity() -> None:
    found = snapshot(quantity="3")

    assert (found.amount_minor, found.currency, found.quantity) == (14_700, "usd", 3)
    assert (found.interval, found.interval_count) == ("month", 1)


def test_what_has_tiers_has_no_price_of_one_cycle() -> None:
    tiers = {"tiers": [{"amount": {"currency_code": "EUR", "value": "9.00"}}]}
    cycles = [PLAN["billing_cycles"][1] | {"pricing_scheme": tiers}]
    found = subscription_snapshot(subscription(), plan=PLAN | {"billing_cycles": cycles})

    assert (found.amount_minor, found.currency) == (None, "eur")


class TestSuspension:
    @pytest.mark.parametrize(
        ("failures", "threshold", "cause"),
        [
            (0, 2, Suspension.REQUESTED),
            (1, 2, Suspension.REQUESTED),
            (2, 2, Suspension.PAYMENT_FAILED),
            (3, 2, Suspension.PAYMENT_FAILED),
            (1, 1, Suspension.PAYMENT_FAILED),
            (0, 0, Suspension.REQUESTED),
            (5, 0, Suspension.REQUESTED),
        ],
    )
    @pytest.mark.case("F4")
    def test_failures_at_the_threshold_are_dunning(
        self, failures: int, threshold: int, cause: Suspension
    ) -> None:
        held = subscription("SUSPENDED", billing={"failed_payments_count": failures})
        plan = PLAN | {"payment_preferences": {"payment_failure_threshold": threshold}}

        assert subscription_snapshot(held, plan=plan).suspension is cause

    def test_a_reason_of_ours_says_that_we_did_it(self) -> None:
        note = f"Paused by the customer ({OPERATION})."
        found = snapshot("SUSPENDED", status_change_note=note, billing={"failed_payments_count": 2})

        assert (found.suspension, found.operation_id) == (Suspension.REQUESTED, OPERATION)

    def test_without_preferences_nothing_is_dunning(self) -> None:
        found = subscription_snapshot(
            subscription("SUSPENDED", billing={"failed_payments_count": 9}),
            plan={"billing_cycles": PLAN["billing_cycles"]},
        )

        assert found.suspension is Suspension.REQUESTED

    @pytest.mark.parametrize("status", sorted(STATUSES - {"SUSPENDED"}))
    def test_only_a_suspended_one_has_a_cause(self, status: str) -> None:
        assert snapshot(status, billing={"failed_payments_count": 2}).suspension is None

    @pytest.mark.parametrize(
        "note", [None, "", "The customer wished it", "op_1", "op:0123456789abcdefghjkmnpqrs"]
    )
    def test_another_text_names_no_operation(self, note: str | None) -> None:
        assert snapshot("SUSPENDED", status_change_note=note).operation_id is None


@pytest.mark.feature("L3-31")
class TestPaidUntil:
    def test_while_it_runs_until_the_next_payment(self) -> None:
        found = snapshot()

        assert found.paid_until == found.current_period_end == at("2026-11-20")
        assert found.current_period_start == at("2026-10-20")

    @pytest.mark.parametrize("status", ["CANCELLED", "SUSPENDED", "EXPIRED"])
    def test_afterwards_a_cycle_after_the_last_payment(self, status: str) -> None:
        """Paid on the 20th, canceled on the 10th: until the 20th."""
        found = snapshot(status, billing={"next_billing_time": None})

        assert found.paid_until == found.current_period_end == at("2026-11-20")

    def test_the_next_try_of_a_failed_payment_is_not_paid_for(self) -> None:
        found = snapshot(billing={"next_billing_time": "2026-12-20T10:00:00Z"})

        assert found.paid_until == at("2026-11-20")
        assert found.current_period_end == at("2026-12-20")

    def test_paypals_hour_counts_where_it_is_near(self) -> None:
        """It bills at ten o'clock, whenever the first payment was."""
        found = snapshot(billing={"next_billing_time": "2026-11-19T10:00:00Z"})

        assert found.paid_until == at("2026-11-19")

    @pytest.mark.parametrize("next_at", [None, "2027-03-31T10:00:00Z"])
    @pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "CANCELLED"])
    def test_who_is_billed_on_the_31st_has_the_whole_march(
        self, status: str, next_at: str | None
    ) -> None:
        billing = {
            "cycle_executions": executions()[1:],
            "next_billing_time": next_at,
            "last_payment": {"time": "2027-02-28T10:00:00Z"},
        }
        billed = subscription(status, start_time="2027-01-31T10:00:00Z", billing=billing)
        plan = PLAN | {"billing_cycles": PLAN["billing_cycles"][1:]}

        assert subscription_snapshot(billed, plan=plan).paid_until == at("2027-03-31")

    def test_after_a_trial_paypals_date_says_on_which_day_it_bills(self) -> None:
        found = snapshot(
            billing={
                "next_billing_time": "2027-03-31T10:00:00Z",
                "last_payment": {"time": "2027-02-28T10:00:00Z"},
            }
        )

        assert found.paid_until == at("2027-03-31")

    def test_a_daily_payment_is_not_for_the_days_that_failed(self) -> None:
        daily = PLAN["billing_cycles"][1] | {
            "frequency": {"interval_unit": "DAY", "interval_count": 1}
        }
        billed = subscription(billing={"next_billing_time": "2026-10-23T10:00:00Z"})
        found = subscription_snapshot(billed, plan=PLAN | {"billing_cycles": [daily]})

        assert found.paid_until == at("2026-10-21")

    def test_a_paid_trial_is_of_its_own_length(self) -> None:
        found = snapshot(
            "CANCELLED",
            billing={
                "cycle_executions": executions(regular=0),
                "next_billing_time": None,
                "last_payment": {"time": "2026-10-13T10:00:00Z"},
            },
        )

        assert found.paid_until == at("2026-10-20")

    def test_a_free_trial_is_until_the_first_payment(self) -> None:
        found = snapshot(
            billing={
                "cycle_executions": executions(regular=0),
                "next_billing_time": "2026-10-20T10:00:00Z",
                "last_payment": None,
            }
        )

        assert found.paid_until == found.current_period_end == at("2026-10-20")
        assert found.current_period_start == at("2026-10-13")

    @pytest.mark.parametrize("status", ["APPROVAL_PENDING", "APPROVED"])
    def test_before_it_begins_nothing_is_paid(self, status: str) -> None:
        waiting = subscription(status)
        del waiting["billing_info"]
        found = subscription_snapshot(waiting, plan=PLAN)

        assert (found.paid_until, found.current_period_start, found.current_period_end) == (
            None,
            None,
            None,
        )

    def test_the_end_is_when_billing_ended(self) -> None:
        canceled, expired = snapshot("CANCELLED"), snapshot("EXPIRED")

        assert canceled.canceled_at == canceled.ended_at == at("2026-11-10")
        assert (expired.canceled_at, expired.ended_at) == (None, at("2026-11-10"))
        assert (snapshot().canceled_at, snapshot().ended_at) == (None, None)


class TestPayer:
    def test_it_is_the_customer(self) -> None:
        found = snapshot()

        assert found.customer == "QYR5Z8XDVJNXQ"
        assert found.payer is not None
        assert (found.payer.provider_id, found.payer.email) == (
            "QYR5Z8XDVJNXQ",
            "zoe@example.com",
        )

    @pytest.mark.parametrize("subscriber", [None, {}, {"email_address": "zoe@example.com"}])
    def test_until_the_buyer_approves_it_is_a_guests(
        self, subscriber: dict[str, str] | None
    ) -> None:
        found = snapshot("APPROVAL_PENDING", subscriber=subscriber)

        assert found.customer == "guest:I-1"
        assert found.payer is not None
        assert found.payer.provider_id == "guest:I-1"
        assert found.payer.email == (subscriber or {}).get("email_address")


@pytest.mark.parametrize("field", ["id", "status", "plan_id", "create_time"])
def test_a_field_that_is_promised_and_missing_is_an_error(field: str) -> None:
    found = subscription()
    del found[field]

    with pytest.raises(KeyError):
        subscription_snapshot(found, plan=PLAN)


def test_moments_are_in_utc_whatever_zone_they_are_told_in() -> None:
    found = snapshot(create_time="2026-10-13T02:59:00-07:00")

    assert found.created_at == datetime(2026, 10, 13, 9, 59, tzinfo=UTC)
    assert found.created_at.tzinfo is UTC
