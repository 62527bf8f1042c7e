"""Tells Stripe what to do. Every call has the operation's key and leaves its id with the object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from frontdesk.adapters.stripe.amounts import amount_of
from frontdesk.adapters.stripe.calls import Call
from frontdesk.adapters.stripe.mapping import OPERATION_METADATA
from frontdesk.adapters.stripe.sending import send
from frontdesk.adapters.stripe.subscription_calls import steps_of
from frontdesk.domain.money import Money
from frontdesk.domain.operation import KEY_IS_SURE_FOR, OperationKind, idempotency_key_of
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CreditMemoCommand,
    RefundCommand,
    SubscriptionCommand,
)

if TYPE_CHECKING:
    from stripe import StripeClient

_REASONS = {
    # `fraudulent` feeds block lists, so it is not among the words we pass on.
    "duplicate": "duplicate",
    "requested_by_customer": "requested_by_customer",
}
_MEMO_REASONS = {
    # https://docs.stripe.com/api/credit_notes/create#create_credit_note-reason
    "duplicate": "duplicate",
    "service_problem": "product_unsatisfactory",
    "satisfaction_guarantee": "product_unsatisfactory",
}


class StripeCommands:
    def __init__(self, client: Callable[[], StripeClient], *, clock: Clock) -> None:
        """`client` makes or returns the client; it is asked at the first command."""
        self._client = client
        self._clock = clock

    def key_window(self, kind: OperationKind) -> timedelta:
        return KEY_IS_SURE_FOR

    def refund(self, command: RefundCommand) -> CommandAnswer:
        params: dict[str, Any] = {
            "charge": command.payment,
            "amount": amount_of(Money(command.amount_minor, command.currency)),
            "metadata": {OPERATION_METADATA: command.operation_id},
        }
        if command.reason in _REASONS:
            params["reason"] = _REASONS[command.reason]
        made = self._post("/v1/refunds", params, operation_id=command.operation_id)
        return Accepted(result_id=made["id"])

    def issue_credit_memo(self, command: CreditMemoCommand) -> CommandAnswer:
        """`amount` includes the tax, which Stripe takes out of it in the invoice's proportion;
        amounts of lines would come without (https://docs.stripe.com/tax/invoicing/refunds)."""
        amount = amount_of(Money(command.amount_minor, command.currency))
        params: dict[str, Any] = {
            "invoice": command.invoice,
            "amount": amount,
            "refunds": [{"refund": command.refund, "amount_refunded": amount}],
            "metadata": {OPERATION_METADATA: command.operation_id},
        }
        if command.reason in _MEMO_REASONS:
            params["reason"] = _MEMO_REASONS[command.reason]
        made = self._post("/v1/credit_notes", params, operation_id=command.operation_id)
        return Accepted(result_id=made["id"])

    def change_subscription(self, command: SubscriptionCommand) -> CommandAnswer:
        steps = steps_of(command, now=self._clock.now())
        answer: Mapping[str, Any] | None = None
        while True:
            try:
                call = next(steps) if answer is None else steps.send(answer)
            except StopIteration:
                return Accepted()
            answer = self._answer(call, operation_id=command.operation_id)

    def _answer(self, call: Call, *, operation_id: str) -> dict[str, Any]:
        """A DELETE takes no key and needs none: what is over cannot be ended again."""
        if call.method != "post":
            return self._send(call.method, call.path, call.params)
        key = idempotency_key_of(operation_id)
        if call.part is not None:
            key = f"{key}:{call.part}"
        return self._send("post", call.path, call.params, idempotency_key=key)

    def _post(self, path: str, params: Mapping[str, Any], *, operation_id: str) -> dict[str, Any]:
        return self._send("post", path, params, idempotency_key=idempotency_key_of(operation_id))

    def _send(
        self, method: str, path: str, params: Mapping[str, Any], **options: str
    ) -> dict[str, Any]:
        return send(self._client(), method, path, params, **options)
