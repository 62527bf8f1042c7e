"""PayPal's error bodies. Source: the error schemas of its OpenAPI descriptions."""

from typing import Any

from infra.local.provider.exchange import Json, RefusedError

_STANDARD = {
    400: (
        "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.",
    ),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication "
        "credentials.",
    ),
    403: ("NOT_AUTHORIZED", "Authorization failed due to insufficient permissions."),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    409: ("RESOURCE_CONFLICT", "The server has detected a conflict while processing this request."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business "
        "validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}


class PayPalError(RefusedError):
    """An answer that is not a success. The API adds the debug id when it answers."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(body.get("message") or body.get("error_description", ""))
        self.status = status
        self.body = body

    @property
    def envelope(self) -> Json:
        return self.body


def standard(status: int, *details: Json) -> PayPalError:
    name, message = _STANDARD.get(status, _STANDARD[500])
    body: Json = {"name": name, "message": message}
    if details:
        body["details"] = list(details)
    return PayPalError(status, {**body, "links": []})


def detail(issue: str, description: str, **fields: Any) -> Json:
    return {**fields, "issue": issue, "description": description}


def invalid(
    issue: str, description: str, *, field: str, value: Any = None, location: str = "body"
) -> PayPalError:
    """The request itself is wrong; `field` is a JSON pointer, or a parameter's name."""
    given = {} if value is None else {"value": str(value)}
    return standard(400, detail(issue, description, field=field, **given, location=location))


def missing(field: str, *, location: str = "body") -> PayPalError:
    return invalid(
        "MISSING_REQUIRED_PARAMETER", "A required field is missing.", field=field, location=location
    )


def invalid_value(field: str, value: Any = None, *, location: str = "body") -> PayPalError:
    return invalid(
        "INVALID_PARAMETER_VALUE",
        "The value of a field is invalid.",
        field=field,
        value=value,
        location=location,
    )


def unprocessable(issue: str, description: str, *, field: str | None = None) -> PayPalError:
    """A well-formed request that rules or states forbid."""
    return standard(422, detail(issue, description, **({"field": field} if field else {})))


def not_found(issue: str = "INVALID_RESOURCE_ID") -> PayPalError:
    text = "Specified resource ID does not exist. Please check the resource ID and try again."
    return standard(404, detail(issue, text))


def in_progress() -> PayPalError:
    return standard(
        409,
        detail(
            "PREVIOUS_REQUEST_IN_PROGRESS",
            "A previous request on this resource is currently in progress. Please wait for "
            "sometime and try again. It is best to space out the initial and the subsequent "
            "request(s) to avoid receiving this error.",
        ),
    )


def old_style(status: int, name: str, message: str) -> PayPalError:
    """The v1 payments API names the problem itself instead of listing issues.

    Source: https://developer.paypal.com/api/deprecated/payments/v1/errors
    """
    link = f"https://developer.paypal.com/docs/api/payments/v1/#error-{name}"
    return PayPalError(status, {"name": name, "message": message, "information_link": link})


def oauth_error(status: int, error: str, description: str) -> PayPalError:
    return PayPalError(status, {"error": error, "error_description": description})


def dead_token() -> PayPalError:
    """What an expired or revoked token earns: https://github.com/go-pay/gopay/issues/348."""
    return oauth_error(401, "invalid_token", "Access Token not found in cache")


def bad_client() -> PayPalError:
    return oauth_error(401, "invalid_client", "Client Authentication failed")
