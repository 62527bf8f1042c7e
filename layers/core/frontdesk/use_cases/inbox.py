"""Provider events: stored and queued before they are acknowledged, and never forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.domain.provider_event import EventState, Hint, OverdueEvent, ProviderEvent
from frontdesk.ports.clock import Clock
from frontdesk.ports.inbox import HintQueue, Inbox

_BATCH = 100
_BATCHES = 10
"""A thousand a minute: as much as the janitor can postpone in its time."""
_FIRST_LOOK = timedelta(minutes=2)
_LONGEST_WAIT = timedelta(hours=1)


def accept_event(event: ProviderEvent, *, inbox: Inbox, queue: HintQueue) -> EventState:
    """Returns only when the event is stored and, unless it is finished, queued.

    A repeat of an event that is stored but not processed queues it again: whoever stored it may
    have died before queueing it.
    """
    state = inbox.record(event)
    if state is EventState.RECEIVED and event.reference is not None:
        queue.send([Hint(event.id, event.reference)])
    return state


@dataclass(frozen=True, slots=True)
class SweepReport:
    sent_again: int
    oldest_age: timedelta


def sweep(*, inbox: Inbox, queue: HintQueue, clock: Clock) -> SweepReport:
    """Queues events again that nobody has finished in time, less and less often.

    It covers a death between storing and queueing, an outage longer than the queue's patience,
    and a lost message.
    """
    now = clock.now()
    sent_again = 0
    for _ in range(_BATCHES):
        overdue = inbox.overdue(now=now, limit=_BATCH)
        if not overdue:
            break
        queue.send([event.hint for event in overdue])
        for event in overdue:
            inbox.postpone(event, until=now + _wait(event))
        sent_again += len(overdue)
    oldest = inbox.oldest_unprocessed()
    return SweepReport(sent_again, _age(oldest, now=now))


def first_look_at(received_at: datetime) -> datetime:
    return received_at + _FIRST_LOOK


def _wait(event: OverdueEvent) -> timedelta:
    doublings: int = 2 ** min(event.looks, 10)
    return min(_FIRST_LOOK * doublings, _LONGEST_WAIT)


def _age(oldest: datetime | None, *, now: datetime) -> timedelta:
    return timedelta(0) if oldest is None else max(now - oldest, timedelta(0))
