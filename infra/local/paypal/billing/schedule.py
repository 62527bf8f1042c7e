"""When a subscription is billed: on days of Pacific time, at 10:00 UTC.

Seen in answers of real accounts: a trial of 14 days that began on 28 April at 02:16 UTC, which is
the 27th in California, is followed by a bill on 11 May at 10:00 UTC.
"""

from datetime import UTC, datetime, timedelta, timezone

from infra.local.provider.calendar import boundary
from infra.local.provider.exchange import Json

_PACIFIC = timezone(timedelta(hours=-8))  # without daylight saving: near enough
_BILLING_HOUR = 10


def billing_instant(at: int) -> int:
    """10:00 UTC of the Pacific day."""
    day = datetime.fromtimestamp(at, _PACIFIC).date()
    return int(datetime(day.year, day.month, day.day, _BILLING_HOUR, tzinfo=UTC).timestamp())


def next_billing_hour(after: int) -> int:
    """Today's 10:00 UTC, or tomorrow's where that is over."""
    today = datetime.fromtimestamp(after, UTC).replace(
        hour=_BILLING_HOUR, minute=0, second=0, microsecond=0
    )
    at = int(today.timestamp())
    return at if at > after else int((today + timedelta(days=1)).timestamp())


def period_end(subscription: Json, cycle: Json, *, periods: int = 1) -> int:
    """Where the period that begins with the bill which is due now ends."""
    anchor: int = subscription["anchor_at"]
    return boundary(anchor, _recurring(cycle), subscription["anchor_periods"] + periods)


def _recurring(cycle: Json) -> Json:
    frequency = cycle["frequency"]
    return {
        "interval": frequency["interval_unit"].lower(),
        "interval_count": frequency["interval_count"],
    }


def completed(subscription: Json, sequence: int) -> int:
    done: int = subscription["cycles_completed"].get(str(sequence), 0)
    return done


def is_over(subscription: Json, cycle: Json) -> bool:
    total = cycle["total_cycles"]
    return bool(total) and completed(subscription, cycle["sequence"]) >= total


def current_cycle(subscription: Json, terms: Json) -> Json | None:
    """The cycle whose turn it is; None when all are over."""
    for cycle in terms["billing_cycles"]:
        if not is_over(subscription, cycle):
            found: Json = cycle
            return found
    return None


def count_cycle(subscription: Json, cycle: Json) -> None:
    sequence = cycle["sequence"]
    subscription["cycles_completed"][str(sequence)] = completed(subscription, sequence) + 1


def move_on(subscription: Json, cycle: Json, terms: Json) -> None:
    """The period of `cycle`, which was just counted, has begun: when is the next bill?"""
    end = period_end(subscription, cycle)
    following = current_cycle(subscription, terms)
    if following is None:
        subscription["next_billing_at"], subscription["ends_at"] = None, end
        return
    subscription["next_billing_at"] = end
    if following["sequence"] == cycle["sequence"]:
        subscription["anchor_periods"] += 1
    else:
        subscription["anchor_at"], subscription["anchor_periods"] = end, 0


def final_billing_at(subscription: Json, terms: Json) -> int | None:
    """When the last bill of a finite subscription is due; None for one without an end."""
    cycle: Json = terms["billing_cycles"][-1]
    left = cycle["total_cycles"] - completed(subscription, cycle["sequence"])
    if not cycle["total_cycles"] or left <= 0 or subscription["next_billing_at"] is None:
        return None
    if current_cycle(subscription, terms) != cycle:
        return None
    return boundary(
        subscription["anchor_at"],
        _recurring(cycle),
        subscription["anchor_periods"] + left - 1,
    )
