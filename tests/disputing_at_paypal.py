"""One payment, its refunds and its disputes at the local PayPal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.events import subject_of
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.ids import derived_id
from frontdesk.domain.money import Money
from frontdesk.domain.refund import RefundOrder, RefundRefusedError
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.transaction import Transaction
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refunds import RefundWorld, refund_payment
from infra.local.paypal.standin import StandIn
from tests.disputing import PAID, REFUSALS, Step, booked_by
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import START, Shop, money

PAYPAL = ProviderName.PAYPAL
_LIVE = ("PENDING", "COMPLETED")


@dataclass
class PayPalCase:
    """One payment and what happens to it; `ensure_right` after each step."""

    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime.fromtimestamp(START, UTC)))
    dispute: str = ""
    orders: int = 0

    def __post_init__(self) -> None:
        self.standin = StandIn(seed=7)
        self.standin.clock.freeze(START)
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.index = DynamoRefundIndex(self.gateway, clock=self.clock)
        self.mirror = Mirror(
            provider=PayPalProvider(lambda: self.paypal.client, refunds=self.index),
            store=DynamoMirrorStore(self.gateway, clock=self.clock, currency="eur"),
        )
        commands = PayPalCommands(lambda: self.paypal.client, refunds=self.index)
        self.world = RefundWorld(
            transactions=DynamoTransactions(self.gateway),
            subscriptions=DynamoPaidSubscriptions(self.gateway),
            refunds=DynamoRefunds(self.gateway),
            doing=OperationWorld(
                operations=DynamoOperations(self.gateway, clock=self.clock),
                commands={PAYPAL: commands},
                mirror=self.mirror,
                clock=self.clock,
            ),
        )
        self.capture = Shop(self.paypal).capture("10.00")
        self.hear_of()

    # --- what happens ------------------------------------------------------------------------

    def try_to_refund(self, amount: int | None) -> bool:
        """By us, whatever comes of it: whether money went."""
        self.orders += 1
        order = RefundOrder(
            transaction_id=self.transaction.id, amount=Money(amount, "eur") if amount else None
        )
        name = derived_id("op", origin=f"test:{self.orders}")
        try:
            refund_payment(order, operation_id=name, requested_by="staff#1", world=self.world)
        except RefundRefusedError as refusal:
            code = refusal.code
        else:
            return True
        assert code in REFUSALS, code
        return False

    def refund_at_paypal(self, value: str) -> None:
        self.paypal.act("refund", payment=self.capture, amount=money(value))

    def fail_refunds(self) -> None:
        for made in self.refunds_at_paypal():
            self.paypal.act("refund_fails", refund=made["id"])

    def open(self, stage: str, value: str | None = None) -> None:
        part: dict[str, Any] = {"amount": money(value)} if value else {}
        self.dispute = self.paypal.act("dispute", payment=self.capture, stage=stage, **part)["id"]

    def escalate(self) -> bool:
        return self._go_on("dispute_update", stage="CHARGEBACK")

    def close(self, outcome: str) -> bool:
        return self._go_on("dispute_close", outcome=outcome)

    def _go_on(self, action: str, **how: str) -> bool:
        """False where no dispute is there."""
        if self.dispute:
            self.paypal.act(action, dispute=self.dispute, **how)
        return self.dispute != ""

    def hear_of(self) -> None:
        """The events so far arrive."""
        payment = ObjectReference(PAYPAL, ObjectKind.PAYMENT, self.capture)
        for event in self.standin.events():
            subject = subject_of(event)
            if subject is not None and subject.refund_id is not None:
                self.index.remember(subject.reference, subject.refund_id)
        mirror_object(payment, mirror=self.mirror)

    # --- what has to hold --------------------------------------------------------------------

    @property
    def transaction(self) -> Transaction:
        (item,) = [i for i in self.gateway.items.values() if i["entity"] == "transaction"]
        found = self.world.transactions.find(str(item["transaction_id"]))
        assert found is not None
        return found

    def refunds_at_paypal(self) -> list[Any]:
        made = self.standin.account.store.linked("refund", "payment", self.capture)
        return [refund for refund in made if refund["status"] in _LIVE]

    def ensure_right(self) -> int:
        """After the events, our books say what PayPal's balance says, fees apart."""
        self.hear_of()
        entries = self.standin.account.store.of_kind("entry")
        net: int = sum(e["amount_minor"] for e in entries if e["status"] == "S")
        assert booked_by(self.gateway) == (net, net)
        assert self.transaction.reservations == {}
        refunded = sum(refund["amount_minor"] for refund in self.refunds_at_paypal())
        assert self.transaction.refunded_minor == refunded <= PAID
        return net


STEPS: Mapping[str, Step[PayPalCase]] = {
    "we refund 300": lambda case: case.try_to_refund(300),
    "we refund the rest": lambda case: case.try_to_refund(None),
    "somebody refunds 200": lambda case: case.refund_at_paypal("2.00"),
    "refunds fail": lambda case: case.fail_refunds(),
    "case": lambda case: case.open("INQUIRY"),
    "partial case": lambda case: case.open("INQUIRY", "4.00"),
    "chargeback": lambda case: case.open("CHARGEBACK"),
    "partial chargeback": lambda case: case.open("CHARGEBACK", "4.00"),
    "escalated": lambda case: case.escalate(),
    "won": lambda case: case.close("RESOLVED_SELLER_FAVOUR"),
    "lost": lambda case: case.close("RESOLVED_BUYER_FAVOUR"),
}
FIRST_STEPS = tuple(name for name in STEPS if name not in ("escalated", "won", "lost"))
