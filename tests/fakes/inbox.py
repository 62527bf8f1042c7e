"""The inbox in memory, for use cases that need nothing of a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from frontdesk.domain.provider_event import (
    EventState,
    Hint,
    OverdueEvent,
    ProviderEvent,
    later_look_id,
)
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.ports.clock import Clock

_FIRST_LOOK = timedelta(minutes=2)


class MemoryInbox:
    def __init__(self, *, clock: Clock) -> None:
        self.states: dict[str, EventState] = {}
        self._open: dict[str, tuple[OverdueEvent, datetime]] = {}
        self._clock = clock

    def record(self, event: ProviderEvent) -> EventState:
        if event.id not in self.states:
            state = EventState.RECEIVED if event.reference else EventState.IGNORED
            self.states[event.id] = state
            if event.reference is not None:
                self._open_row(event.id, event.reference, after=_FIRST_LOOK)
                for delay in event.look_again_after:
                    look = later_look_id(event.id, delay)
                    self._open_row(look, event.reference, after=delay, waits=delay)
        return self.states[event.id]

    def _open_row(
        self,
        event_id: str,
        looked_at: ObjectReference,
        *,
        after: timedelta,
        waits: timedelta = timedelta(0),
    ) -> None:
        now = self._clock.now()
        opened = OverdueEvent(Hint(event_id, looked_at), now + waits, 0)
        self._open[event_id] = (opened, now + after)

    def finish(self, event_id: str) -> None:
        self.states[event_id] = EventState.DONE
        self._open.pop(event_id, None)

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OverdueEvent]:
        found = [event for event, due_at in self._open.values() if due_at < now]
        return sorted(found, key=lambda event: event.received_at)[:limit]

    def oldest_unprocessed(self) -> datetime | None:
        return min((event.received_at for event, _ in self._open.values()), default=None)

    def postpone(self, event: OverdueEvent, *, until: datetime) -> None:
        if event.hint.event_id in self._open:
            again = replace(event, looks=event.looks + 1)
            self._open[event.hint.event_id] = (again, until)
