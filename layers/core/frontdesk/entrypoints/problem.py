"""From an error to an RFC 9457 problem document: the one table of codes and statuses."""

from collections.abc import Mapping
from typing import Any

from frontdesk.domain.errors import (
    ConflictError,
    ForbiddenError,
    FrontdeskError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
    VersionConflictError,
)

MEDIA_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:frontdesk:problem:"
_RETRY_AFTER_SECONDS = "2"
_TRY_AGAIN = "A service behind Frontdesk did not answer; send the same request again."
_UNEXPECTED = "Something went wrong; the request id says what, in the logs."

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "malformed_json": (400, "The body is not JSON"),
    "invalid_cursor": (400, "The cursor is not valid"),
    "idempotency_key_required": (400, "An Idempotency-Key is required"),
    "invalid_idempotency_key": (400, "The Idempotency-Key is not valid"),
    "invalid_if_match": (400, "If-Match is not an ETag"),
    "invalid_signature": (400, "The signature is not valid"),
    "malformed_event": (400, "Not an event of the provider's"),
    "wrong_environment": (400, "Of the other mode, live or test"),
    "unauthenticated": (401, "Not signed in"),
    "invalid_sso_token": (401, "The sign-in token is not valid"),
    "token_already_used": (401, "The sign-in token was used before"),
    "forbidden": (403, "Not allowed"),
    "feature_disabled": (403, "Switched off by the shop"),
    "early_end_not_offered": (403, "Ends with its period only"),
    "offer_not_allowed": (403, "Not a change that the shop offers"),
    "proration_not_offered": (403, "Not how the shop settles changes"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "conflict": (409, "Not possible now"),
    "external_id_taken": (409, "Another customer has this external id"),
    "operation_in_progress": (409, "Still running"),
    "plan_is_stale": (409, "The plan no longer holds"),
    "insufficient_balance": (409, "The provider's balance does not suffice"),
    "never_reached_provider": (409, "It was given up: the provider knows nothing of it"),
    "payment_disputed": (409, "A dispute holds the money"),
    "payment_not_succeeded": (409, "The payment has not succeeded"),
    "refund_exceeds_remaining": (409, "More than is left"),
    "refund_too_late": (409, "The provider's time for refunds is over"),
    "refund_request_decided": (409, "The request is decided already"),
    "refund_request_open": (409, "A request for this payment is waiting already"),
    "too_many_refunds": (409, "No further refund of this payment"),
    "payer_account_closed": (409, "The payer's account is closed"),
    "refused_by_provider": (409, "The provider has refused"),
    "unknown_at_provider": (409, "The provider does not know it"),
    "subscription_is_over": (409, "The subscription is over"),
    "first_payment_missing": (409, "The subscription has not begun"),
    "already_canceling": (409, "Ends then already"),
    "nothing_to_undo": (409, "No cancellation is pending"),
    "cancellation_pending": (409, "A cancellation is pending"),
    "planned_by_shop": (409, "Planned by the shop"),
    "change_pending": (409, "A change is pending"),
    "already_paused": (409, "Paused already"),
    "not_paused": (409, "Not paused"),
    "subscription_is_paused": (409, "The subscription is paused"),
    "payment_overdue": (409, "A payment is overdue"),
    "nothing_to_change": (409, "Like that already"),
    "nothing_to_drop": (409, "No change is pending"),
    "installments_are_fixed": (409, "Paid in instalments"),
    "ends_before": (409, "Ends before that"),
    "price_is_unknown": (409, "Not a fixed price"),
    "access_is_revoked": (409, "Access was revoked already"),
    "nothing_to_refund": (409, "Nothing is left to give back"),
    "payment_grants_no_access": (409, "The payment gives no access"),
    "payment_has_no_subscription": (409, "The payment was for no subscription"),
    "not_offered_by_provider": (409, "The provider cannot do that"),
    "amount_not_divisible": (409, "Not a whole price for each unit"),
    "offer_not_compatible": (409, "Not an offer of the same product"),
    "several_items": (409, "The subscription sells several things"),
    "authentication_required": (409, "The customer has to authenticate the payment"),
    "payment_method_in_use": (409, "A live subscription is paid with it"),
    "no_account_at_provider": (409, "The customer has no account there"),
    "setup_not_approved": (409, "The buyer has not agreed yet"),
    "setup_is_over": (409, "Given up, used or expired"),
    "payment_failed": (409, "The payment failed; nothing has changed"),
    "version_conflict": (412, "Changed in the meantime"),
    "body_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Not JSON"),
    "invalid_input": (422, "Not valid"),
    "card_number_not_allowed": (422, "Card numbers must not be sent"),
    "amount_too_large": (422, "More than the provider takes"),
    "amount_too_precise": (422, "Finer than the provider takes"),
    "currency_mismatch": (422, "Another currency"),
    "currency_not_offered": (422, "Not a currency of the provider's"),
    "not_available_yet": (422, "Not offered yet"),
    "refund_needs_end_at_once": (422, "Only an end at once gives money back"),
    "search_too_broad": (422, "Too many customers match"),
    "idempotency_key_reused": (422, "The Idempotency-Key belongs to another request"),
    "precondition_required": (428, "If-Match is required"),
    "internal_error": (500, "Unexpected error"),
    "service_unavailable": (503, "Not available now"),
}
"""Every code with a meaning of its own at the edge; others take their class's status."""

_STATUS_BY_CLASS: tuple[tuple[type[FrontdeskError], int], ...] = (
    # The most special first.
    (VersionConflictError, 412),
    (ConflictError, 409),
    (ForbiddenError, 403),
    (UnauthenticatedError, 401),
    (NotFoundError, 404),
    (InvalidInputError, 422),
    (UnavailableError, 503),
)


class RequestError(FrontdeskError):
    """Wrong as a request, before any use case has seen it; `code` is one of PROBLEMS."""

    def __init__(self, code: str, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail, code=code)
        self.headers = headers or {}


def status_of(error: FrontdeskError) -> int:
    if error.code in PROBLEMS:
        return PROBLEMS[error.code][0]
    return next((s for kind, s in _STATUS_BY_CLASS if isinstance(error, kind)), 500)


def problem_of(error: FrontdeskError) -> dict[str, Any]:
    """The document without its `request_id`, which belongs to each answer.

    What failed behind Frontdesk is told to the log and not to the caller.
    """
    status = status_of(error)
    document: dict[str, Any] = {
        "type": _TYPE_PREFIX + error.code,
        "title": PROBLEMS[error.code][1] if error.code in PROBLEMS else _phrase(error.code),
        "status": status,
        "detail": error.detail,
        "code": error.code,
    }
    if isinstance(error, InvalidInputError) and status == 422:
        document["errors"] = [
            {"field": one.field, "code": one.code, "message": one.message} for one in error.problems
        ]
    if status >= 500:
        document["detail"] = _TRY_AGAIN if status == 503 else _UNEXPECTED
    return document


def headers_of(error: FrontdeskError) -> dict[str, str]:
    headers = dict(error.headers) if isinstance(error, RequestError) else {}
    status = status_of(error)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503 or error.code == "operation_in_progress":
        headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return headers


def _phrase(code: str) -> str:
    return code.replace("_", " ").capitalize()
