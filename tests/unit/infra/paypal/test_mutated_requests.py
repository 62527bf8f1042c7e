"""Good requests with one value replaced by junk: whatever it is, the answer is no crash."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.paypal_shop import URLS, Shop, cycle, money
from tests.unit.infra.paypal.conftest import InProcess

JUNK: tuple[Any, ...] = (None, "", "x", "9" * 40, -1, 0, 1.5, True, [], ["x"], {}, {"x": 1}, "1e9")

TIERS = [
    {"starting_quantity": "1", "ending_quantity": "9", "amount": money("5.00")},
    {"starting_quantity": "10", "amount": money("4.00")},
]
TIERED = {"pricing_model": "TIERED", "tiers": TIERS}
PREFERENCES = {
    "auto_bill_outstanding": True,
    "setup_fee": money("1.00"),
    "setup_fee_failure_action": "CONTINUE",
    "payment_failure_threshold": 2,
}
TAXES = {"percentage": "19", "inclusive": False}
TRIAL = {**cycle("1.00"), "tenure_type": "TRIAL", "total_cycles": 1}
ADDRESS = {"address": {"country_code": "DE"}}
OVERRIDE = {
    "billing_cycles": [
        {"sequence": 2, "pricing_scheme": {"fixed_price": money("7.00")}, "total_cycles": 3}
    ],
    "payment_preferences": PREFERENCES,
    "taxes": TAXES,
}


def good_requests(shop: Shop[InProcess]) -> list[tuple[str, str, Any]]:
    product = shop.product()
    cycles = [TRIAL, cycle("9.00", sequence=2)]
    plan = shop.plan(product=product, billing_cycles=cycles, quantity_supported=True)
    subscription = shop.subscription(plan)
    shop.standin.account.get("subscription", subscription)["outstanding_minor"] = 100
    path = f"/v1/billing/subscriptions/{subscription}"
    plan_body = {
        "product_id": product,
        "name": "All",
        "description": "Everything",
        "status": "ACTIVE",
        "billing_cycles": [TRIAL, cycle("9.00", sequence=2, pricing_scheme=TIERED)],
        "payment_preferences": PREFERENCES,
        "taxes": TAXES,
        "quantity_supported": True,
    }
    agreement = {
        "plan_id": plan,
        "quantity": "2",
        "shipping_amount": money("1.00"),
        "application_context": URLS,
        "plan": OVERRIDE,
    }
    subscriber = {
        "name": {"given_name": "Zoë", "surname": "Doe"},
        "email_address": "zoe@example.com",
        "shipping_address": ADDRESS,
    }
    more = {"custom_id": "c", "start_time": "2030-01-01T00:00:00Z", "subscriber": subscriber}
    scheme = {"billing_cycle_sequence": 2, "pricing_scheme": {"fixed_price": money("8.00")}}
    units = [{"amount": money("5.00"), "reference_id": "r", "custom_id": "c", "invoice_id": "i"}]
    wallet = {"usage_type": "MERCHANT", "experience_context": URLS}
    owed = {"note": "Owed", "capture_type": "OUTSTANDING_BALANCE", "amount": money("1.00")}
    back = {"amount": money("0.01"), "custom_id": "c", "invoice_id": "i", "note_to_payer": "n"}
    old = {"amount": {"total": "0.01", "currency": "EUR"}, "invoice_number": "7", "reason": "r"}
    return [
        ("POST", "/v1/catalogs/products", {"name": "Course", "type": "DIGITAL", "id": "PROD-1"}),
        ("POST", "/v1/billing/plans", plan_body),
        ("POST", f"/v1/billing/plans/{plan}/update-pricing-schemes", {"pricing_schemes": [scheme]}),
        ("POST", "/v1/billing/subscriptions", {**agreement, **more}),
        ("POST", f"{path}/revise", agreement),
        ("POST", f"{path}/capture", owed),
        ("PATCH", path, [_replace(name, value) for name, value in _patches()]),
        ("PATCH", f"/v1/billing/plans/{plan}", [_replace("/name", "New")]),
        ("POST", f"/v2/payments/captures/{shop.capture()}/refund", back),
        ("POST", f"/v1/payments/sale/{shop.payments(subscription)[0]['id']}/refund", old),
        ("POST", "/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": units}),
        ("POST", "/v3/vault/setup-tokens", {"payment_source": {"paypal": wallet}}),
        ("POST", "/v3/vault/payment-tokens", {"payment_source": {"token": approved(shop)}}),
        ("POST", f"{path}/suspend", {"reason": "x"}),
    ]


def approved(shop: Shop[InProcess]) -> dict[str, str]:
    wallet = {"usage_type": "MERCHANT", "experience_context": URLS}
    body = {"payment_source": {"paypal": wallet}}
    setup = str(shop.client.ok("POST", "/v3/vault/setup-tokens", body, key="setup")["id"])
    shop.client.act("approve", setup_token=setup)
    return {"id": setup, "type": "SETUP_TOKEN"}


def _patches() -> list[tuple[str, Any]]:
    second = "/plan/billing_cycles/@sequence==2"
    return [
        ("/custom_id", "c"),
        (f"{second}/pricing_scheme/fixed_price", money("6.00")),
        (f"{second}/total_cycles", 5),
        ("/plan/taxes/percentage", "7"),
        ("/plan/payment_preferences/payment_failure_threshold", 3),
        ("/shipping_amount", money("1.00")),
        ("/subscriber/shipping_address", ADDRESS),
    ]


def _replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def places(value: Any) -> Iterator[list[Any]]:
    """Where something stands in a body: each way down to a value."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            yield [key]
            yield from ([key, *rest] for rest in places(child))


def mutants(body: Any) -> Iterator[Any]:
    for way in places(body):
        for junk in JUNK:
            mutant = copy.deepcopy(body)
            node = mutant
            for key in way[:-1]:
                node = node[key]
            node[way[-1]] = junk
            yield mutant


@pytest.mark.parametrize("number", range(14))
def test_no_value_of_a_request_makes_a_crash(shop: Shop[InProcess], number: int) -> None:
    method, path, body = good_requests(shop)[number]
    answered = {shop.client(method, path, body, key="good").status}
    assert max(answered) < 400

    for count, mutant in enumerate(mutants(body)):
        answered.add(shop.client(method, path, mutant, key=f"k{count}").status)

    assert answered <= {200, 201, 204, 400, 404, 422}
    for subscription in shop.standin.account.store.of_kind("subscription"):
        if subscription["status"] == "APPROVAL_PENDING":
            shop.client.act("approve", subscription=subscription["id"])
    shop.client.advance(days=400)  # what was taken in must be billable as well
