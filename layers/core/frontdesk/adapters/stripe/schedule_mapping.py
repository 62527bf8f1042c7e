"""What a subscription's schedule tells of it, where the subscription was asked for with it.

https://docs.stripe.com/api/subscription_schedules/object
"""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.adapters.stripe.mapping import cycle_amount, operation_id_of
from frontdesk.domain.snapshot import PendingChange
from frontdesk.domain.times import from_epoch

type Json = Mapping[str, Any]


def active_schedule(subscription: Json) -> Json | None:
    schedule = subscription.get("schedule")
    is_told = isinstance(schedule, Mapping) and schedule["status"] == "active"
    return schedule if is_told else None


def pending_change(subscription: Json, *, items: Sequence[Json]) -> PendingChange | None:
    """What the next phase sells, if it is something else than now."""
    schedule = active_schedule(subscription)
    phase = _next_phase(schedule) if schedule is not None else None
    if schedule is None or phase is None or _sales(phase["items"]) == _sales(items):
        return None
    first = phase["items"][0]
    return PendingChange(
        at=from_epoch(phase["start_date"]),
        price=first["price"]["id"],
        amount_minor=cycle_amount(phase["items"]),
        quantity=first.get("quantity") or 1,
        is_ours=operation_id_of(schedule) is not None,
    )


def _next_phase(schedule: Json) -> Json | None:
    begun = schedule["current_phase"]["start_date"]
    later = (phase for phase in schedule["phases"] if phase["start_date"] > begun)
    return min(later, key=lambda phase: int(phase["start_date"]), default=None)


def _sales(items: Sequence[Json]) -> list[tuple[str, int]]:
    return sorted((item["price"]["id"], item.get("quantity") or 1) for item in items)
