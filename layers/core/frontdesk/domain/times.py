"""Moments as text: RFC 3339, UTC, `Z`, whole seconds or milliseconds of fixed width."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """`2026-03-01T09:30:00Z`: what the API shows."""
    return _utc_text(moment, "seconds")


def to_sortable(moment: datetime) -> str:
    """`2026-03-01T09:30:00.123Z`: fixed width, so text order is time order."""
    return _utc_text(moment, "milliseconds")


def _utc_text(moment: datetime, precision: str) -> str:
    # Not strftime: its years before 1000 have three digits.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def from_epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
