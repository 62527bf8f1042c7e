"""Every minute: queues again what was stored and not processed, and measures what is left."""

from datetime import timedelta
from functools import cache
from typing import Any

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.unfinished import DynamoUnfinished
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting
from frontdesk.entrypoints.metrics import emit
from frontdesk.use_cases.inbox import first_look_at, sweep

_SERVICE = "janitor"
_STALE_AFTER = timedelta(minutes=15)


@cache
def _inbox() -> DynamoInbox:
    return DynamoInbox(gateway(), clock=SystemClock(), first_look_at=first_look_at)


@cache
def _queue() -> SqsHintQueue:
    return SqsHintQueue(lambda: client("sqs"), queue_url=setting("EVENT_QUEUE_URL"))


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    clock = SystemClock()
    report = sweep(inbox=_inbox(), queue=_queue(), clock=clock)
    age_seconds = int(report.oldest_age.total_seconds())
    stale = DynamoUnfinished(gateway()).count_operations(opened_before=clock.now() - _STALE_AFTER)
    emit("EventsSentAgain", report.sent_again, unit="Count", service=_SERVICE)
    emit("OldestUnprocessedEventAgeSeconds", age_seconds, unit="Seconds", service=_SERVICE)
    emit("StaleOperations", stale, unit="Count", service=_SERVICE)
    return {"sent_again": report.sent_again, "stale_operations": stale}
