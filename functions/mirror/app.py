"""The event queue: looks at each named object and makes our picture of it right."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import from_message
from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import optional_setting, setting, shop_currency
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.entrypoints.queue import queue_function
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome, mirror_object

if TYPE_CHECKING:
    from stripe import StripeClient


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=SystemClock())


@lru_cache(maxsize=1)
def _client_with(api_key: str) -> StripeClient:
    return make_client(api_key, api_base=optional_setting("STRIPE_API_BASE"))


def _stripe() -> StripeClient:
    """A new one once the key has been rolled: the secret is read every few minutes."""
    return _client_with(_secrets().text(setting("STRIPE_API_KEY_SECRET")))


@cache
def _mirror() -> Mirror:
    return Mirror(
        provider=StripeProvider(_stripe),
        store=DynamoMirrorStore(gateway(), clock=SystemClock(), currency=shop_currency()),
    )


def look_at(reference: ObjectReference, events: list[str]) -> MirrorOutcome:
    return mirror_object(reference, mirror=_mirror(), events=events)


def retry_later(receipt: str, delay_seconds: int) -> None:
    client("sqs").change_message_visibility(
        QueueUrl=setting("EVENT_QUEUE_URL"),
        ReceiptHandle=receipt,
        VisibilityTimeout=delay_seconds,
    )


handler = queue_function(look_at, read=from_message, retry_later=retry_later)
