"""What the mirror writes on the rows of the events that brought it to an object."""

from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Present, Update
from frontdesk.domain.provider_event import EventState
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import to_sortable
from frontdesk.ports.mirror import Ticket


def done_step(provider: ProviderName, event_id: str, *, at: datetime) -> Update:
    now = to_sortable(at)
    return Update(
        keys.provider_event(provider, event_id),
        Present(),
        put={"status": EventState.DONE.value, "processed_at": now, "updated_at": now},
        remove=("open_shard", "opened_at"),
    )


def left_step(ticket: Ticket, event_id: str, *, at: datetime) -> Update:
    """The first ticket that it was left to stays: that one was taken after the event, too."""
    return Update(
        keys.provider_event(ticket.reference.provider, event_id),
        Present(),
        put={"updated_at": to_sortable(at)},
        put_if_missing={"awaited_ticket": ticket.number},
    )


def is_covered(event: Item | None, *, applied: int | None) -> bool:
    """Whether what was fetched after the event stands already; of a row that is gone, nobody knows.

    `applied` is the ticket whose result stands.
    """
    if event is None or is_done(event):
        return event is not None
    awaited = event.get("awaited_ticket")
    return isinstance(awaited, int) and applied is not None and awaited <= applied


def is_done(event: Item) -> bool:
    return event["status"] == EventState.DONE.value
