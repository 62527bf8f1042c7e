"""Refunds at the local PayPal, in process, through the API's edge."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.events import subject_of
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.subscription import Subscription
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.provider import Provider
from frontdesk.use_cases.mirror import mirror_object
from infra.local.paypal.standin import StandIn
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import Shop
from tests.refund_shop import AtProvider, RefundShop

_OVER = ("FAILED", "CANCELLED")


@dataclass
class PayPalRefundShop(RefundShop):
    name: ClassVar[ProviderName] = ProviderName.PAYPAL
    currency: ClassVar[str] = "eur"

    standin: Any = field(default_factory=lambda: StandIn(seed=7))

    def _adapters(self) -> tuple[Provider, ProviderCommands]:
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        self.index = DynamoRefundIndex(self.gateway, clock=self.clock)
        return (
            PayPalProvider(lambda: self.paypal.client, refunds=self.index),
            PayPalCommands(lambda: self.paypal.client, refunds=self.index),
        )

    def pay_once(self, price: str = "10.00", **buyer: Any) -> str:
        """The capture of an order, mirrored."""
        capture = self.shop.capture(price, **buyer)
        self.hear_of(capture)
        return capture

    def pay_for_a_month(self, price: str = "10.00", **buyer: Any) -> str:
        """The sale of a subscription, mirrored."""
        plan = self.shop.plan(price)
        self.subscription_name = self.shop.subscription(plan, buyer=buyer)
        self.look_at_subscription()
        sale = str(self.shop.payments(self.subscription_name)[0]["id"])
        self.hear_of(sale)
        return sale

    def follow(self) -> None:
        """Every event so far arrives."""
        for told in self.shop.events():
            subject = subject_of(json.loads(json.dumps(told)))
            if subject is None:
                continue
            if subject.refund_id:
                self.index.remember(subject.reference, subject.refund_id)
            mirror_object(subject.reference, mirror=self.world.doing.mirror)

    def look_at_subscription(self) -> None:
        reference = ObjectReference(self.name, ObjectKind.SUBSCRIPTION, self.subscription_name)
        mirror_object(reference, mirror=self.world.doing.mirror)

    @property
    def subscription(self) -> Subscription:
        place = keys.mirrored(
            ObjectKind.SUBSCRIPTION.value, self.name.value, self.subscription_name
        )
        held = self.gateway.get(place)
        item = self.gateway.get(keys.subscription(str(held["local_id"]))) if held else None
        assert item is not None
        return subscription_from(item)

    def refunds_of(self, payment: str) -> Sequence[AtProvider]:
        found = self.standin.account.store.linked("refund", "payment", payment)
        return [
            AtProvider(r["id"], r["amount_minor"], r["custom_id"] or r["invoice_id"])
            for r in found
            if r["status"] not in _OVER
        ]

    def index_is_complete(self, payment: str) -> bool:
        """Whether every refund of ours that PayPal has is known by its name."""
        reference = ObjectReference(self.name, ObjectKind.PAYMENT, payment)
        known = set(self.index.of(reference))
        return known >= {r.id for r in self.refunds_of(payment) if r.operation_id}

    def captured_at_provider(self, payment: str) -> int:
        return int(self.standin.account.get("payment", payment)["amount_minor"])

    def paid_at(self, payment: str) -> datetime:
        made_at = self.standin.account.get("payment", payment)["created_at"]
        return datetime.fromtimestamp(made_at, UTC)
