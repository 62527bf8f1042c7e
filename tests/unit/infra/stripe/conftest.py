from typing import Any

import pytest

from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.clock import VirtualClock
from infra.local.stripe.account import Account
from infra.local.stripe.dashboard import DASHBOARD, as_form
from infra.local.stripe.standin import StandIn

START = 1767225600  # 2026-01-01T00:00:00Z


class Provider:
    """The stand-in in process, at a standing clock, with the few things that most tests need."""

    def __init__(self) -> None:
        self.standin = StandIn(seed=7)
        self.standin.clock.freeze(START)

    @property
    def account(self) -> Account:
        return self.standin.account

    @property
    def clock(self) -> VirtualClock:
        return self.standin.clock

    def call(self, method: str, path: str, **params: Any) -> Any:
        return self.standin.api.as_dashboard(method, f"/v1/{path}", as_form(params))

    def post(self, path: str, **params: Any) -> Any:
        return self.call("POST", path, **params)

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, **params)

    def act(self, action: str, **body: Any) -> Any:
        return DASHBOARD[action](self.standin.api, body)

    def advance(self, *, days: float) -> None:
        self.standin.advance_to(self.clock.now() + round(days * DAY_SECONDS))

    def customer(self, card: str | None = "pm_card_visa") -> str:
        made = self.post("customers", name="Zoë")
        if card:
            method = self.post(f"payment_methods/{card}/attach", customer=made["id"])
            settings = {"default_payment_method": method["id"]}
            self.post(f"customers/{made['id']}", invoice_settings=settings)
        return str(made["id"])

    def card_of(self, customer: str) -> str:
        settings = self.get(f"customers/{customer}")["invoice_settings"]
        return str(settings["default_payment_method"])

    def price(self, amount: int = 3000, interval: str = "month") -> str:
        product = {"name": f"Plan {amount}"}
        params = {"currency": "usd", "unit_amount": amount, "recurring": {"interval": interval}}
        return str(self.post("prices", product_data=product, **params)["id"])

    def subscribe(self, customer: str, price: str | None = None, **params: Any) -> Any:
        items = [{"price": price or self.price()}]
        return self.post("subscriptions", customer=customer, items=items, **params)

    def taxed(self, customer: str, *, inclusive: bool) -> Any:
        """The paid invoice of a subscription at 30.00 with 19 % tax."""
        rate = self.post(
            "tax_rates", display_name="VAT", percentage="19", inclusive=str(inclusive).lower()
        )
        made = self.subscribe(customer, default_tax_rates=[rate["id"]])
        return self.get(f"invoices/{made['latest_invoice']}")

    def pay(self, customer: str, amount: int = 5000) -> Any:
        intent = self.post(
            "payment_intents",
            amount=amount,
            currency="usd",
            customer=customer,
            payment_method=self.card_of(customer),
            confirm=True,
        )
        return self.get(f"charges/{intent['latest_charge']}")

    def invoices(self, customer: str) -> list[Any]:
        """Oldest first."""
        return list(self.get("invoices", customer=customer, limit=100)["data"][::-1])

    def events(self, *, since: int = 0) -> list[str]:
        rows = list(self.account.store.newest_first("event"))[::-1]
        return [row["type"] for row in rows[since:]]


@pytest.fixture
def provider() -> Provider:
    return Provider()
