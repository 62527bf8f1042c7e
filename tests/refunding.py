"""Everything between an order to refund and the provider, in one process and without time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operation_item import operation_from
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.dynamodb.unfinished import DynamoUnfinished
from frontdesk.domain.ids import derived_id
from frontdesk.domain.money import Money
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.refund import RefundOrder, RefundRecord, RefundState, state_at_provider
from frontdesk.domain.snapshot import CreditMemoSnapshot, ObjectKind, PaymentSnapshot
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction, refund_id_of_operation, transaction_id_of
from frontdesk.ports.paging import Window
from frontdesk.use_cases.operation_sweep import SweepReport, tend
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refunds import RefundWorld, refund_payment
from tests.fakes.commands import FakeCommands
from tests.fakes.provider import STRIPE, reference
from tests.mirrored import MirrorRig, differences

STAFF = "staff#stf_1"


def operation_id(number: int | str = 1) -> str:
    return derived_id("op", origin=f"test:{number}")


@dataclass
class RefundRig:
    """A shop with one paid payment of `captured_minor`; more can be added at `rig.provider`."""

    captured_minor: int = 1000
    rig: MirrorRig = field(default_factory=MirrorRig)
    commands: FakeCommands = field(init=False)
    world: RefundWorld = field(init=False)
    payment: str = field(init=False)

    def __post_init__(self) -> None:
        self.commands = FakeCommands(self.rig.provider, self.rig.clock)
        self.world = RefundWorld(
            transactions=DynamoTransactions(self.rig.gateway),
            subscriptions=DynamoPaidSubscriptions(self.rig.gateway),
            refunds=DynamoRefunds(self.rig.gateway),
            doing=OperationWorld(
                operations=DynamoOperations(self.rig.gateway, clock=self.rig.clock),
                commands={STRIPE: self.commands},
                mirror=self.rig.mirror,
                clock=self.rig.clock,
            ),
        )
        self.rig.provider.now = self.rig.clock.now()
        owner = self.rig.provider.add_customer(name="Ann Lee")
        self.payment = self.rig.provider.pay(owner, amount_minor=self.captured_minor)
        self.rig.follow()

    @property
    def transaction_id(self) -> str:
        return transaction_id_of(self.rig.provider.payment(self.payment))

    @property
    def transaction(self) -> Transaction:
        found = self.world.transactions.find(self.transaction_id)
        assert found is not None
        return found

    def subscribe(self, *, tax_minor: int = 0) -> str:
        """The payment was for a subscription, as its invoice says; its id at the provider."""
        owner = self.rig.provider.payment(self.payment).customer
        assert owner is not None
        made = self.rig.provider.subscribe(owner, product=None)
        self.bill(made, tax_minor=tax_minor)
        return made

    def bill(self, subscription: str, *, tax_minor: int = 0) -> None:
        """The payment was for this subscription."""
        owner = self.rig.provider.payment(self.payment).customer
        invoice = self.rig.provider.add_invoice(owner, status="paid")
        self.rig.provider.change_invoice(
            invoice,
            subscription=subscription,
            payments=(self.payment,),
            paid_minor=900,
            remaining_minor=0,
            tax_minor=tax_minor,
        )
        self.rig.follow()

    @property
    def subscription(self) -> Subscription:
        (item,) = self.rig.entities("subscription")
        return subscription_from(item)

    def order(self, amount_minor: int | None = None, **fields: Any) -> RefundOrder:
        amount = Money(amount_minor, "usd") if amount_minor is not None else None
        return RefundOrder(transaction_id=self.transaction_id, amount=amount, **fields)

    def refund(
        self, amount_minor: int | None = None, *, number: int | str = 1, **fields: Any
    ) -> RefundRecord:
        return refund_payment(
            self.order(amount_minor, **fields),
            operation_id=operation_id(number),
            requested_by=STAFF,
            world=self.world,
        )

    def operation(self, number: int | str = 1) -> Operation:
        found = self.world.doing.operations.get(operation_id(number))
        assert found is not None
        return found

    def records(self) -> list[Item]:
        return self.rig.entities("refund")

    def window(self) -> Window:
        return Window(limit=100)

    def for_a_human(self) -> int:
        """What the alarm counts."""
        return DynamoUnfinished(self.rig.gateway).count_for_a_human()

    def look_at_payment(self) -> None:
        self.rig.look_at(reference(ObjectKind.PAYMENT, self.payment))

    def tend(self, *, later: timedelta = timedelta(seconds=70)) -> SweepReport:
        """The janitor, `later` than now."""
        self.rig.clock.advance(later)
        until = self.rig.clock.now() + timedelta(seconds=1)
        return tend(world=self.world.doing, until=until)

    # --- what has to hold -----------------------------------------------------------------------

    def wrongs(self) -> list[str]:
        """Everything in which the tables are not what the provider says, when all is quiet."""
        return [*differences(self.rig), *self._operations(), *self._rows(), *self._reservations()]

    def _operations(self) -> Iterator[str]:
        at_provider = {
            r.operation_id: r
            for payment in self.rig.provider.all_of(PaymentSnapshot)
            for r in payment.refunds
            if r.operation_id
        }
        for item in self.rig.entities("operation"):
            operation = operation_from(item)
            made = at_provider.get(operation.id)
            if not operation.state.is_over:
                yield f"{operation.id} is {operation.state}"
            elif ("open_shard" in item) or operation.due_at is not None:
                yield f"{operation.id} is over and still looked after"
            if operation.kind is OperationKind.CREDIT_MEMO:
                yield from self._memo(operation)
                continue
            if operation.kind is not OperationKind.REFUND:
                yield from self._beside(operation)
                continue
            if made is not None and operation.result_id != made.provider_id:
                yield f"{operation.id} has made {made.provider_id}, not {operation.result_id}"
            if made is None and operation.state != "failed":
                yield f"{operation.id} is {operation.state}, and the provider knows nothing of it"

    def _memo(self, operation: Operation) -> Iterator[str]:
        """One for each refund that has succeeded, and the refund's row shows it."""
        made = [
            memo.provider_id
            for memo in self.rig.provider.all_of(CreditMemoSnapshot)
            if memo.operation_id == operation.id
        ]
        is_done = operation.state is OperationState.SUCCEEDED
        if made != ([operation.result_id] if is_done else []):
            yield f"{operation.id} is {operation.state} and has made {made}"
        refund = self.world.doing.operations.get(operation.after or "")
        if refund is None or is_done != (refund.state is OperationState.SUCCEEDED):
            yield f"{operation.id} is {operation.state} without its refund"
        record = self.world.refunds.find(refund_id_of_operation(operation.after or ""))
        shown = record.credit_memo if record else None
        if shown is None or (shown.state, shown.provider_id) != (
            operation.state,
            operation.result_id,
        ):
            yield f"{operation.id} is shown as {shown}"

    def _beside(self, operation: Operation) -> Iterator[str]:
        """Done with the refund, and not done without it."""
        at_provider = self.rig.provider.subscription(operation.subject_provider_id).status
        refund = self.world.doing.operations.get(operation.after or "")
        is_done = operation.state is OperationState.SUCCEEDED
        is_end = operation.kind is OperationKind.CANCEL
        if is_end and is_done != (at_provider == "canceled"):
            yield f"{operation.id} is {operation.state}, the subscription {at_provider}"
        is_revoked = self.subscription.access_revoked_at is not None
        if is_revoked != (is_done and "revokes_access_at" in operation.parameters):
            yield f"{operation.id} is {operation.state}, access revoked: {is_revoked}"
        if refund is None or is_done != (refund.state is OperationState.SUCCEEDED):
            yield f"{operation.id} is {operation.state} without its refund"
        item = self.rig.gateway.items[keys.subscription(operation.subject_id)]
        if "open_operation" in item:
            yield f"{operation.subject_id} is still marked"

    def _rows(self) -> Iterator[str]:
        """One row for each refund that the provider shows, and one for each that was refused."""
        rows = {str(item["provider_id"]): item for item in self.records() if item["provider_id"]}
        shown = {
            r.provider_id: r
            for payment in self.rig.provider.all_of(PaymentSnapshot)
            for r in payment.refunds
        }
        if rows.keys() != shown.keys():
            yield f"rows of {rows.keys()} for refunds {shown.keys()}"
            return
        for name, snapshot in shown.items():
            if rows[name]["state"] != state_at_provider(snapshot.status):
                yield f"{name} is {snapshot.status} and shown as {rows[name]['state']!r}"
            if rows[name]["operation_id"] != snapshot.operation_id:
                yield f"{name} belongs to another operation"
        refused = [item for item in self.records() if not item["provider_id"]]
        for item in refused:
            if item["state"] != RefundState.FAILED:
                yield f"{item['refund_id']!r} is {item['state']!r} without a refund at the provider"

    def _reservations(self) -> Iterator[str]:
        for item in self.rig.entities("transaction"):
            transaction = transaction_from(item)
            if transaction.reservations:
                yield f"{transaction.id} still reserves {dict(transaction.reservations)}"
            if item["refundable_minor"] != transaction.refundable_minor:
                yield f"{transaction.id} has {item['refundable_minor']!r} left"
            left = self.rig.provider.refundable_minor(transaction.provider_id)
            if item["refundable_minor"] != left:
                yield f"{transaction.id} has {item['refundable_minor']!r} left, really {left}"


def refund_row(rig: RefundRig, number: int | str = 1) -> Item:
    return rig.rig.gateway.items[keys.refund(refund_id_of_operation(operation_id(number)))]
