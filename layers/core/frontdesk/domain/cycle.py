"""When a cycle ends, where nobody tells."""

from calendar import monthrange
from datetime import datetime, timedelta

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def end_of_cycle(
    start: datetime, *, interval: str, count: int, billing_day: int | None = None
) -> datetime:
    """`count` intervals after `start`; the last day of a month that has no such day.

    Who is billed on the 31st is so again after February: `billing_day` is the day of the month
    that counts where `start` is a shorter month's last.
    """
    if interval in _DAYS:
        return start + timedelta(days=_DAYS[interval] * count)
    months = start.year * 12 + start.month - 1 + _MONTHS[interval] * count
    year, month = divmod(months, 12)
    is_last = start.day == monthrange(start.year, start.month)[1]
    wanted = max(start.day, billing_day or 0) if is_last else start.day
    day = min(wanted, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
