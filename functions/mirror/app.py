"""The event queue: looks at each named object and makes our picture of it right."""

from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.sqs.hint_queue import from_message
from frontdesk.adapters.stripe.client import stripe_client
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import setting, shop_currency
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.entrypoints.queue import queue_function
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome, mirror_object


@cache
def _mirror() -> Mirror:
    return Mirror(
        provider=StripeProvider(stripe_client),
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
