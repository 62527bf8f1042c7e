"""The outbox's stream: what follows from a ledger entry, once each."""

from functools import cache

from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.outbox import notice_from
from frontdesk.adapters.dynamodb.timeline import DynamoTimeline
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.domain.ledger import LedgerNotice
from frontdesk.entrypoints.stream import stream_function
from frontdesk.use_cases.effects import note_on_timeline


@cache
def _timeline() -> DynamoTimeline:
    return DynamoTimeline(gateway(), clock=SystemClock())


def follow(notice: LedgerNotice) -> None:
    note_on_timeline(notice, timeline=_timeline())


handler = stream_function(follow, read=notice_from)
