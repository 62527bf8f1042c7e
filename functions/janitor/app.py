"""Every minute: picks up what a crash left, events and operations, and measures what is left."""

from __future__ import annotations

from datetime import timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.unfinished import DynamoUnfinished
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import optional_setting, setting, shop_currency
from frontdesk.domain.snapshot import ProviderName
from frontdesk.entrypoints.metrics import emit
from frontdesk.use_cases.inbox import first_look_at, sweep
from frontdesk.use_cases.mirror import Mirror
from frontdesk.use_cases.operation_sweep import tend
from frontdesk.use_cases.operations import OperationWorld

if TYPE_CHECKING:
    from stripe import StripeClient

CLOCK = SystemClock()
_SERVICE = "janitor"
_STALE_AFTER = timedelta(minutes=15)
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


@lru_cache(maxsize=1)
def _client_with(api_key: str) -> StripeClient:
    return make_client(api_key, api_base=optional_setting("STRIPE_API_BASE"), retries=0)


def _stripe() -> StripeClient:
    """A new one once the key has been rolled: the secret is read every few minutes."""
    return _client_with(_secrets().text(setting("STRIPE_API_KEY_SECRET")))


@cache
def _world() -> OperationWorld:
    store = DynamoMirrorStore(gateway(), clock=CLOCK, currency=shop_currency())
    return OperationWorld(
        operations=DynamoOperations(gateway(), clock=CLOCK),
        commands={ProviderName.STRIPE: StripeCommands(_stripe)},
        mirror=Mirror(provider=StripeProvider(_stripe), store=store),
        clock=CLOCK,
    )


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    until = CLOCK.now() + _TENDS_FOR
    events = sweep(inbox=_inbox(), queue=_queue(), clock=CLOCK)
    operations = tend(world=_world(), until=until)
    left = DynamoUnfinished(gateway())
    figures = {
        "EventsSentAgain": events.sent_again,
        "OldestUnprocessedEventAgeSeconds": int(events.oldest_age.total_seconds()),
        "OperationsLookedAfter": operations.looked_after,
        "OperationErrors": operations.errors.total(),
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
