"""What is read the same way in all of PayPal's objects."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from frontdesk.domain.ids import is_id
from frontdesk.domain.times import from_text

type Json = Mapping[str, Any]

SHAPE_ERRORS = (ArithmeticError, AttributeError, LookupError, StopIteration, TypeError, ValueError)
"""Whatever reading an answer can raise; ArithmeticError: numbers and moments."""


def moment(text: Any) -> datetime:
    """RFC 3339 with a zone, as PayPal writes every time."""
    found = from_text(text)
    if found.tzinfo is None:
        raise ValueError("A moment has no zone.")
    return found.astimezone(UTC)


def optional_moment(text: Any) -> datetime | None:
    return None if text is None else moment(text)


def links(thing: Json, rel: str) -> Iterable[str]:
    return (link["href"] for link in thing.get("links") or () if link["rel"] == rel)


def id_in_link(thing: Json, rel: str, *, collection: str) -> str | None:
    """The id at the end of a link such as …/v2/payments/captures/<id>.

    Links are read for their ids only and never followed.
    """
    for href in links(thing, rel):
        head, _, last = href.rpartition("/")
        if head.endswith(f"/{collection}") and last:
            return str(last)
    return None


def operation_id_of(thing: Json) -> str | None:
    """Of the operation of ours that made it: it stands in the field that PayPal gives back.

    v2 refunds take `custom_id`, v1 ones only `invoice_number`.
    """
    for name in ("custom_id", "invoice_id", "invoice_number"):
        said = thing.get(name)
        if isinstance(said, str) and is_id(said, "op"):
            return said
    return None


def operation_id_in(note: str | None) -> str | None:
    """In a text for people that one of our operations gave as its reason."""
    words = (word.strip("()[].,:;") for word in (note or "").split())
    return next((word for word in words if is_id(word, "op")), None)
