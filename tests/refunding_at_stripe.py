"""Refunds at the local Stripe, in process or over HTTP, through the API's edge."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.snapshot import ProviderName
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.provider import Provider
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn
from tests.refund_shop import START, AtProvider, RefundShop, key, operation_id
from tests.stripe_in_process import StripeInProcess

__all__ = ["START", "StripeRefundShop", "in_process", "key", "operation_id", "over_http"]

_OVER = ("failed", "canceled")


@dataclass
class StripeRefundShop(RefundShop):
    """`client` answers what the product's adapters ask; the test itself acts through `beside`."""

    name: ClassVar[ProviderName] = ProviderName.STRIPE
    currency: ClassVar[str] = "usd"

    client: Callable[[], Any]
    beside: StripeInProcess = field(init=False)

    def _adapters(self) -> tuple[Provider, ProviderCommands]:
        self.beside = StripeInProcess(self.standin)
        return StripeProvider(self.client), StripeCommands(self.client, clock=self.clock)

    def pay(self, amount_minor: int = 1000, *, card: str = "pm_card_visa") -> str:
        """A payment that is mirrored; its charge."""
        customer = self.beside.post("customers", name="Zoë")["id"]
        method = self.beside.post(f"payment_methods/{card}/attach", customer=customer)["id"]
        intent = self.beside.post(
            "payment_intents",
            amount=amount_minor,
            currency="usd",
            customer=customer,
            payment_method=method,
            confirm=True,
        )
        charge = str(intent["latest_charge"])
        self.hear_of(charge)
        return charge

    def refunds_at_stripe(self, charge: str) -> list[Mapping[str, Any]]:
        found = self.standin.account.store.linked("refund", "charge", charge)
        return [refund for refund in found if refund["status"] not in _OVER]

    def refunds_of(self, payment: str) -> Sequence[AtProvider]:
        return [
            AtProvider(r["id"], r["amount"], r["metadata"].get("frontdesk_operation"))
            for r in self.refunds_at_stripe(payment)
        ]

    def captured_at_provider(self, payment: str) -> int:
        return int(self.beside.get(f"charges/{payment}")["amount_captured"])

    def paid_at(self, payment: str) -> datetime:
        return datetime.fromtimestamp(self.standin.account.get("charge", payment)["created"], UTC)


def in_process(*, seed: int = 7) -> StripeRefundShop:
    standin = StandIn(seed=seed)
    client = StripeInProcess(standin)
    return StripeRefundShop(standin, lambda: client)


@contextmanager
def over_http(*, seed: int = 7) -> Iterator[StripeRefundShop]:
    standin = StandIn(seed=seed)
    with running(standin, prefix="/stripe") as server:
        client = make_client("sk_test_product", api_base=server.api_base, retries=0)
        yield StripeRefundShop(standin, lambda: client)
