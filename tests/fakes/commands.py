"""A provider's side of commands: executes each key once within its window, as Stripe does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from frontdesk.domain.operation import KEY_IS_SURE_FOR, OperationKind
from frontdesk.domain.snapshot import RefundStatus
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CommandRejectedError,
    CreditMemoCommand,
    RefundCommand,
    SubscriptionCommand,
)
from frontdesk.ports.provider import ProviderUnavailableError
from tests.fakes.provider import FakeProvider

_REMEMBERS = timedelta(hours=24)


@dataclass
class FakeCommands:
    """`before_call` and `after_call` may raise: nothing was done, or its answer is lost."""

    provider: FakeProvider
    clock: Clock
    refund_status: RefundStatus = RefundStatus.SUCCEEDED
    before_call: Callable[[str], None] = lambda name: None
    after_call: Callable[[str], None] = lambda name: None
    calls: list[RefundCommand] = field(default_factory=list)
    changes: list[SubscriptionCommand] = field(default_factory=list)
    memos: list[CreditMemoCommand] = field(default_factory=list)
    refuses_memos: bool = False
    keys: dict[str, tuple[datetime, RefundCommand | CreditMemoCommand, str]] = field(
        default_factory=dict
    )

    def key_window(self, kind: OperationKind) -> timedelta:
        return KEY_IS_SURE_FOR

    def refund(self, command: RefundCommand) -> CommandAnswer:
        self.before_call("refund")
        self.calls.append(command)
        answer = Accepted(self._executed(command))
        self.after_call("refund")
        return answer

    def _executed(self, command: RefundCommand) -> str:
        known = self._known(command)
        if known is not None:
            return known
        payment = self.provider.payment(command.payment)
        if payment.is_disputed:
            raise CommandRejectedError("payment_disputed")
        if command.amount_minor > self.provider.refundable_minor(command.payment):
            raise CommandRejectedError("refund_exceeds_remaining")
        made = self.provider.refund(
            command.payment,
            command.amount_minor,
            status=self.refund_status,
            operation_id=command.operation_id,
        )
        self.keys[command.operation_id] = (self.clock.now(), command, made)
        return made

    def _known(self, command: RefundCommand | CreditMemoCommand) -> str | None:
        """What this key has made, as long as it is remembered."""
        known = self.keys.get(command.operation_id)
        if known is None or self.clock.now() - known[0] >= _REMEMBERS:
            return None
        if known[1] != command:
            raise ProviderUnavailableError("The key belongs to another call.")
        return known[2]

    def issue_credit_memo(self, command: CreditMemoCommand) -> CommandAnswer:
        """For a refund that exists, and no more than that."""
        self.before_call("memo")
        self.memos.append(command)
        made = self._known(command)
        if made is None:
            if self.refuses_memos or not self.provider.has_refund(
                command.refund, command.amount_minor
            ):
                raise CommandRejectedError("refused_by_provider")
            made = self.provider.issue_memo(
                command.invoice, command.amount_minor, operation_id=command.operation_id
            )
            self.keys[command.operation_id] = (self.clock.now(), command, made)
        self.after_call("memo")
        return Accepted(made)

    def change_subscription(self, command: SubscriptionCommand) -> CommandAnswer:
        """Only what a cancellation at once needs."""
        self.before_call("change")
        assert command.kind is OperationKind.CANCEL
        found = self.provider.subscription(command.subscription)
        if found.status == "canceled":
            raise CommandRejectedError("unknown_at_provider")
        self.changes.append(command)
        self.provider.change_subscription(
            command.subscription, status="canceled", ended_at=self.clock.now()
        )
        self.after_call("change")
        return Accepted()
