"""One command to Stripe, and what its refusals mean to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.provider import ProviderUnavailableError

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError

UNKNOWN_AT_PROVIDER = "unknown_at_provider"
_CODES = {
    # https://docs.stripe.com/error-codes
    "charge_already_refunded": "refund_exceeds_remaining",
    "charge_disputed": "payment_disputed",
    "refund_disputed_payment": "payment_disputed",
    "amount_too_large": "refund_exceeds_remaining",
    "insufficient_funds": "insufficient_balance",
    "resource_missing": UNKNOWN_AT_PROVIDER,
    "card_declined": "payment_failed",
    "expired_card": "payment_failed",
    "authentication_required": "authentication_required",
    "subscription_payment_intent_requires_action": "authentication_required",
}
_UNSURE_STATUSES = frozenset((401, 403, 408, 409, 425, 429))
"""Not about the command: another try of it is running, too many requests, a wrong key of ours."""


def send(
    client: StripeClient, method: str, path: str, params: Mapping[str, Any], **options: str
) -> dict[str, Any]:
    """Plain JSON. Raises CommandRejectedError; ProviderUnavailableError when nobody knows."""
    from stripe import StripeError  # noqa: PLC0415 - loaded by the client

    try:
        answer = client.raw_request(method, path, **options, **params)
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
