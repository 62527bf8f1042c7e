"""The timeline in the customer's own partition."""

from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    ConditionFailedError,
    Gateway,
    Item,
    Put,
)
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock


class DynamoTimeline:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def note(
        self,
        customer_id: str,
        *,
        key: str,
        occurred_at: datetime,
        kind: str,
        subject_id: str,
        amount_minor: int,
        currency: str,
    ) -> None:
        now = to_sortable(self._clock.now())
        item: Item = {
            "entity": "timeline_entry",
            "customer_id": customer_id,
            "kind": kind,
            "subject_id": subject_id,
            "amount_minor": amount_minor,
            "currency": currency,
            "occurred_at": to_sortable(occurred_at),
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        try:
            self._gateway.write(
                Put(keys.timeline_entry(customer_id, occurred_at, key), item, Absent())
            )
        except ConditionFailedError:
            # Noted already: a stream delivers at least once.
            return
