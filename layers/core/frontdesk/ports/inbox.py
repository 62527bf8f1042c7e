"""Where providers' events are kept, and the queue that their processing waits in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.domain.provider_event import EventState, Hint, OverdueEvent, ProviderEvent


class Inbox(Protocol):
    def record(self, event: ProviderEvent) -> EventState:
        """Stores the event once, durably; answers its state, also when it was there already.

        With it are stored the later looks that it asks for: each becomes overdue in its time.
        """
        ...

    def overdue(self, *, now: datetime, limit: int) -> Sequence[OverdueEvent]:
        """Events that should have been looked at by `now`, oldest first."""
        ...

    def oldest_unprocessed(self) -> datetime | None:
        """When the oldest unprocessed event was received."""
        ...

    def postpone(self, event: OverdueEvent, *, until: datetime) -> None:
        """Not overdue again before `until`. An event that was processed meanwhile stays so."""
        ...


class HintQueue(Protocol):
    def send(self, hints: Sequence[Hint]) -> None:
        """Durably queued when it returns; raises UnavailableError when any is not."""
        ...
