"""When a paid cycle ends, where PayPal no longer tells."""

from calendar import monthrange
from datetime import datetime, timedelta

_DAYS = {"DAY": 1, "WEEK": 7}
_MONTHS = {"MONTH": 1, "YEAR": 12}


def end_of_cycle(start: datetime, *, unit: str, count: int) -> datetime:
    """`count` units after `start`; the last day of a month that has no such day."""
    if unit in _DAYS:
        return start + timedelta(days=_DAYS[unit] * count)
    months = start.year * 12 + start.month - 1 + _MONTHS[unit] * count
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
