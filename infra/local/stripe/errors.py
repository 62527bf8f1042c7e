"""Stripe's error envelope. Source: https://docs.stripe.com/api/errors and /error-codes."""

from typing import Any

from infra.local.provider.exchange import RefusedError


class StripeError(RefusedError):
    """An answer that is not a success.

    `is_remembered`: Stripe stores an answer under its idempotency key once execution began;
    requests that failed validation may be repeated (https://docs.stripe.com/api/idempotent_requests).
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        is_remembered: bool = False,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_remembered = is_remembered
        self.headers = headers or {}
        self.error: dict[str, Any] = {
            **{name: value for name, value in fields.items() if value is not None},
            "message": message,
            "type": kind,
        }

    @property
    def envelope(self) -> dict[str, Any]:
        return {"error": self.error}


def invalid_request(
    message: str, *, code: str | None = None, param: str | None = None, status: int = 400
) -> StripeError:
    return StripeError(status, "invalid_request_error", message, code=code, param=param)


def refused(message: str, *, code: str | None = None, param: str | None = None) -> StripeError:
    """A well-formed request that the object's state forbids: execution had begun."""
    return StripeError(
        400, "invalid_request_error", message, code=code, param=param, is_remembered=True
    )


def no_such(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeError:
    label = kind.replace("_", " ")
    return invalid_request(
        f"No such {label}: '{object_id}'", code="resource_missing", param=param, status=status
    )


def unrecognized_url(method: str, path: str) -> StripeError:
    return invalid_request(f"Unrecognized request URL ({method}: {path}).", status=404)


def card_declined(decline_code: str, message: str, **fields: Any) -> StripeError:
    return StripeError(
        402,
        "card_error",
        message,
        is_remembered=True,
        code=fields.pop("code", "card_declined"),
        decline_code=decline_code,
        **fields,
    )


def rate_limited(reason: str) -> StripeError:
    return StripeError(
        429,
        "invalid_request_error",
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        code="rate_limit",
        headers={"Stripe-Rate-Limited-Reason": reason, "Stripe-Should-Retry": "true"},
    )


def server_error(status: int, *, is_remembered: bool) -> StripeError:
    return StripeError(
        status,
        "api_error",
        "An unknown error occurred.",
        is_remembered=is_remembered,
    )
