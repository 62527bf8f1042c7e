"""Provider events in the operations table; large bodies beside it."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    ConditionFailedError,
    Equals,
    Gateway,
    Item,
    Key,
    Put,
    Query,
    TransactionRefusedError,
    Update,
)
from frontdesk.domain.provider_event import (
    EventState,
    Hint,
    OverdueEvent,
    ProviderEvent,
    later_look_id,
)
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.ports.clock import Clock

LARGEST_INLINE_BODY = 200 * 1024
"""Bytes; an item holds 400 KB, and its other attributes need little."""
_KEPT_FOR = timedelta(days=90)
_OPEN = "EVENT"


class DynamoInbox:
    def __init__(
        self,
        gateway: Gateway,
        *,
        clock: Clock,
        first_look_at: Callable[[datetime], datetime],
        store_body: Callable[[str, bytes], str] | None = None,
    ) -> None:
        """`store_body` keeps a large body elsewhere and returns its name there; only the ingress
        needs it."""
        self._gateway = gateway
        self._clock = clock
        self._first_look_at = first_look_at
        self._store_body = store_body

    def record(self, event: ProviderEvent) -> EventState:
        state = EventState.RECEIVED if event.reference else EventState.IGNORED
        key = keys.provider_event(event.provider.value, event.id)
        put = Put(key, self._item(event, state), Absent())
        later = self._later_looks(event, event.reference) if event.reference else []
        try:
            if later:
                self._gateway.transact([put, *later], token=os.urandom(16).hex())
            else:
                self._gateway.write(put)
        except ConditionFailedError as error:
            return self._known_state(key, error.item, otherwise=state)
        except TransactionRefusedError as error:
            return self._known_state(key, error.items.get(0), otherwise=state)
        return state

    def _known_state(self, key: Key, item: Item | None, *, otherwise: EventState) -> EventState:
        known = item or self._gateway.get(key) or {}
        return EventState(str(known.get("status", otherwise)))

    def _item(self, event: ProviderEvent, state: EventState) -> Item:
        now = self._clock.now()
        item = self._row(event, event.id, received_at=now) | self._body(event)
        item["status"] = state.value
        if event.reference is not None:
            item |= _opened(event.id, event.reference, at=self._first_look_at(now))
        return item

    def _later_looks(self, event: ProviderEvent, reference: ObjectReference) -> list[Put]:
        """Rows of their own, as if an event had come at that moment whose message was lost."""
        puts = []
        for delay in event.look_again_after:
            look, due_at = later_look_id(event.id, delay), self._clock.now() + delay
            item = self._row(event, look, received_at=due_at)
            item |= _opened(look, reference, at=due_at)
            puts.append(Put(keys.provider_event(event.provider.value, look), item, Absent()))
        return puts

    def _row(self, event: ProviderEvent, event_id: str, *, received_at: datetime) -> Item:
        now = self._clock.now()
        return {
            "entity": "provider_event",
            "status": EventState.RECEIVED.value,
            "event_id": event_id,
            "event_type": event.type,
            "provider_name": event.provider.value,
            "api_version": event.api_version,
            "occurred_at": to_sortable(event.created_at),
            "received_at": to_sortable(received_at),
            "looks": 0,
            "version": 1,
            "created_at": to_sortable(now),
            "updated_at": to_sortable(now),
            "expires_at_epoch_seconds": int((now + _KEPT_FOR).timestamp()),
        }

    def _body(self, event: ProviderEvent) -> Item:
        if len(event.raw_body) <= LARGEST_INLINE_BODY:
            return {"body": event.raw_body}
        if self._store_body is None:
            raise TypeError("This inbox was made without a place for large bodies.")
        return {"body_object": self._store_body(event.id, event.raw_body)}

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OverdueEvent]:
        found: list[OverdueEvent] = []
        for shard in keys.open_shards(_OPEN):
            page = self._gateway.query(
                Query("operations", shard, index="unfinished", below=to_sortable(now), limit=limit)
            )
            found += [event for event in map(_overdue, page.items) if event is not None]
        # What was never looked at comes before what has failed again and again.
        return sorted(found, key=lambda event: (event.looks, event.received_at))[:limit]

    def oldest_unprocessed(self) -> datetime | None:
        """Of the first hundred to be looked at in each shard, which is where the oldest are
        unless more than that have failed again and again."""
        moments: list[datetime] = []
        for shard in keys.open_shards(_OPEN):
            page = self._gateway.query(Query("operations", shard, index="unfinished", limit=100))
            moments += [from_text(str(item["received_at"])) for item in page.items]
        return min(moments, default=None)

    def postpone(self, event: OverdueEvent, *, until: datetime) -> None:
        key = keys.provider_event(event.hint.reference.provider.value, event.hint.event_id)
        now = to_sortable(self._clock.now())
        try:
            self._gateway.write(
                Update(
                    key,
                    Equals("status", EventState.RECEIVED.value),
                    put={"opened_at": to_sortable(until), "updated_at": now},
                    add={"looks": 1},
                )
            )
        except ConditionFailedError:
            # Processed in the meantime, or expired: there is nothing to postpone.
            return


def _opened(event_id: str, reference: ObjectReference, *, at: datetime) -> Item:
    return {
        "object_kind": reference.kind.value,
        "provider_object_id": reference.provider_id,
        "open_shard": keys.open_shard(_OPEN, event_id),
        "opened_at": to_sortable(at),
    }


def _overdue(item: Item) -> OverdueEvent | None:
    """None for an event that this version knows nothing about: it waits for one that does."""
    try:
        reference = ObjectReference(
            ProviderName(str(item["provider_name"])),
            ObjectKind(str(item["object_kind"])),
            str(item["provider_object_id"]),
        )
    except ValueError:
        return None
    return OverdueEvent(
        Hint(str(item["event_id"]), reference),
        from_text(str(item["received_at"])),
        cast("int", item["looks"]),
    )
