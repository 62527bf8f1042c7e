"""What PayPal's rules forbid is answered with the issues that its descriptions list."""

from collections.abc import Callable

import pytest

from tests.contract.paypal.client import Answer
from tests.contract.paypal.shop import Shop
from tests.paypal_shop import cycle, money

SUBSCRIPTIONS = "/v1/billing/subscriptions"


def refund_twice(shop: Shop) -> Answer:
    path = f"/v2/payments/captures/{shop.capture()}/refund"
    shop.client("POST", path, {})
    return shop.client("POST", path, {})


def refund_too_much(shop: Shop) -> Answer:
    path = f"/v2/payments/captures/{shop.capture('20.00')}/refund"
    return shop.client("POST", path, {"amount": money("20.01")})


def refund_yen_with_decimals(shop: Shop) -> Answer:
    path = f"/v2/payments/captures/{shop.capture('2000', 'JPY')}/refund"
    return shop.client("POST", path, {"amount": money("1.50", "JPY")})


def refund_disputed_in_part(shop: Shop) -> Answer:
    capture = shop.capture()
    shop.client.act("dispute", payment=capture)
    body = {"amount": money("1.00")}
    return shop.client("POST", f"/v2/payments/captures/{capture}/refund", body)


def refund_charged_back(shop: Shop) -> Answer:
    capture = shop.capture()
    shop.client.act("dispute", payment=capture, amount=money("1.00"), stage="CHARGEBACK")
    return shop.client("POST", f"/v2/payments/captures/{capture}/refund", {})


def refund_too_late(shop: Shop) -> Answer:
    path = f"/v2/payments/captures/{shop.capture()}/refund"
    shop.client.advance(days=181)
    return shop.client("POST", path, {})


def cancel_twice(shop: Shop) -> Answer:
    path = f"{SUBSCRIPTIONS}/{shop.subscription()}/cancel"
    shop.client("POST", path, {"reason": "Enough"})
    return shop.client("POST", path, {"reason": "Enough"})


def suspend_twice(shop: Shop) -> Answer:
    path = f"{SUBSCRIPTIONS}/{shop.subscription()}/suspend"
    shop.client("POST", path, {"reason": "Holidays"})
    return shop.client("POST", path, {"reason": "Holidays"})


def activate_an_active_one(shop: Shop) -> Answer:
    return shop.client("POST", f"{SUBSCRIPTIONS}/{shop.subscription()}/activate", {"reason": "x"})


def revise_to_another_product(shop: Shop) -> Answer:
    path = f"{SUBSCRIPTIONS}/{shop.subscription()}/revise"
    return shop.client("POST", path, {"plan_id": shop.plan()})


def capture_nothing(shop: Shop) -> Answer:
    path = f"{SUBSCRIPTIONS}/{shop.subscription()}/capture"
    body = {"note": "Owed", "capture_type": "OUTSTANDING_BALANCE", "amount": money("1.00")}
    return shop.client("POST", path, body)


def subscribe_to_an_inactive_plan(shop: Shop) -> Answer:
    plan = shop.plan()
    shop.client("POST", f"/v1/billing/plans/{plan}/deactivate")
    return shop.client("POST", SUBSCRIPTIONS, {"plan_id": plan})


def plan_without_a_regular_cycle(shop: Shop) -> Answer:
    trial = {**cycle("1.00"), "tenure_type": "TRIAL", "total_cycles": 1}
    body = {
        "product_id": shop.product(),
        "name": "Trial only",
        "billing_cycles": [trial],
        "payment_preferences": {},
    }
    return shop.client("POST", "/v1/billing/plans", body)


def capture_before_approval(shop: Shop) -> Answer:
    return shop.client("POST", f"/v2/checkout/orders/{shop.order()}/capture", {})


def patch_what_is_fixed(shop: Shop) -> Answer:
    operations = [{"op": "replace", "path": "/status", "value": "ACTIVE"}]
    return shop.client("PATCH", f"{SUBSCRIPTIONS}/{shop.subscription()}", operations)


def ask_for_nobody(shop: Shop) -> Answer:
    return shop.client("GET", f"{SUBSCRIPTIONS}/I-NOBODY")


REFUSALS: list[tuple[Callable[[Shop], Answer], int, str]] = [
    (refund_twice, 422, "CAPTURE_FULLY_REFUNDED"),
    (refund_too_much, 422, "REFUND_AMOUNT_EXCEEDED"),
    (refund_yen_with_decimals, 422, "DECIMALS_NOT_SUPPORTED"),
    (refund_disputed_in_part, 422, "TRANSACTION_DISPUTED"),
    (refund_charged_back, 422, "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"),
    (refund_too_late, 422, "REFUND_TIME_LIMIT_EXCEEDED"),
    (cancel_twice, 422, "SUBSCRIPTION_STATUS_INVALID"),
    (suspend_twice, 422, "SUBSCRIPTION_STATUS_INVALID"),
    (activate_an_active_one, 422, "SUBSCRIPTION_STATUS_INVALID"),
    (revise_to_another_product, 422, "PLAN_PRODUCT_NOT_COMPATIBLE"),
    (capture_nothing, 422, "ZERO_OUTSTANDING_BALANCE"),
    (subscribe_to_an_inactive_plan, 422, "PLAN_STATUS_INVALID"),
    (plan_without_a_regular_cycle, 422, "MISSING_REGULAR_BILLING_CYCLE"),
    (capture_before_approval, 422, "ORDER_NOT_APPROVED"),
    (patch_what_is_fixed, 400, "INVALID_PATCH_PATH"),
    (ask_for_nobody, 404, "INVALID_RESOURCE_ID"),
]


@pytest.mark.parametrize(
    ("ask", "status", "issue"), REFUSALS, ids=[ask.__name__ for ask, _, _ in REFUSALS]
)
def test_a_refusal_names_its_issue(
    shop: Shop, ask: Callable[[Shop], Answer], status: int, issue: str
) -> None:
    """The client holds the answer against the description, which lists each call's issues."""
    answer = ask(shop)

    assert (answer.status, answer.issue) == (status, issue)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_faults_are_paypals_too(shop: Shop, status: int) -> None:
    path = f"{SUBSCRIPTIONS}/{shop.subscription()}"
    kind = {"kind": "rate_limited"} if status == 429 else {"kind": "error", "status": status}
    shop.client.control.post("faults", path=path, **kind)

    assert shop.client("GET", path).status == status
    assert shop.client("GET", path).status == 200
