"""Tells Stripe what to do. Every call has the operation's key and leaves its id with the object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from frontdesk.adapters.stripe.mapping import OPERATION_METADATA
from frontdesk.adapters.stripe.subscription_calls import LOOKS_FIRST, call_of, new_price
from frontdesk.domain.operation import KEY_IS_SURE_FOR, OperationKind, idempotency_key_of
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CommandRejectedError,
    RefundCommand,
    SubscriptionCommand,
)
from frontdesk.ports.provider import ProviderUnavailableError

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

_CODES = {
    # https://docs.stripe.com/error-codes
    "charge_already_refunded": "refund_exceeds_remaining",
    "charge_disputed": "payment_disputed",
    "refund_disputed_payment": "payment_disputed",
    "amount_too_large": "refund_exceeds_remaining",
    "insufficient_funds": "insufficient_balance",
    "resource_missing": "unknown_at_provider",
    "card_declined": "payment_failed",
    "expired_card": "payment_failed",
    "authentication_required": "payment_failed",
}
_REASONS = {
    # `fraudulent` feeds block lists, so it is not among the words we pass on.
    "duplicate": "duplicate",
    "requested_by_customer": "requested_by_customer",
}
_UNSURE_STATUSES = frozenset((401, 403, 408, 409, 425, 429))
"""Not about the command: another try of it is running, too many requests, a wrong key of ours."""


class StripeCommands:
    def __init__(self, client: Callable[[], StripeClient]) -> None:
        """`client` makes or returns the client; it is asked at the first command."""
        self._client = client

    def key_window(self, kind: OperationKind) -> timedelta:
        return KEY_IS_SURE_FOR

    def refund(self, command: RefundCommand) -> CommandAnswer:
        params: dict[str, Any] = {
            "charge": command.payment,
            "amount": command.amount_minor,
            "metadata": {OPERATION_METADATA: command.operation_id},
        }
        if command.reason in _REASONS:
            params["reason"] = _REASONS[command.reason]
        made = self._post("/v1/refunds", params, operation_id=command.operation_id)
        return Accepted(result_id=made["id"])

    def change_subscription(self, command: SubscriptionCommand) -> CommandAnswer:
        seen = None
        if command.kind in LOOKS_FIRST:
            seen = self._send("get", f"/v1/subscriptions/{command.subscription}", {})
        if command.kind is OperationKind.REPRICE and seen is not None:
            wanted = new_price(command, seen=seen)
            key = f"{idempotency_key_of(command.operation_id)}:price"
            made = self._send(wanted.method, wanted.path, wanted.params, idempotency_key=key)
            command = replace(command, price=made["id"])
        call = call_of(command, seen=seen)
        # A DELETE takes no key and needs none: what is over cannot be ended again.
        key = idempotency_key_of(command.operation_id)
        keys = {} if call.method == "delete" else {"idempotency_key": key}
        self._send(call.method, call.path, call.params, **keys)
        return Accepted()

    def _post(self, path: str, params: Mapping[str, Any], *, operation_id: str) -> dict[str, Any]:
        return self._send("post", path, params, idempotency_key=idempotency_key_of(operation_id))

    def _send(
        self, method: str, path: str, params: Mapping[str, Any], **options: str
    ) -> dict[str, Any]:
        from stripe import StripeError  # noqa: PLC0415 - loaded by the client

        try:
            answer = self._client().raw_request(method, path, **options, **params)
        except StripeError as error:
            raise _translated(error) from error
        data: dict[str, Any] = answer.data
        return data


def _translated(error: StripeError) -> Exception:
    """A refusal only where Stripe itself says that it understood and did nothing."""
    status = error.http_status
    if status is None or status in _UNSURE_STATUSES or not 400 <= status < 500:
        return ProviderUnavailableError("What became of the command is not known.")
    if not isinstance(error.json_body, dict) or "error" not in error.json_body:
        return ProviderUnavailableError("Somebody between Stripe and us has answered.")
    if type(error).__name__ == "IdempotencyError":
        return ProviderUnavailableError("The key belongs to a call with other parameters.")
    return CommandRejectedError(_CODES.get(error.code or "", "refused_by_provider"))
