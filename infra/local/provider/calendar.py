"""Billing periods: where the next one ends, counted from the anchor so that the 31st comes back."""

from calendar import monthrange
from datetime import UTC, datetime

from infra.local.provider.exchange import Json

DAY_SECONDS = 86_400
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: Json, number: int) -> int:
    """The anchor moved by `number` whole periods."""
    interval: str = recurring["interval"]
    steps: int = recurring["interval_count"] * number
    if interval in _DAYS:
        return anchor + _DAYS[interval] * DAY_SECONDS * steps
    start = datetime.fromtimestamp(anchor, UTC)
    months = start.year * 12 + start.month - 1 + _MONTHS[interval] * steps
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def next_boundary(anchor: int, recurring: Json, after: int) -> int:
    number = 1
    while boundary(anchor, recurring, number) <= after:
        number += 1
    return boundary(anchor, recurring, number)
