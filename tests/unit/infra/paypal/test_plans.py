"""What a plan may be, what a merchant may change in it, and in one subscriber's terms."""

from typing import Any

import pytest

from tests.paypal_shop import Shop, cycle, free_trial, money
from tests.unit.infra.paypal.conftest import Answer, InProcess

type PayPal = Shop[InProcess]


def tier(first: str, last: str | None, price: str = "5.00", currency: str = "EUR") -> Any:
    end = {"ending_quantity": last} if last else {}
    return {"starting_quantity": first, **end, "amount": money(price, currency)}


def tiered(*tiers: Any, model: str = "TIERED") -> Any:
    return cycle("0", pricing_scheme={"pricing_model": model, "tiers": list(tiers)})


def trial(sequence: int) -> Any:
    return {**free_trial(7), "sequence": sequence}


def create(shop: PayPal, *cycles: Any, **changes: Any) -> Answer:
    body = {
        "product_id": shop.product(),
        "name": "Plan",
        "billing_cycles": list(cycles),
        "payment_preferences": {},
        **changes,
    }
    return shop.client("POST", "/v1/billing/plans", body)


class TestPlansThatAreRefused:
    @pytest.mark.parametrize(
        ("cycles", "issue"),
        [
            ([cycle("5", sequence=2)], "INVALID_BILLING_CYCLE_SEQUENCE"),
            ([cycle("5"), cycle("6", sequence=2)], "MULTIPLE_REGULAR_BILLING_CYCLES_NOT_SUPPORTED"),
            ([cycle("5"), trial(2)], "INVALID_BILLING_CYCLE_SEQUENCE"),
            (
                [trial(1), trial(2), trial(3), cycle("5", sequence=4)],
                "MORE_THAN_TWO_TRIAL_BILLING_CYCLE_NOT_SUPPORTED",
            ),
            ([trial(1), cycle("5", "USD", sequence=2)], "CURRENCY_MISMATCH"),
            ([tiered(tier("1", "5"), tier("7", None))], "MISSING_PRICING_SCHEME_TIERS"),
            ([tiered(tier("1", "5"))], "MISSING_PRICING_SCHEME_TIERS"),
            ([tiered(tier("1", "5"), tier("5", None))], "OVERLAPPING_PRICING_SCHEME_TIERS"),
            ([tiered(tier("1", None, "0.00"))], "INVALID_PRICING_TIER_AMOUNT"),
            ([tiered(tier("1", "5"), tier("6", None, "1.00", "USD"))], "CURRENCY_MISMATCH"),
            ([cycle("5", total_cycles=1000)], "INVALID_INTEGER_MAX_VALUE"),
        ],
    )
    def test_by_their_cycles(self, shop: PayPal, cycles: list[Any], issue: str) -> None:
        assert create(shop, *cycles).issue == issue

    def test_for_a_product_that_is_not_there(self, shop: PayPal) -> None:
        assert create(shop, cycle("5"), product_id="PROD-NOBODY").status == 404


class TestPrices:
    @pytest.mark.parametrize(("model", "amount"), [("VOLUME", "44.00"), ("TIERED", "53.00")])
    def test_by_volume_all_units_have_one_price_by_tiers_each_has_its_own(
        self, shop: PayPal, model: str, amount: str
    ) -> None:
        cycles = [tiered(tier("1", "9"), tier("10", None, "4.00"), model=model)]
        plan = shop.plan(billing_cycles=cycles, quantity_supported=True)

        subscription = shop.subscription(plan, quantity="11")

        [payment] = shop.payments(subscription)
        assert payment["amount_with_breakdown"]["gross_amount"] == money(amount)


class TestChangedPlans:
    @pytest.mark.parametrize(
        ("path", "value", "shown"),
        [
            ("name", "New", "New"),
            ("description", "More", "More"),
            ("payment_preferences/auto_bill_outstanding", False, False),
            ("payment_preferences/payment_failure_threshold", 5, 5),
            ("payment_preferences/setup_fee_failure_action", "CONTINUE", "CONTINUE"),
            ("payment_preferences/setup_fee", money("3.00"), money("3.00")),
            ("taxes/percentage", "7", "7"),
        ],
    )
    def test_show_the_change(self, shop: PayPal, path: str, value: Any, shown: Any) -> None:
        plan = shop.plan(taxes={"percentage": "19"})
        operation = {"op": "replace", "path": f"/{path}", "value": value}

        shop.client.ok("PATCH", f"/v1/billing/plans/{plan}", [operation])

        found = shop.client.ok("GET", f"/v1/billing/plans/{plan}")
        for name in path.split("/"):
            found = found[name]
        assert found == shown

    @pytest.mark.parametrize(
        ("operation", "issue"),
        [
            ({"op": "replace", "path": "/status", "value": "X"}, "INVALID_PATCH_PATH"),
            ({"op": "remove", "path": "/name"}, "UNSUPPORTED_PATCH_OPERATION"),
            ({"op": "replace"}, "MISSING_REQUIRED_PARAMETER"),
        ],
    )
    def test_unless_it_cannot_be_made(self, shop: PayPal, operation: Any, issue: str) -> None:
        refused = shop.client("PATCH", f"/v1/billing/plans/{shop.plan()}", [operation])

        assert refused.issue == issue

    def test_the_same_field_twice_is_refused(self, shop: PayPal) -> None:
        operation = {"op": "replace", "path": "/name", "value": "New"}

        refused = shop.client("PATCH", f"/v1/billing/plans/{shop.plan()}", [operation] * 2)

        assert refused.issue == "INVALID_PATCH_PATH"

    def test_an_inactive_plan_stays_as_it_is_and_sells_no_more(self, shop: PayPal) -> None:
        plan = shop.plan()
        path = f"/v1/billing/plans/{plan}"
        shop.client.ok("POST", f"{path}/deactivate")
        operation = {"op": "replace", "path": "/name", "value": "New"}

        assert shop.client("PATCH", path, [operation]).issue == "PLAN_STATUS_INACTIVE"
        assert shop.client("POST", f"{path}/deactivate").issue == "PLAN_STATUS_INVALID"
        refused = shop.client("POST", "/v1/billing/subscriptions", {"plan_id": plan})
        assert refused.issue == "PLAN_STATUS_INVALID"
        shop.client.ok("POST", f"{path}/activate")
        assert shop.client("POST", f"{path}/activate").issue == "PLAN_STATUS_INVALID"


