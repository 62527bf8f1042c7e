"""Everything between an order to change a subscription and the local PayPal, without a network."""

from typing import Any, ClassVar

from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.events import subject_of
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.snapshot import ObjectReference, ProviderName
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.provider import Provider
from infra.local.paypal.standin import StandIn
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import Shop, cycle
from tests.subscribing import SubscriptionRig


class PayPalSubscriptionRig(SubscriptionRig):
    """A shop with one subscription of one buyer, paid for the month that begins now."""

    name: ClassVar[ProviderName] = ProviderName.PAYPAL

    def _opened(self) -> Any:
        return StandIn(seed=7)

    def _adapters(self) -> tuple[Provider, ProviderCommands]:
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        self.index = DynamoRefundIndex(self.gateway, clock=self.clock)
        return (
            PayPalProvider(lambda: self.paypal.client, refunds=self.index),
            PayPalCommands(lambda: self.paypal.client, refunds=self.index),
        )

    def _furnish(self) -> None:
        self.product = self.shop.product()
        self.price = self.price_of(3000)
        buyer = {"email_address": "zoe@example.com", "name": {"given_name": "Zoë"}}
        self.provider_id = self.shop.subscription(
            self.price, buyer=buyer, **self.subscription_fields
        )
        self.customer = self.at_provider["subscriber"]["payer_id"]
        self.follow()
        self.paypal.calls.clear()

    def price_of(self, amount: int, interval: str = "month") -> str:
        """A plan of the same product, because PayPal changes to no other."""
        frequency = {"interval_unit": interval.upper(), "interval_count": 1}
        price = f"{amount // 100}.{amount % 100:02}"
        cycles = [cycle(price, self.currency.upper(), frequency=frequency)]
        return self.shop.plan(price, product=self.product, billing_cycles=cycles)

    @property
    def wire(self) -> Any:
        return self.paypal

    @property
    def at_provider(self) -> Any:
        return self.shop.get(self.provider_id, fields="plan")

    def subject_of(self, event: Any) -> ObjectReference | None:
        subject = subject_of(event)
        if subject is None:
            return None
        if subject.refund_id:
            self.index.remember(subject.reference, subject.refund_id)
        return subject.reference

    def approve(self) -> None:
        """The buyer consents to what they are asked."""
        self.paypal.act("approve_revision", subscription=self.provider_id)

    def payments(self) -> int:
        return len(self.shop.payments(self.provider_id))
