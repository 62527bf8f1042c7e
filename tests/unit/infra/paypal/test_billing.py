"""What time does to a subscription."""

from datetime import datetime
from typing import Any

import pytest

from infra.local.paypal.billing.schedule import billing_instant
from tests.paypal_shop import URLS, Shop, cycle, free_trial, money
from tests.unit.infra.paypal.conftest import InProcess

type PayPal = Shop[InProcess]


def epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def billing(shop: PayPal, subscription: str) -> Any:
    return shop.get(subscription, fields="last_failed_payment")["billing_info"]


def paid(shop: PayPal, subscription: str) -> list[str]:
    """Amounts, oldest first."""
    rows = shop.payments(subscription)[::-1]
    return [row["amount_with_breakdown"]["gross_amount"]["value"] for row in rows]


class TestSchedule:
    @pytest.mark.parametrize(
        ("start", "billed"),
        [
            ("2023-04-28T02:16:58+00:00", "2023-04-27T10:00:00+00:00"),
            ("2023-04-11T17:37:58+00:00", "2023-04-11T10:00:00+00:00"),
            ("2023-09-09T05:58:41+00:00", "2023-09-08T10:00:00+00:00"),
        ],
    )
    def test_days_are_pacific_and_bills_come_at_ten_utc(self, start: str, billed: str) -> None:
        assert billing_instant(epoch(start)) == epoch(billed)

    def test_the_first_bill_is_due_with_the_approval_and_the_next_a_month_later(
        self, shop: PayPal
    ) -> None:
        subscription = shop.subscription(shop.plan("49.00"))

        info = billing(shop, subscription)
        assert info["last_payment"]["amount"] == money("49.0")
        assert info["next_billing_time"] == "2026-01-31T10:00:00Z"
        assert info["cycle_executions"][0]["cycles_completed"] == 1

    def test_renewals_come_as_sales_that_name_the_subscription(self, shop: PayPal) -> None:
        subscription = shop.subscription(custom_id="cus_1")
        shop.client.advance(days=75)

        sale = shop.client.ok("GET", f"/v1/payments/sale/{shop.payments(subscription)[0]['id']}")
        assert paid(shop, subscription) == ["49.00"] * 3
        assert sale["billing_agreement_id"] == subscription
        assert shop.event_types().count("PAYMENT.SALE.COMPLETED") == 3

    def test_the_31st_comes_back_after_february(self, shop: PayPal) -> None:
        subscription = shop.subscription()

        dates = []
        for _ in range(3):
            shop.client.advance(days=29)
            dates.append(billing(shop, subscription)["next_billing_time"][:10])
        assert dates == ["2026-01-31", "2026-02-28", "2026-03-31"]

    def test_a_free_trial_counts_at_once_and_is_followed_by_the_regular_cycle(
        self, shop: PayPal
    ) -> None:
        regular = cycle("49.00", sequence=2)
        subscription = shop.subscription(shop.plan(billing_cycles=[free_trial(14), regular]))

        trial, _ = billing(shop, subscription)["cycle_executions"]
        assert (trial["cycles_completed"], paid(shop, subscription)) == (1, [])
        shop.client.advance(days=15)
        assert paid(shop, subscription) == ["49.00"]

    def test_a_setup_fee_is_a_payment_of_its_own(self, shop: PayPal) -> None:
        preferences = {"setup_fee": money("10.00")}
        subscription = shop.subscription(shop.plan(payment_preferences=preferences))

        assert paid(shop, subscription) == ["10.00", "49.00"]

    def test_a_start_in_the_future_is_billed_then(self, shop: PayPal) -> None:
        subscription = shop.subscription(start_time="2026-02-10T00:00:00Z")

        assert paid(shop, subscription) == []
        shop.client.advance(days=41)
        assert paid(shop, subscription) == ["49.00"]

    def test_instalments_end_with_the_last_period(self, shop: PayPal) -> None:
        subscription = shop.subscription(shop.plan(billing_cycles=[cycle("5", total_cycles=2)]))

        assert billing(shop, subscription)["final_payment_time"] == "2026-01-31T10:00:00Z"
        shop.client.advance(days=40)
        assert shop.get(subscription)["status"] == "ACTIVE"
        shop.client.advance(days=30)
        assert shop.get(subscription)["status"] == "EXPIRED"
        assert len(paid(shop, subscription)) == 2

    def test_or_with_the_last_payment_if_so_set(self, shop: PayPal) -> None:
        shop.standin.account.settings.expires = "with_last_payment"
        subscription = shop.subscription(shop.plan(billing_cycles=[cycle("5", total_cycles=1)]))

        assert shop.get(subscription)["status"] == "EXPIRED"

    def test_quantity_tiers_shipping_and_tax_make_the_amount(self, shop: PayPal) -> None:
        tiers = [
            {"starting_quantity": "1", "ending_quantity": "9", "amount": money("5.00")},
            {"starting_quantity": "10", "amount": money("4.00")},
        ]
        plan = shop.plan(
            billing_cycles=[cycle("0", pricing_scheme={"pricing_model": "TIERED", "tiers": tiers})],
            taxes={"percentage": "10", "inclusive": False},
            quantity_supported=True,
        )
        subscription = shop.subscription(plan, quantity="11", shipping_amount=money("7.00"))

        assert paid(shop, subscription) == ["66.00"]  # (9 * 5 + 2 * 4 + 7) * 1.1

    @pytest.mark.parametrize("currency", ["JPY", "HUF", "TWD"])
    def test_some_currencies_have_no_decimals(self, shop: PayPal, currency: str) -> None:
        plan = shop.plan(billing_cycles=[cycle("1500", currency)])

        assert paid(shop, shop.subscription(plan)) == ["1500"]