class TestOneSubscribersTerms:
    SECOND = "/plan/billing_cycles/@sequence==2"

    def subscription(self, shop: PayPal) -> str:
        cycles = [free_trial(14), cycle("9.00", sequence=2, total_cycles=6)]
        return shop.subscription(shop.plan(billing_cycles=cycles))

    def patch(self, shop: PayPal, subscription: str, path: str, value: Any) -> Answer:
        operation = {"op": "replace", "path": path, "value": value}
        return shop.client("PATCH", f"/v1/billing/subscriptions/{subscription}", [operation])

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("/plan/payment_preferences/auto_bill_outstanding", False),
            ("/plan/payment_preferences/payment_failure_threshold", 9),
            ("/plan/taxes/percentage", "7"),
            ("/plan/taxes/inclusive", False),
            (f"{SECOND}/total_cycles", 12),
        ],
    )
    def test_become_their_own(self, shop: PayPal, path: str, value: Any) -> None:
        subscription = self.subscription(shop)

        assert self.patch(shop, subscription, path, value).status == 204

        assert shop.get(subscription)["plan_overridden"] is True
        assert str(value) in str(shop.get(subscription, fields="plan")["plan"])

    @pytest.mark.parametrize(
        ("path", "value", "issue"),
        [
            (f"{SECOND}/pricing_scheme/tiers", [], "INVALID_PATCH_PATH"),
            (f"{SECOND}/frequency", {}, "INVALID_PATCH_PATH"),
            ("/plan/name", "x", "INVALID_PATCH_PATH"),
            ("/plan/billing_cycles/@sequence==7/total_cycles", 1, "INVALID_BILLING_CYCLE_SEQUENCE"),
            (
                "/plan/billing_cycles/@sequence==1/total_cycles",
                3,
                "BILLING_CYCLE_EXECUTION_COMPLETED",
            ),
            ("/shipping_amount", money("1.00", "USD"), "CURRENCY_MISMATCH"),
        ],
    )
    def test_are_refused_where_nothing_can_be_changed(
        self, shop: PayPal, path: str, value: Any, issue: str
    ) -> None:
        assert self.patch(shop, self.subscription(shop), path, value).issue == issue

    def test_instalments_cannot_become_fewer_than_were_paid(self, shop: PayPal) -> None:
        subscription = self.subscription(shop)
        shop.client.advance(days=80)

        refused = self.patch(shop, subscription, f"{self.SECOND}/total_cycles", 1)

        assert refused.issue == "INVALID_BILLING_TOTAL_CYCLES"

    def test_may_be_agreed_from_the_beginning(self, shop: PayPal) -> None:
        own = {
            "billing_cycles": [{"sequence": 1, "pricing_scheme": {"fixed_price": money("39.00")}}],
            "payment_preferences": {"setup_fee": money("5.00")},
            "taxes": {"percentage": "10", "inclusive": False},
        }
        subscription = shop.subscription(shop.plan("49.00"), plan=own)

        amounts = [
            row["amount_with_breakdown"]["gross_amount"]["value"]
            for row in shop.payments(subscription)
        ]
        assert sorted(amounts) == ["42.90", "5.00"]

    def test_of_an_ended_subscription_stay(self, shop: PayPal) -> None:
        subscription = self.subscription(shop)
        shop.client.act("cancel", subscription=subscription)

        refused = self.patch(shop, subscription, "/custom_id", "x")
        path = f"/v1/billing/subscriptions/{subscription}/revise"

        assert refused.issue == "SUBSCRIPTION_STATUS_INVALID"
        assert shop.client("POST", path, {}).issue == "SUBSCRIPTION_STATUS_INVALID"


def test_a_bug_of_the_stand_in_looks_like_paypals_own_500(shop: PayPal) -> None:
    reply = shop.standin.api.crashed()

    assert reply.answer.status == 500
    assert b"INTERNAL_SERVER_ERROR" in reply.answer.body
