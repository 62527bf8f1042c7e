"""Moments as text: RFC 3339, UTC, `Z`, whole seconds or milliseconds of fixed width."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """`2026-03-01T09:30:00Z`: what the API shows."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_sortable(moment: datetime) -> str:
    """`2026-03-01T09:30:00.123Z`: fixed width, so text order is time order."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def from_epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
