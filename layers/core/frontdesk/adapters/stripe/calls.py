"""A call of Stripe's API, and verbs as sequences of them.

A verb is a generator: it yields a call, is sent what Stripe answered, and so can look before it
acts. Who repeats it from the start finds what an earlier try has done.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.adapters.stripe.mapping import OPERATION_METADATA
from frontdesk.ports.commands import CommandRejectedError, SubscriptionCommand

type Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`part` sets the key of one call of an operation apart from those of the others."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    part: str | None = None


type Steps[T] = Generator[Call, Json, T]


def path_of(command: SubscriptionCommand) -> str:
    return f"/v1/subscriptions/{command.subscription}"


def look(command: SubscriptionCommand) -> Call:
    return Call("get", path_of(command), {"expand": ["schedule.phases.items.price"]})


def update(command: SubscriptionCommand, params: Mapping[str, Any], **metadata: str) -> Call:
    """Leaves the operation's id with the subscription. Empty `metadata` is taken away."""
    marked = {"metadata": {OPERATION_METADATA: command.operation_id, **metadata}}
    return Call("post", path_of(command), {**params, **marked})


def mark(command: SubscriptionCommand) -> Call:
    """That the operation is done, for whoever looks later."""
    return update(command, {})


def only_item(seen: Json) -> Json:
    items: list[Json] = seen["items"]["data"]
    if len(items) != 1 or seen["items"].get("has_more"):
        raise CommandRejectedError("several_items")
    return items[0]


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())
