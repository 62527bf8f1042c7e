"""A provider's event: a hint that one of its objects may have changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from frontdesk.domain.snapshot import ObjectReference, ProviderName


class EventState(StrEnum):
    RECEIVED = "RECEIVED"
    DONE = "DONE"
    IGNORED = "IGNORED"
    """Stored, and about nothing that is mirrored."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`reference` is None when the event is not about an object that is mirrored. `raw_body` is as
    it was sent, but for secrets.

    What the provider says of the object now may be provisional: `look_again_after` are the delays
    from the event's arrival after which it is to be asked again.
    """

    provider: ProviderName
    id: str
    type: str
    created_at: datetime
    api_version: str | None
    reference: ObjectReference | None
    raw_body: bytes
    look_again_after: tuple[timedelta, ...] = ()


def later_look_id(event_id: str, delay: timedelta) -> str:
    """The id of a later look that `event_id` asked for, which is stored like an event."""
    return f"{event_id}+{int(delay.total_seconds())}s"


@dataclass(frozen=True, slots=True)
class Hint:
    """What travels in the queue: look at this object again, because of this event."""

    event_id: str
    reference: ObjectReference


@dataclass(frozen=True, slots=True)
class OverdueEvent:
    """An event that is stored and not processed. `looks` counts how often it was sent again."""

    hint: Hint
    received_at: datetime
    looks: int
