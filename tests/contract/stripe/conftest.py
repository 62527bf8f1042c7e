from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stripe

from infra.local.provider.control_client import ControlClient
from infra.local.stripe.server import Server, running
from infra.local.stripe.standin import StandIn
from tests.contract.stripe.openapi import AVAILABLE, WHY_SKIPPED
from tests.contract.stripe.validating_client import ValidatingClient

START = 1767225600  # 2026-01-01T00:00:00Z
PREFIX = "/stripe/api"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if AVAILABLE:
        return
    for item in items:
        if "contract/stripe" in item.nodeid:
            item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


@dataclass(frozen=True, slots=True)
class Shop:
    """The official SDK in front of the stand-in; whatever passes is validated on both sides."""

    server: Server
    http: ValidatingClient
    v1: Any  # typed parameters would need a cast at every call
    control: ControlClient

    @property
    def standin(self) -> StandIn:
        return self.server.standin

    def customer(self, card: str = "pm_card_visa", **fields: Any) -> str:
        customer = self.v1.customers.create({"name": "Zoë", "payment_method": card, **fields})
        method = self.v1.payment_methods.list({"customer": customer.id}).data[0]
        defaults = {"invoice_settings": {"default_payment_method": method.id}}
        self.v1.customers.update(customer.id, defaults)
        return str(customer.id)

    def price(self, amount: int = 4900, currency: str = "usd", interval: str = "month") -> str:
        params = {
            "product_data": {"name": f"Plan {amount}"},
            "currency": currency,
            "unit_amount": amount,
            "recurring": {"interval": interval},
        }
        return str(self.v1.prices.create(params).id)

    def subscription(self, customer: str, price: str, **fields: Any) -> Any:
        params = {"customer": customer, "items": [{"price": price}], **fields}
        return self.v1.subscriptions.create(params)

    def charge(self, customer: str) -> Any:
        return self.v1.charges.list({"customer": customer, "limit": 1}).data[0]

    def advance(self, *, days: float) -> None:
        self.control.post("clock", advance_by=round(days * 86_400))

    def events(self, *types: str) -> list[Any]:
        """What happened, oldest first."""
        params: Any = {"limit": 100, **({"types": list(types)} if types else {})}
        listed = list(self.v1.events.list(params).auto_paging_iter())
        return listed[::-1]


@pytest.fixture
def shop() -> Iterator[Shop]:
    standin = StandIn(seed=7)
    standin.clock.freeze(START)
    with running(standin, prefix=PREFIX) as server:
        http = ValidatingClient(prefix=PREFIX)
        client = stripe.StripeClient(
            "sk_test_contract",
            base_addresses={"api": server.api_base},
            http_client=http,
            max_network_retries=0,
        )
        yield Shop(server, http, client.v1, ControlClient(server.api_base))
