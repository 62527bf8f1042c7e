"""A provider's event: a hint that one of its objects may have changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.domain.snapshot import ObjectReference, ProviderName


class EventState(StrEnum):
    RECEIVED = "RECEIVED"
    DONE = "DONE"
    IGNORED = "IGNORED"
    """Stored, and about nothing that is mirrored."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """`reference` is None when the event is not about an object that is mirrored."""

    provider: ProviderName
    id: str
    type: str
    created_at: datetime
    api_version: str | None
    reference: ObjectReference | None
    raw_body: bytes


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
