"""The event queue: looks at each named object and makes our picture of it right."""

from __future__ import annotations

from functools import cache
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
def _stripe() -> StripeClient:
    secrets = SecretReader(client("secretsmanager"), clock=SystemClock())
    api_key = secrets.text(setting("STRIPE_API_KEY_SECRET"))
    return make_client(api_key, api_base=optional_setting("STRIPE_API_BASE"))


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
