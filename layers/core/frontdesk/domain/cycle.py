"""When a cycle ends, where nobody tells."""

from calendar import monthrange
from datetime import datetime, timedelta

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def end_of_cycle(start: datetime, *, interval: str, count: int) -> datetime:
    """`count` intervals after `start`; the last day of a month that has no such day."""
    if interval in _DAYS:
        return start + timedelta(days=_DAYS[interval] * count)
    months = start.year * 12 + start.month - 1 + _MONTHS[interval] * count
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
