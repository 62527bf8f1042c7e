"""Subscriptions that the index of what is due names."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    ConditionFailedError,
    Equals,
    Gateway,
    Item,
    Query,
    Update,
)
from frontdesk.adapters.dynamodb.subscription_item import (
    DUE,
    scheduled_fields,
    subscription_from,
)
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock
from frontdesk.ports.mirror import StaleReadError


class DynamoDueSubscriptions:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        rows: list[Item] = []
        for shard in keys.open_shards(DUE):
            query = Query(
                "subscriptions",
                shard,
                index="subscriptions_due",
                below=to_sortable(now),
                limit=limit,
            )
            rows += self._gateway.query(query).items
        longest = sorted(rows, key=lambda row: str(row["due_at"]))
        return [str(row["subscription_id"]) for row in longest[:limit]]

    def read(self, subscription_id: str) -> Subscription | None:
        item = self._gateway.get(keys.subscription(subscription_id))
        return subscription_from(item) if item else None

    def postpone(self, subscription: Subscription, *, retry_at: datetime, is_in_vain: bool) -> None:
        scheduled = subscription.scheduled
        if scheduled is None:
            raise StaleReadError
        after = replace(scheduled, tries=scheduled.tries + is_in_vain, retry_at=retry_at)
        step = Update(
            keys.subscription(subscription.id),
            Equals("version", subscription.version),
            put={
                **scheduled_fields(subscription.id, after),
                "updated_at": to_sortable(self._clock.now()),
            },
            add={"version": 1},
        )
        try:
            self._gateway.write(step)
        except ConditionFailedError as error:
            raise StaleReadError from error
