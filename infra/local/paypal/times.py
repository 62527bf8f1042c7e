"""Instants as PayPal writes and reads them."""

import re
from datetime import UTC, datetime
from typing import Any

from infra.local.paypal.errors import invalid, missing

_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.]\d+)?([Zz]|[+-]\d\d:?\d\d)"  # reports also take -0700
)


def written(at_epoch_seconds: int) -> str:
    return f"{datetime.fromtimestamp(at_epoch_seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def written_in_milliseconds(at_epoch_seconds: int) -> str:
    """How events and disputes write their times."""
    return f"{datetime.fromtimestamp(at_epoch_seconds, UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def read_time(given: Any, field: str, *, location: str = "body") -> int:
    if given is None:
        raise missing(field, location=location)
    if not isinstance(given, str) or not _RFC_3339.fullmatch(given):
        raise _malformed(given, field, location)
    try:
        return int(datetime.fromisoformat(given.upper()).timestamp())
    except ValueError as error:
        raise _malformed(given, field, location) from error


def _malformed(given: Any, field: str, location: str) -> Exception:
    return invalid(
        "INVALID_PARAMETER_SYNTAX",
        "The value of a field does not conform to the expected format.",
        field=field,
        value=given,
        location=location,
    )
