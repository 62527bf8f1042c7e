"""Random requests on every route: refused or answered, never a crash, and the books agree."""

import random
import re
from typing import Any

import pytest

from infra.local.stripe.errors import StripeError
from infra.local.stripe.route_table import ROUTES
from infra.local.stripe.routes import Route
from tests.thoroughness import tries
from tests.unit.infra.stripe.conftest import Provider

PREFIX_OF = {
    "balance_transactions": "txn_",
    "charges": "ch_",
    "credit_notes": "cn_",
    "customers": "cus_",
    "disputes": "du_",
    "events": "evt_",
    "invoice_payments": "inpay_",
    "invoiceitems": "ii_",
    "invoices": "in_",
    "payment_intents": "pi_",
    "payment_methods": "pm_",
    "prices": "price_",
    "products": "prod_",
    "refunds": "re_",
    "setup_intents": "seti_",
    "subscription_items": "si_",
    "subscription_schedules": "sub_sched_",
    "subscriptions": "sub_",
}
WORDS = ["", "x", "1", "-5", "1200", "true", "false", "now", "usd", "card", "9" * 20, "day", "void"]
NAMES = ["price", "id", "type", "token", "behavior", "resumes_at", "amount", "refund", "quantity"]
NAMES += [
    "interval",
    "default_payment_method",
    "feedback",
    "gte",
    "address",
    "line1",
    "unit_amount",
    "items",
    "start_date",
    "end_date",
]
COUNTED = ("pending", "requires_action", "succeeded")


def lively_account() -> Provider:
    provider = Provider()
    customer = provider.customer()
    invoice = provider.subscribe(customer)["latest_invoice"]
    provider.post("refunds", charge=provider.pay(customer)["id"], amount=500)
    provider.act("dispute", charge=provider.pay(customer)["id"])
    provider.post("setup_intents", customer=customer)
    scheduled = provider.subscribe(provider.customer())["id"]
    provider.post("subscription_schedules", from_subscription=scheduled)
    provider.post("invoiceitems", customer=customer, amount=500, currency="usd")
    provider.post("invoices", customer=customer)
    provider.post("credit_notes", invoice=invoice, amount=10, refund_amount=10)
    return provider


class Monkey:
    def __init__(self, provider: Provider, seed: int) -> None:
        self.provider = provider
        self.random = random.Random(seed)
        self.refusals: set[int] = set()

    def ids(self, prefix: str = "") -> list[str]:
        objects = self.provider.account.store.dump()["objects"]
        items = [item["id"] for o in objects if "items" in o for item in o["items"]["data"]]
        return [i for i in [*(o["id"] for o in objects), *items] if i.startswith(prefix)]

    def value(self, depth: int = 0) -> Any:
        shape = self.random.random()
        if depth > 2 or shape < 0.6:
            return self.random.choice([*WORDS, *self.random.sample(self.ids(), 6)])
        if shape < 0.8:
            return [self.value(depth + 1) for _ in range(self.random.randint(1, 2))]
        names = self.random.sample(NAMES, self.random.randint(1, 3))
        return {name: self.value(depth + 1) for name in names}

    def request(self, route: Route) -> None:
        prefix = PREFIX_OF.get(route.path.split("/")[2], "")
        object_id = self.random.choice(self.ids(prefix) or self.ids())
        path = re.sub(r"\{\w+\}", object_id, route.path)
        given = [name for name in sorted(route.accepts) if self.random.random() < 0.25]
        params = {name: self.value() for name in given if name != "expand"}
        try:
            self.provider.standin.api.as_dashboard(route.method, path, params)
        except StripeError as refused:
            self.refusals.add(refused.status)


@pytest.mark.parametrize("seed", range(3))
def test_no_request_crashes_and_the_books_agree(seed: int) -> None:
    provider = lively_account()
    monkey = Monkey(provider, seed)

    for number in range(tries(3000, quick=400)):
        monkey.request(monkey.random.choice(ROUTES))
        if number % 50 == 0:
            provider.advance(days=monkey.random.randint(0, 20))

    assert monkey.refusals <= {400, 402, 404}
    store = provider.account.store
    for charge in store.newest_first("charge"):
        refunds = store.linked("refund", "charge", charge["id"])
        refunded = sum(r["amount"] for r in refunds if r["status"] in COUNTED)
        assert charge["amount_refunded"] == refunded <= charge["amount_captured"]
    captured = sum(charge["amount_captured"] for charge in store.newest_first("charge"))
    refunded = sum(charge["amount_refunded"] for charge in store.newest_first("charge"))
    disputed = sum(
        row["amount"] for d in store.newest_first("dispute") for row in d["balance_transactions"]
    )
    moved = sum(row["amount"] for row in store.newest_first("balance_transaction"))
    assert moved == captured - refunded + disputed
