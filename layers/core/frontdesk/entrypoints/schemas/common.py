"""What the models of all areas are made of.

Everything that is checked is checked by the model, so that the OpenAPI document, which is
generated from it, says exactly what is accepted. Patterns keep to what regular expressions mean
alike in ECMAScript, Python and Rust.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

_FIRST_YEAR = 1900
LARGEST_INTEGER = 2**53 - 1
"""The largest that every JSON reader keeps exactly."""


class Command(BaseModel):
    """A body. Nothing is converted: "1" is not a number and 1 is not true."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class Change(Command):
    """A body in which what is left out stays as it is, so that its defaults mean nothing.

    `model_fields_set` says what is there.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class Answer(BaseModel):
    """The shape of an answer: it documents and tests what presenters make."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""One line of text."""

Paragraph = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
"""Text that may hold line breaks and tabs."""

HTTPS_HOST = r"https://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
PORT = r"(:[1-9][0-9]{0,3}|:[1-5][0-9]{4})?"
_REST = r"([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?"

HttpsUrl = Annotated[
    str, StringConstraints(max_length=2048, pattern=rf"^{HTTPS_HOST}{PORT}{_REST}$")
]

Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{3}$"),
    Field(description="ISO 4217, lower case.", examples=["usd"]),
]

Moment = Annotated[datetime, Field(description="RFC 3339, UTC.", examples=["2026-03-01T09:30:00Z"])]


def _in_utc(moment: datetime) -> datetime:
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("No calendar has this moment.") from None
    if utc.year < _FIRST_YEAR:
        raise ValueError(f"Give a moment from {_FIRST_YEAR} on.")
    return utc


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc), Field(description="RFC 3339.")]
"""A moment in a body, with its offset; in UTC once it is read."""

Version = Annotated[int, Field(ge=0, le=LARGEST_INTEGER, description="The ETag's number.")]


def id_pattern(prefix: str) -> StringConstraints:
    """The shape of one kind's ids: `Annotated[str, id_pattern("cus")]`."""
    return StringConstraints(pattern=rf"^{prefix}_[0-9a-hjkmnp-tv-z]{{26}}$")


CustomerId = Annotated[str, id_pattern("cus")]
SubscriptionId = Annotated[str, id_pattern("sub")]
TransactionId = Annotated[str, id_pattern("txn")]
OfferId = Annotated[str, id_pattern("off")]


class Money(Answer):
    """An amount in integer minor units."""

    amount: Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
    currency: Currency


class PositiveMoney(Command):
    """An amount in integer minor units, more than nothing."""

    amount: Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
    currency: Currency


class Provider(Answer):
    name: Literal["stripe", "paypal"]
    id: str


class Page[Row](Answer):
    """One page of a list; `next_cursor` is null after the last."""

    data: list[Row]
    next_cursor: str | None


class FieldProblem(Answer):
    """`field` is a dotted path from the root of the body, or a query parameter."""

    field: str
    code: str
    message: str


class Problem(Answer):
    """An RFC 9457 problem document. `code` is stable; `errors` come with 422."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] = []
