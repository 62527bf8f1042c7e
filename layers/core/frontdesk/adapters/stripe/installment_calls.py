"""The end of a plan of n payments, where a verb moves it or plans another (`installments`)."""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.stripe.calls import Call, Json, Steps, only_item, path_of
from frontdesk.adapters.stripe.installments import (
    SINCE_METADATA,
    TOTAL_METADATA,
    Agreed,
    agreed_in,
    bills_of,
    end_of_plan,
)
from frontdesk.adapters.stripe.schedule_calls import governing_schedule, lost_with, release_of
from frontdesk.ports.commands import SubscriptionCommand

_PAGE_SIZE = 100


def moved_end(
    command: SubscriptionCommand, seen: Json, *, keeps_end: bool = True
) -> Steps[Mapping[str, Any]]:
    """What to say of the end together with the verb, in one call; nothing where there is no plan.

    `seen` has `pause_collection` as it is going to be. An empty `cancel_at` is no end for now.
    """
    agreed = agreed_in(seen)
    if agreed is None:
        return {}
    yield from own_end(command, seen, agreed, keeps_end=keeps_end)
    bills = bills_of(agreed, (yield from _invoices(command)))
    end = end_of_plan(agreed, bills, seen, only_item(seen))
    return {"cancel_at": "" if end is None else end, "proration_behavior": "none"}


def own_end(
    command: SubscriptionCommand, seen: Json, agreed: Agreed, *, keeps_end: bool = True
) -> Steps[None]:
    """First the subscription says what was agreed, then its schedule lets it go, as a rule with
    its end: whatever breaks off in between, nothing is forgotten."""
    schedule = governing_schedule(seen)
    if schedule is None:
        return
    said: dict[str, Any] = {
        TOTAL_METADATA: agreed.total,
        SINCE_METADATA: agreed.since_epoch_seconds,
        **lost_with(schedule),
    }
    yield Call("post", path_of(command), {"metadata": said}, part="installments")
    yield release_of(schedule, keeps_end=keeps_end)


def _invoices(command: SubscriptionCommand) -> Steps[list[Json]]:
    found: list[Json] = []
    while True:
        position = {"starting_after": found[-1]["id"]} if found else {}
        params = {"subscription": command.subscription, "limit": _PAGE_SIZE, **position}
        page = yield Call("get", "/v1/invoices", params)
        found += page["data"]
        if not page["has_more"]:
            return found
