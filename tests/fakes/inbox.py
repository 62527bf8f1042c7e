"""The inbox in memory, for use cases that need nothing of a table."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from frontdesk.domain.provider_event import EventState, Hint, OverdueEvent, ProviderEvent
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
                now = self._clock.now()
                opened = OverdueEvent(Hint(event.id, event.reference), now, 0)
                self._open[event.id] = (opened, now + _FIRST_LOOK)
        return self.states[event.id]

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
