"""Every minute: queues again what was stored and not processed, and tells how old the oldest is."""

from functools import cache
from typing import Any

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting
from frontdesk.entrypoints.metrics import emit
from frontdesk.use_cases.inbox import first_look_at, sweep


@cache
def _inbox() -> DynamoInbox:
    return DynamoInbox(gateway(), clock=SystemClock(), first_look_at=first_look_at)


@cache
def _queue() -> SqsHintQueue:
    return SqsHintQueue(lambda: client("sqs"), queue_url=setting("EVENT_QUEUE_URL"))


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    report = sweep(inbox=_inbox(), queue=_queue(), clock=SystemClock())
    emit("EventsSentAgain", report.sent_again, unit="Count")
    emit("OldestUnprocessedEventAgeSeconds", int(report.oldest_age.total_seconds()), unit="Seconds")
    return {"sent_again": report.sent_again}
