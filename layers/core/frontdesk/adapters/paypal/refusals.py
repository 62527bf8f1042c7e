"""What PayPal's refusals of commands mean to us.

A code is here only where PayPal itself says that it did nothing. Everything else that is no
success leaves open what was done.
"""

from frontdesk.adapters.paypal.client import PayPalRefusedError
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.provider import ProviderError, ProviderUnavailableError

_CODES = {
    # https://developer.paypal.com/api/payments/v2/errors/
    "CAPTURE_FULLY_REFUNDED": "refund_exceeds_remaining",
    "REFUND_AMOUNT_EXCEEDED": "refund_exceeds_remaining",
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "currency_mismatch",
    "CURRENCY_MISMATCH": "currency_mismatch",
    "REFUND_TIME_LIMIT_EXCEEDED": "refund_too_late",
    "MAX_NUMBER_OF_REFUNDS_EXCEEDED": "too_many_refunds",
    "INSUFFICIENT_FUNDS": "insufficient_balance",
    "REFUND_FAILED_INSUFFICIENT_FUNDS": "insufficient_balance",
    "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": "payment_disputed",
    "TRANSACTION_DISPUTED": "payment_disputed",
    "PENDING_CAPTURE": "payment_not_succeeded",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "payer_account_closed",
    # https://developer.paypal.com/api/deprecated/payments/v1/errors/
    "TRANSACTION_ALREADY_REFUNDED": "refund_exceeds_remaining",
    "REFUND_EXCEEDED_TRANSACTION_AMOUNT": "refund_exceeds_remaining",
    # https://developer.paypal.com/docs/api/subscriptions/v1/
    "SUBSCRIPTION_CANNOT_BE_ACTIVATED": "payment_overdue",
    "USER_ACCOUNT_CLOSED": "payer_account_closed",
    "PLAN_PRODUCT_NOT_COMPATIBLE": "offer_not_compatible",
    "INVALID_RESOURCE_ID": "unknown_at_provider",
    "RESOURCE_NOT_FOUND": "unknown_at_provider",
}
_DONE_BEFORE = frozenset(
    # Our ids are unique, so whatever used one before was this same operation.
    (
        "DUPLICATE_INVOICE_ID",
        "DUPLICATE_REQUEST_ID",
        "DUPLICATE_TRANSACTION",
        "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
    )
)
_FORBIDDEN = 403
"""About a right that the app at PayPal lacks, not about the command."""
_WITHOUT_CODE = "UNKNOWN"


def refusal_of(error: PayPalRefusedError) -> ProviderError:
    """CommandRejectedError, or ProviderUnavailableError where something may have been done."""
    if error.issue in _DONE_BEFORE:
        return ProviderUnavailableError("PayPal has seen this operation before.")
    if error.status == _FORBIDDEN:
        return ProviderUnavailableError("PayPal lets the app do no such thing.")
    if error.issue == _WITHOUT_CODE:
        return ProviderUnavailableError("Somebody between PayPal and us has answered.")
    return CommandRejectedError(_CODES.get(error.issue, "refused_by_provider"))
