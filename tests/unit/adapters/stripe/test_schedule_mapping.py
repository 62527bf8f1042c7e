"""What a subscription's schedule tells of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.stripe.subscription_mapping import subscription_snapshot
from frontdesk.domain.snapshot import PendingChange, SubscriptionSnapshot
from tests.unit.adapters.stripe.test_mapping import line, subscription

BEGUN, NEXT = 1_700_000_000, 1_702_592_000


def phase(start: int, price: str, amount: int | None, quantity: int = 1) -> dict[str, Any]:
    priced = {"id": price, "unit_amount": amount, "unit_amount_decimal": None}
    return {"start_date": start, "items": [{"price": priced, "quantity": quantity}]}


def shown(*later: dict[str, Any], **fields: Any) -> SubscriptionSnapshot:
    schedule = {
        "status": "active",
        "end_behavior": "release",
        "current_phase": {"start_date": BEGUN},
        "phases": [phase(BEGUN, "price_1", 100), *later],
    } | fields.pop("schedule", {})
    item = line(100)
    item["price"] = {**item["price"], "id": "price_1"}
    return subscription_snapshot(subscription(schedule=schedule, **fields), items=[item])


def test_the_next_phase_is_what_is_pending() -> None:
    found = shown(phase(NEXT, "price_2", 250, 2), phase(NEXT + 9, "price_3", 1))

    at = datetime.fromtimestamp(NEXT, UTC)
    assert found.pending_change == PendingChange(at, "price_2", 500, 2)


@pytest.mark.parametrize(
    ("later", "fields"),
    [
        ((), {}),
        ((phase(NEXT, "price_1", 100),), {}),
        ((phase(BEGUN - 9, "price_0", 5),), {}),
        ((phase(NEXT, "price_2", 5),), {"schedule": {"status": "released"}}),
    ],
    ids=["no other", "sells the same", "is over", "released"],
)
def test_nothing_is_pending_where_nothing_else_follows(later: Any, fields: dict[str, Any]) -> None:
    assert shown(*later, **fields).pending_change is None


def test_nor_where_the_schedule_was_not_asked_for() -> None:
    found = subscription_snapshot(subscription(schedule="sub_sched_1"), items=[line(100)])

    assert found.pending_change is None


def test_what_a_price_with_tiers_will_cost_is_not_known() -> None:
    change = shown(phase(NEXT, "price_2", None)).pending_change

    assert change is not None
    assert change.amount_minor is None


def test_the_end_of_a_phase_is_no_cancellation() -> None:
    assert shown(phase(NEXT, "price_2", 5), cancel_at=NEXT).cancel_at is None