class TestFailedPayments:
    def failing(self, shop: PayPal, **preferences: Any) -> str:
        plan = shop.plan(payment_preferences={"payment_failure_threshold": 2, **preferences})
        subscription = shop.subscription(plan)
        shop.client.act("buyer", subscription=subscription, conduct="declines")
        return subscription

    def test_a_payment_is_tried_three_times_five_days_apart(self, shop: PayPal) -> None:
        subscription = self.failing(shop)
        shop.client.advance(days=31)

        info = billing(shop, subscription)
        assert info["failed_payments_count"] == 0
        assert info["next_billing_time"] == "2026-01-31T10:00:00Z"
        failed = info["last_failed_payment"]
        assert failed["next_payment_retry_time"] == "2026-02-05T10:00:00Z"
        shop.client.advance(days=10)
        assert shop.event_types().count("BILLING.SUBSCRIPTION.PAYMENT.FAILED") == 3
        info = billing(shop, subscription)
        assert (info["failed_payments_count"], info["outstanding_balance"]["value"]) == (1, "49.0")
        assert info["next_billing_time"] == "2026-02-28T10:00:00Z"

    def test_a_retry_that_succeeds_sets_everything_right(self, shop: PayPal) -> None:
        subscription = self.failing(shop)
        shop.client.advance(days=31)
        shop.client.act("buyer", subscription=subscription, conduct="pays")
        shop.client.advance(days=5)

        info = billing(shop, subscription)
        assert paid(shop, subscription) == ["49.00", "49.00"]
        assert (info["failed_payments_count"], info["outstanding_balance"]["value"]) == (0, "0.0")
        assert info["next_billing_time"] == "2026-02-28T10:00:00Z"

    def test_what_is_outstanding_is_billed_with_the_next_period(self, shop: PayPal) -> None:
        subscription = self.failing(shop)
        shop.client.advance(days=45)
        shop.client.act("buyer", subscription=subscription, conduct="pays")
        shop.client.advance(days=15)

        assert paid(shop, subscription) == ["49.00", "98.00"]
        assert billing(shop, subscription)["outstanding_balance"]["value"] == "0.0"

    def test_or_stays_outstanding_if_the_plan_says_so(self, shop: PayPal) -> None:
        subscription = self.failing(shop, auto_bill_outstanding=False)
        shop.client.advance(days=45)
        shop.client.act("buyer", subscription=subscription, conduct="pays")
        shop.client.advance(days=15)

        assert paid(shop, subscription) == ["49.00", "49.00"]
        assert billing(shop, subscription)["outstanding_balance"]["value"] == "49.0"

    def test_at_the_threshold_it_is_suspended_and_cannot_be_activated(self, shop: PayPal) -> None:
        subscription = self.failing(shop)
        shop.client.advance(days=80)

        activate = f"/v1/billing/subscriptions/{subscription}/activate"
        assert shop.get(subscription)["status"] == "SUSPENDED"
        assert shop.event_types()[-1] == "BILLING.SUBSCRIPTION.SUSPENDED"
        refused = shop.client("POST", activate, {"reason": "please"})
        assert (refused.status, refused.issue) == (422, "SUBSCRIPTION_CANNOT_BE_ACTIVATED")

    def test_once_the_outstanding_balance_is_captured_it_can(self, shop: PayPal) -> None:
        subscription = self.failing(shop)
        shop.client.advance(days=80)
        path = f"/v1/billing/subscriptions/{subscription}"
        shop.client.act("buyer", subscription=subscription, conduct="pays")
        note = {"note": "Owed", "capture_type": "OUTSTANDING_BALANCE", "amount": money("98.00")}
        shop.client.ok("POST", f"{path}/capture", note)

        shop.client.ok("POST", f"{path}/activate", {"reason": "paid"})

        assert shop.get(subscription)["status"] == "ACTIVE"

    def test_without_a_threshold_it_goes_on_for_ever(self, shop: PayPal) -> None:
        subscription = self.failing(shop, payment_failure_threshold=0)
        shop.client.advance(days=150)

        assert shop.get(subscription)["status"] == "ACTIVE"
        assert billing(shop, subscription)["failed_payments_count"] == 4

    @pytest.mark.parametrize(
        ("action", "status", "owed"),
        [("CANCEL", "CANCELLED", "0.0"), ("CONTINUE", "ACTIVE", "10.0")],
    )
    def test_a_setup_fee_that_fails(
        self, shop: PayPal, action: str, status: str, owed: str
    ) -> None:
        preferences = {"setup_fee": money("10.00"), "setup_fee_failure_action": action}
        plan = shop.plan(payment_preferences=preferences)
        subscription = shop.subscription(plan, buyer={"conduct": "declines"})

        assert shop.get(subscription)["status"] == status
        assert billing(shop, subscription)["outstanding_balance"]["value"] == owed


