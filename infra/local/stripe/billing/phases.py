"""A schedule's phases as time passes: https://docs.stripe.com/billing/subscriptions/subscription-schedules."""

from infra.local.stripe.account import Account
from infra.local.stripe.billing.standing import (
    change_subscription,
    end_subscription,
    schedule_of,
)
from infra.local.stripe.wire import Json


def current_phase(schedule: Json) -> Json:
    start = schedule["current_phase"]["start_date"]
    found: Json = next(p for p in schedule["phases"] if p["start_date"] == start)
    return found


def phase_ends_at(account: Account, subscription: Json) -> int | None:
    schedule = schedule_of(account, subscription)
    return int(schedule["current_phase"]["end_date"]) if schedule else None


def leave_phase(account: Account, subscription: Json) -> None:
    """The next phase begins, or the schedule is over and does what its `end_behavior` says."""
    schedule = schedule_of(account, subscription)
    if schedule is None:
        return
    position = schedule["phases"].index(current_phase(schedule)) + 1
    if position < len(schedule["phases"]):
        _enter(account, subscription, schedule, schedule["phases"][position])
    elif schedule["end_behavior"] == "cancel":
        complete(account, schedule)
        end_subscription(account, subscription)
    else:
        release(account, schedule, subscription)


def _enter(account: Account, subscription: Json, schedule: Json, phase: Json) -> None:
    """What the phase says comes to stand in the subscription. Nothing is prorated: phases begin
    where periods do. Another interval counts from here."""
    span = {name: phase[name] for name in ("start_date", "end_date")}
    account.change(schedule, {"current_phase": span}, "subscription_schedule.updated")
    items = subscription["items"]
    sold = [_sold(account, i, p) for i, p in zip(items["data"], phase["items"], strict=False)]
    changes: Json = {
        "items": {**items, "data": sold},
        "metadata": {**subscription["metadata"], **phase["metadata"]},
        **cancellation_by(schedule, subscription),
    }
    if sold[0]["price"]["recurring"] != items["data"][0]["price"]["recurring"]:
        changes["billing_cycle_anchor"] = phase["start_date"]
    change_subscription(account, subscription, changes)


def _sold(account: Account, item: Json, given: Json) -> Json:
    price = account.get("price", given["price"])
    return {**item, "price": dict(price), "quantity": given["quantity"]}


def cancellation_by(schedule: Json, subscription: Json) -> Json:
    """A schedule that ends its subscription shows in `cancel_at`, once its last phase runs."""
    is_last = current_phase(schedule) is schedule["phases"][-1]
    ends = schedule["end_behavior"] == "cancel" and is_last
    at = schedule["phases"][-1]["end_date"] if ends else None
    return {} if subscription["cancel_at"] == at else {"cancel_at": at}


def release(
    account: Account, schedule: Json, subscription: Json, *, keeps_cancellation: bool = False
) -> Json:
    account.change(
        schedule,
        {
            "status": "released",
            "released_at": account.now(),
            "released_subscription": subscription["id"],
            "subscription": None,
            "current_phase": None,
        },
        "subscription_schedule.released",
    )
    changes: Json = {"schedule": None}
    if not keeps_cancellation:
        changes["cancel_at"] = None
    change_subscription(account, subscription, changes)
    return schedule


def complete(account: Account, schedule: Json) -> None:
    changes = {"status": "completed", "completed_at": account.now(), "current_phase": None}
    account.change(schedule, changes, "subscription_schedule.completed")
