"""A shop on the local PayPal, with the few things that most tests need."""

from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.paypal.people import PEOPLE
from infra.local.paypal.standin import StandIn

START = 1767225600  # 2026-01-01T00:00:00Z
PREFIX = "/paypal/api"
URLS = {"return_url": "https://shop.example.com/back", "cancel_url": "https://shop.example.com/no"}


def money(value: str, currency: str = "EUR") -> dict[str, str]:
    return {"currency_code": currency, "value": value}


def cycle(price: str, currency: str = "EUR", **changes: Any) -> dict[str, Any]:
    return {
        "frequency": {"interval_unit": "MONTH", "interval_count": 1},
        "tenure_type": "REGULAR",
        "sequence": 1,
        "total_cycles": 0,
        "pricing_scheme": {"fixed_price": money(price, currency)},
        **changes,
    }


def free_trial(days: int) -> dict[str, Any]:
    return {
        "frequency": {"interval_unit": "DAY", "interval_count": days},
        "tenure_type": "TRIAL",
        "sequence": 1,
        "total_cycles": 1,
        "pricing_scheme": {"fixed_price": money("0")},
    }


class Client(Protocol):
    """Asks the API in the merchant's name, and lets people act at PayPal."""

    @property
    def standin(self) -> StandIn: ...

    def ok(self, method: str, path: str, body: Any = None, /, **more: Any) -> Any: ...

    def act(self, person: str, /, **body: Any) -> Any: ...

    def advance(self, *, days: float = 0, seconds: float = 0) -> None: ...


class InProcess:
    """A client that needs neither token nor socket."""

    standin: StandIn

    def ok(self, method: str, path: str, body: Any = None, /, **query: str) -> Any:
        return self.standin.api.as_merchant(method, path, body, **query)

    def act(self, person: str, /, **body: Any) -> Any:
        """What somebody does at PayPal, without us."""
        with self.standin.account.lock:
            return PEOPLE[person](self.standin.account, body)

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        self.standin.advance_to(self.standin.clock.now() + round(days * 86_400 + seconds))


@dataclass(frozen=True, slots=True)
class Shop[C: Client]:
    client: C

    @property
    def standin(self) -> StandIn:
        return self.client.standin

    def product(self) -> str:
        made = self.client.ok(
            "POST", "/v1/catalogs/products", {"name": "Course", "type": "DIGITAL"}
        )
        return str(made["id"])

    def plan(self, price: str = "49.00", *, product: str | None = None, **changes: Any) -> str:
        body = {
            "product_id": product or self.product(),
            "name": f"Plan {price}",
            "billing_cycles": [cycle(price)],
            "payment_preferences": {"payment_failure_threshold": 2},
            **changes,
        }
        return str(self.client.ok("POST", "/v1/billing/plans", body)["id"])

    def subscription(
        self, plan: str | None = None, /, *, buyer: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Approved by its buyer."""
        body = {"plan_id": plan or self.plan(), "application_context": URLS, **changes}
        made = self.client.ok("POST", "/v1/billing/subscriptions", body)
        self.client.act("approve", subscription=made["id"], buyer=buyer or {})
        return str(made["id"])

    def get(self, subscription: str, **query: str) -> Any:
        return self.client.ok("GET", f"/v1/billing/subscriptions/{subscription}", **query)

    def payments(self, subscription: str) -> list[Any]:
        """Newest first."""
        path = f"/v1/billing/subscriptions/{subscription}/transactions"
        ever = {"start_time": "2025-01-01T00:00:00Z", "end_time": "2030-01-01T00:00:00Z"}
        return list(self.client.ok("GET", path, **ever)["transactions"])

    def sale(self, price: str = "49.00", **buyer: Any) -> str:
        """The first payment of a new subscription."""
        subscription = self.subscription(self.plan(price), buyer=buyer)
        return str(self.payments(subscription)[0]["id"])

    def order(self, value: str = "20.00", currency: str = "EUR", **unit: Any) -> str:
        body = {
            "intent": "CAPTURE",
            "purchase_units": [{"amount": money(value, currency), **unit}],
        }
        return str(self.client.ok("POST", "/v2/checkout/orders", body)["id"])

    def capture(self, value: str = "20.00", currency: str = "EUR", **buyer: Any) -> str:
        """The payment of a one-time purchase."""
        order = self.order(value, currency)
        self.client.act("approve", order=order, buyer=buyer)
        made = self.client.ok("POST", f"/v2/checkout/orders/{order}/capture", {})
        return str(made["purchase_units"][0]["payments"]["captures"][0]["id"])

    def events(self) -> list[Any]:
        """Oldest first."""
        return self.standin.events()

    def event_types(self) -> list[str]:
        return [event["event_type"] for event in self.events()]