class TestPauses:
    def pause(self, shop: PayPal, subscription: str) -> None:
        path = f"/v1/billing/subscriptions/{subscription}/suspend"
        shop.client.ok("POST", path, {"reason": "Holidays"})

    def resume(self, shop: PayPal, subscription: str) -> None:
        path = f"/v1/billing/subscriptions/{subscription}/activate"
        shop.client.ok("POST", path, {"reason": "Back"})

    def test_nothing_is_billed_while_suspended_and_no_date_is_shown(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        self.pause(shop, subscription)
        shop.client.advance(days=100)

        assert paid(shop, subscription) == ["49.00"]
        assert "next_billing_time" not in billing(shop, subscription)

    def test_resumed_in_time_the_schedule_stays(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        self.pause(shop, subscription)
        shop.client.advance(days=10)
        self.resume(shop, subscription)

        assert billing(shop, subscription)["next_billing_time"] == "2026-01-31T10:00:00Z"

    def test_resumed_late_the_next_bill_is_due_at_once(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        self.pause(shop, subscription)
        shop.client.advance(days=40)
        self.resume(shop, subscription)

        assert billing(shop, subscription)["next_billing_time"] == "2026-02-10T10:00:00Z"
        shop.client.advance(days=20)
        assert paid(shop, subscription) == ["49.00", "49.00"]

    def test_or_with_the_next_period_if_so_set(self, shop: PayPal) -> None:
        shop.standin.account.settings.reactivation_billing = "next_period"
        subscription = shop.subscription()
        self.pause(shop, subscription)
        shop.client.advance(days=40)
        self.resume(shop, subscription)

        assert billing(shop, subscription)["next_billing_time"] == "2026-02-28T10:00:00Z"

    def test_the_date_after_an_activation_is_provisional_for_a_while(self, shop: PayPal) -> None:
        shop.standin.account.settings.activation_lag_seconds = 300
        subscription = shop.subscription()

        provisional = billing(shop, subscription)["next_billing_time"]
        events = len(shop.events())
        shop.client.advance(seconds=301)
        assert provisional == "2025-12-31T10:00:00Z"
        assert billing(shop, subscription)["next_billing_time"] == "2026-01-31T10:00:00Z"
        assert len(shop.events()) == events


class TestChangedTerms:
    PRICE = "/plan/billing_cycles/@sequence==1/pricing_scheme/fixed_price"

    def patch(self, shop: PayPal, subscription: str, path: str, value: Any) -> Any:
        operations = [{"op": "replace", "path": path, "value": value}]
        return shop.client("PATCH", f"/v1/billing/subscriptions/{subscription}", operations)

    def test_a_new_price_passes_by_the_bills_of_ten_days(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        shop.client.advance(days=25)
        self.patch(shop, subscription, self.PRICE, money("59.00"))
        shop.client.advance(days=40)

        assert paid(shop, subscription) == ["49.00", "49.00", "59.00"]
        assert shop.get(subscription)["plan_overridden"] is True

    def test_the_plans_new_price_reaches_those_without_a_price_of_their_own(
        self, shop: PayPal
    ) -> None:
        plan = shop.plan()
        follower, own = shop.subscription(plan), shop.subscription(plan)
        self.patch(shop, own, self.PRICE, money("39.00"))
        scheme = {"fixed_price": money("59.00")}
        body = {"pricing_schemes": [{"billing_cycle_sequence": 1, "pricing_scheme": scheme}]}
        shop.client.ok("POST", f"/v1/billing/plans/{plan}/update-pricing-schemes", body)
        shop.client.advance(days=31)

        assert (paid(shop, follower)[-1], paid(shop, own)[-1]) == ("59.00", "39.00")

    def test_a_revision_waits_for_the_buyers_consent(self, shop: PayPal) -> None:
        product = shop.product()
        old, new = shop.plan(product=product), shop.plan("99.00", product=product)
        subscription = shop.subscription(old)
        path = f"/v1/billing/subscriptions/{subscription}/revise"
        asked = shop.client.ok("POST", path, {"plan_id": new, "application_context": URLS})

        assert asked["links"][0]["rel"] == "approve"
        assert shop.get(subscription)["plan_id"] == old
        shop.client.act("approve_revision", subscription=subscription)
        assert shop.get(subscription)["plan_id"] == new
        assert shop.event_types()[-1] == "BILLING.SUBSCRIPTION.UPDATED"
        assert paid(shop, subscription) == ["49.00"]
        shop.client.advance(days=31)
        assert paid(shop, subscription) == ["49.00", "99.00"]

    def test_a_revision_of_another_product_is_refused(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        path = f"/v1/billing/subscriptions/{subscription}/revise"

        refused = shop.client("POST", path, {"plan_id": shop.plan()})

        assert (refused.status, refused.issue) == (422, "PLAN_PRODUCT_NOT_COMPATIBLE")

    @pytest.mark.parametrize(
        ("path", "value", "issue"),
        [
            (
                "/billing_info/outstanding_balance",
                money("1.00"),
                "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE",
            ),
            ("/start_time", "2027-01-01T00:00:00Z", "INVALID_START_TIME"),
            (PRICE, money("9.00", "USD"), "CURRENCY_MISMATCH"),
            ("/status", "ACTIVE", "INVALID_PATCH_PATH"),
        ],
    )
    def test_patches_that_are_refused(
        self, shop: PayPal, path: str, value: Any, issue: str
    ) -> None:
        refused = self.patch(shop, shop.subscription(), path, value)

        assert refused.issue == issue

    def test_of_several_operations_all_happen_or_none(self, shop: PayPal) -> None:
        subscription = shop.subscription(custom_id="before")
        operations = [
            {"op": "replace", "path": "/custom_id", "value": "after"},
            {"op": "replace", "path": "/nonsense", "value": 1},
        ]

        refused = shop.client("PATCH", f"/v1/billing/subscriptions/{subscription}", operations)

        assert refused.status == 400
        assert shop.get(subscription)["custom_id"] == "before"
