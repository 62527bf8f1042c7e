"""A change at the period's end, as Stripe makes it: with a subscription schedule.

https://docs.stripe.com/billing/subscriptions/subscription-schedules

    subscription ──▶ schedule of it ──▶ two phases ──▶ marked as ours
                          1                 2               3

Each call has a key of its own, and each step is skipped where it has been done: whoever repeats
the command after a crash goes on from there.
"""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.stripe.calls import Call, Json, Steps, epoch, look, mark, only_item
from frontdesk.adapters.stripe.mapping import (
    LOST_CHANGE_METADATA,
    OPERATION_METADATA,
    operation_id_of,
)
from frontdesk.adapters.stripe.schedule_phases import next_phase, phase_as_sent
from frontdesk.ports.commands import CommandRejectedError, SubscriptionCommand

_LIVE = ("active", "not_started")


def governing_schedule(seen: Json) -> Json | None:
    """Of a subscription that was looked at with its schedule."""
    schedule: Json | None = seen.get("schedule")
    return schedule if schedule is not None and schedule["status"] in _LIVE else None


def drop_change(command: SubscriptionCommand) -> Steps[None]:
    """Where nothing governs it any more, what it sells tells whether the change was dropped."""
    seen = yield look(command)
    schedule = governing_schedule(seen)
    if schedule is not None:
        yield release_of(schedule)
    elif only_item(seen)["price"]["id"] != command.price:
        raise CommandRejectedError("nothing_to_drop")
    yield mark(command)


def lost_with(schedule: Json) -> dict[str, str]:
    """What to say on the subscription whose schedule is let go for an end: whether the shop had
    planned another change in it."""
    begun = _present_phase(schedule)["start_date"]
    has_more = any(phase["start_date"] > begun for phase in schedule["phases"])
    is_lost = has_more and operation_id_of(schedule) is None
    return {LOST_CHANGE_METADATA: schedule["id"]} if is_lost else {}


def release_of(schedule: Json, *, keeps_end: bool = False) -> Call:
    params = {"preserve_cancel_date": True} if keeps_end else {}
    path = f"/v1/subscription_schedules/{schedule['id']}/release"
    return Call("post", path, params, part="release")


def change_later(command: SubscriptionCommand) -> Steps[None]:
    seen = yield look(command)
    only_item(seen)
    schedule = governing_schedule(seen)
    if schedule is None:
        path = "/v1/subscription_schedules"
        # Nothing else may be said with `from_subscription`.
        schedule = yield Call("post", path, {"from_subscription": command.subscription}, "schedule")
    if (schedule.get("metadata") or {}).get(OPERATION_METADATA) != command.operation_id:
        path = f"/v1/subscription_schedules/{schedule['id']}"
        yield Call("post", path, _two_phases(command, schedule), part="phases")
    yield mark(command)


def _two_phases(command: SubscriptionCommand, schedule: Json) -> Mapping[str, Any]:
    """The present one until `at`, then the wish for a cycle, after which the schedule lets go."""
    if command.at is None:
        raise CommandRejectedError("refused_by_provider")
    present = _present_phase(schedule)
    sold = {"price": command.price, "quantity": command.quantity or 1}
    return {
        "end_behavior": "release",
        "metadata": {OPERATION_METADATA: command.operation_id},
        "proration_behavior": "none",
        "phases": [
            {**phase_as_sent(present), "end_date": epoch(command.at)},
            next_phase(present, sold),
        ],
    }


def _present_phase(schedule: Json) -> Json:
    begun = (schedule["current_phase"] or schedule["phases"][0])["start_date"]
    found: Json = next(phase for phase in schedule["phases"] if phase["start_date"] == begun)
    return found
