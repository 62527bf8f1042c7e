"""The event queue: looks at each named object and makes our picture of it right."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import from_message
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.entrypoints.provider_switch import ProviderSwitch
from frontdesk.entrypoints.queue import queue_function
from frontdesk.use_cases.hints import follow_hints
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome
from frontdesk.use_cases.patience import PatientProvider

CLOCK = SystemClock()


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=CLOCK)


@cache
def _provider() -> PatientProvider:
    """All functions that run at once share the calls."""
    switch = ProviderSwitch(
        secrets=_secrets,
        refunds=lambda: DynamoRefundIndex(gateway(), clock=CLOCK),
        clock=CLOCK,
    )
    share = int(setting("PROVIDER_CALLS_PER_SECOND")) / int(setting("MIRROR_CONCURRENCY"))
    between_calls = timedelta(seconds=1 / share)
    return PatientProvider(
        switch.providers, clock=CLOCK, sleep=time.sleep, between_calls=between_calls
    )


@cache
def _mirror() -> Mirror:
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return Mirror(provider=_provider(), store=store)


def look_at(reference: ObjectReference, fresh: list[str], tried: list[str]) -> MirrorOutcome:
    _provider().refuse_while_resting(reference.provider)
    return follow_hints(reference, fresh=fresh, tried=tried, mirror=_mirror())


def retry_later(receipt: str, delay_seconds: int) -> None:
    client("sqs").change_message_visibility(
        QueueUrl=setting("EVENT_QUEUE_URL"),
        ReceiptHandle=receipt,
        VisibilityTimeout=delay_seconds,
    )


handler = queue_function(look_at, read=from_message, retry_later=retry_later)
