"""Every minute: picks up what a crash left, does what is due, and measures what is left."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.due_subscriptions import DynamoDueSubscriptions
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.unfinished import DynamoUnfinished
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.entrypoints.metrics import emit
from frontdesk.entrypoints.provider_switch import ProviderSwitch
from frontdesk.use_cases.inbox import first_look_at, sweep
from frontdesk.use_cases.mirror import Mirror
from frontdesk.use_cases.operation_sweep import tend
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.scheduled_changes import carry_out_due

CLOCK = SystemClock()
_SERVICE = "janitor"
_STALE_AFTER = timedelta(minutes=15)
_DOES_WHAT_IS_DUE_FOR = timedelta(seconds=12)
"""First, and with a share of its own: the provider bills whoever is not ended in time."""
_TENDS_FOR = timedelta(seconds=25)
"""The last operation begun may take twenty seconds more, and the function has fifty."""


@cache
def _inbox() -> DynamoInbox:
    return DynamoInbox(gateway(), clock=CLOCK, first_look_at=first_look_at)


@cache
def _queue() -> SqsHintQueue:
    return SqsHintQueue(lambda: client("sqs"), queue_url=setting("EVENT_QUEUE_URL"))


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


@cache
def _world() -> OperationWorld:
    switch = ProviderSwitch(
        secrets=_secrets,
        refunds=lambda: DynamoRefundIndex(gateway(), clock=CLOCK),
        clock=CLOCK,
    )
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return OperationWorld(
        operations=DynamoOperations(gateway(), clock=CLOCK),
        commands=switch.commands,
        mirror=Mirror(provider=switch.providers, store=store),
        clock=CLOCK,
    )


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    began = CLOCK.now()
    events = sweep(inbox=_inbox(), queue=_queue(), clock=CLOCK)
    due = DynamoDueSubscriptions(gateway(), clock=CLOCK)
    scheduled = carry_out_due(due=due, world=_world(), until=began + _DOES_WHAT_IS_DUE_FOR)
    operations = tend(world=_world(), until=began + _TENDS_FOR)
    left = DynamoUnfinished(gateway())
    figures = {
        "EventsSentAgain": events.sent_again,
        "OldestUnprocessedEventAgeSeconds": int(events.oldest_age.total_seconds()),
        "OperationsLookedAfter": operations.looked_after,
        "OperationErrors": operations.errors.total(),
        "ScheduledChangesDone": scheduled.looked_after,
        "ScheduledChangesFailed": scheduled.errors.total(),
        "StaleOperations": left.count_operations(opened_before=CLOCK.now() - _STALE_AFTER),
        "OperationsForAHuman": left.count_for_a_human(),
    }
    for name, value in figures.items():
        unit = "Seconds" if name.endswith("Seconds") else "Count"
        emit(name, value, unit=unit, service=_SERVICE)
    return {
        "sent_again": events.sent_again,
        "looked_after": operations.looked_after,
        "stale_operations": figures["StaleOperations"],
    }
