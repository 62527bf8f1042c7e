"""Random requests on every route: refused or answered, never a crash, and the books agree."""

import random
import re
from typing import Any

import pytest

from infra.local.paypal.errors import PayPalError
from infra.local.paypal.people import PEOPLE
from infra.local.paypal.route_table import ROUTES
from infra.local.paypal.routes import Route
from tests.paypal_shop import URLS, Shop, free_trial, money
from tests.thoroughness import tries
from tests.unit.infra.paypal.conftest import InProcess

WORDS = ["", "x", "1", "-5", "1200", "1.50", "EUR", "JPY", "ACTIVE", "9" * 20, "replace", True, 3]
FIELDS = """
plan_id product_id name type quantity amount value currency_code total currency reason note
custom_id invoice_id id payment_source paypal token customer billing_cycles sequence taxes
pricing_scheme fixed_price percentage vault_id email_address shipping_address op path
subscriber start_time purchase_units intent fields
"""
NAMES = FIELDS.split()
PATHS = (
    "/custom_id",
    "/plan/billing_cycles/@sequence==1/pricing_scheme/fixed_price",
    "/plan/billing_cycles/@sequence==1/total_cycles",
    "/plan/taxes/percentage",
    "/billing_info/outstanding_balance",
    "/shipping_amount",
    "/description",
)
KINDS = {
    "products": "product",
    "plans": "plan",
    "subscriptions": "subscription",
    "captures": "payment",
    "sale": "payment",
    "refunds": "refund",
    "refund": "refund",
    "orders": "order",
    "setup-tokens": "setup_token",
    "payment-tokens": "payment_token",
    "disputes": "dispute",
    "webhooks-events": "event",
}
COUNTED = ("COMPLETED", "PENDING")


def lively_shop(shop: Shop[InProcess]) -> None:
    client = shop.client
    subscription = shop.subscription(
        shop.plan(
            billing_cycles=[
                free_trial(14),
                {
                    "frequency": {"interval_unit": "MONTH"},
                    "tenure_type": "REGULAR",
                    "sequence": 2,
                    "total_cycles": 0,
                    "pricing_scheme": {"fixed_price": money("9.00")},
                },
            ]
        )
    )
    client.act("buyer", subscription=subscription, conduct="refund_pends")
    client.act("dispute", payment=shop.sale())
    shop.capture()
    shop.order()
    wallet = {"payment_source": {"paypal": {"experience_context": URLS}}}
    setup = client.ok("POST", "/v3/vault/setup-tokens", wallet, key="s")["id"]
    client.act("approve", setup_token=setup)
    client.advance(days=40)


class Monkey:
    def __init__(self, shop: Shop[InProcess], seed: int) -> None:
        self.shop = shop
        self.random = random.Random(seed)
        self.refusals: set[int] = set()

    def id(self, kind: str | None = None) -> str:
        objects = self.shop.standin.account.store.dump()
        fitting = [o for o in objects if kind in (None, o["kind"])] or objects
        return str(self.random.choice(fitting)["id"])

    def value(self, depth: int = 0) -> Any:
        shape = self.random.random()
        if depth > 2 or shape < 0.4:
            return self.random.choice([*WORDS, self.id(), self.id("plan")])
        if shape < 0.6:
            return money(self.random.choice(["1.00", "0.00", "3", "x"]))
        if shape < 0.7:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 2))]
        names = self.random.sample(NAMES, self.random.randint(1, 3))
        return {name: self.value(depth + 1) for name in names}

    def body(self, route: Route) -> Any:
        if route.method == "PATCH":
            path = self.random.choice(PATHS)
            return [{"op": "replace", "path": path, "value": self.value(2)}]
        usual: dict[str, Any] = {"reason": "x"} if self.random.random() < 0.5 else {}
        if route.path.endswith("refund"):
            usual = {"amount": money(f"{self.random.randint(0, 9)}.00")}
        names = self.random.sample(NAMES, self.random.randint(0, 2))
        return usual if self.random.random() < 0.6 else {n: self.value() for n in names}

    def request(self) -> None:
        route = self.random.choice(ROUTES)
        segments = route.path.split("/")
        kind = next((KINDS[s] for s in segments[::-1] if s in KINDS), None)
        path = re.sub(r"\{\w+\}", self.id(kind), route.path)
        body = None if route.method in ("GET", "DELETE") else self.body(route)
        names = [name for name in sorted(route.query) if self.random.random() < 0.3]
        query = {name: str(self.random.choice(WORDS)) for name in names}
        key = str(self.random.randint(0, 50))
        self.refusals.add(self.shop.client(route.method, path, body, key=key, **query).status)

    def act(self) -> None:
        names = (
            "subscription",
            "payment",
            "refund",
            "dispute",
            "order",
            "setup_token",
            "payment_token",
        )
        body: dict[str, Any] = {name: self.id(name) for name in names}
        body |= {"outcome": "RESOLVED_BUYER_FAVOUR", "event_type": "X", "plan": self.id("plan")}
        body["conduct"] = self.random.choice(["pays", "declines", "pends", "refund_fails"])
        try:
            PEOPLE[self.random.choice(list(PEOPLE))](self.shop.standin.account, body)
        except PayPalError as refused:
            self.refusals.add(refused.status)


@pytest.mark.parametrize("seed", range(4))
def test_no_request_crashes_and_the_books_agree(shop: Shop[InProcess], seed: int) -> None:
    lively_shop(shop)
    monkey = Monkey(shop, seed)

    for number in range(tries(1500, quick=250)):
        monkey.act() if number % 7 == 0 else monkey.request()
        if number % 40 == 0:
            shop.client.advance(days=monkey.random.randint(0, 6))

    assert monkey.refusals <= {200, 201, 202, 204, 400, 404, 409, 422}
    assert {200, 400, 404, 422} <= monkey.refusals
    store = shop.standin.account.store
    for payment in store.of_kind("payment"):
        refunds = store.linked("refund", "payment", payment["id"])
        returned = sum(r["amount_minor"] for r in refunds if r["status"] in COUNTED)
        assert returned + payment["reversed_minor"] <= payment["amount_minor"]
    booked = [e["amount_minor"] for e in store.of_kind("entry") if e["status"] == "S"]
    assert sum(booked) == settled(shop)


def settled(shop: Shop[InProcess]) -> int:
    """What the merchant has, computed from the payments and refunds themselves."""
    store = shop.standin.account.store
    arrived = [p for p in store.of_kind("payment") if p["status"] not in ("PENDING", "DECLINED")]
    returned = [r for r in store.of_kind("refund") if r["status"] == "COMPLETED"]
    moved = [p["amount_minor"] for p in arrived]
    moved += [-p["reversed_minor"] for p in store.of_kind("payment")]
    moved += [-r["amount_minor"] for r in returned]
    return sum(moved)
