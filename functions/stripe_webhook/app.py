"""POST /webhooks/stripe: stores and queues Stripe's events."""

from collections.abc import Mapping
from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.s3.bodies import store_body
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.stripe.ingress import StripeIngress
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import is_livemode, setting
from frontdesk.entrypoints.webhook import webhook_function
from frontdesk.use_cases.inbox import accept_event, first_look_at


@cache
def _ingress() -> StripeIngress:
    clock = SystemClock()
    return StripeIngress(
        secrets=SecretReader(client("secretsmanager"), clock=clock),
        secret_name=setting("STRIPE_WEBHOOK_SECRETS_SECRET"),
        livemode=is_livemode(),
        clock=clock,
    )


@cache
def _inbox() -> DynamoInbox:
    return DynamoInbox(
        gateway(), clock=SystemClock(), first_look_at=first_look_at, store_body=store_body
    )


@cache
def _queue() -> SqsHintQueue:
    return SqsHintQueue(lambda: client("sqs"), queue_url=setting("EVENT_QUEUE_URL"))


def receive(body: bytes, headers: Mapping[str, str]) -> None:
    event = _ingress().event_from(body, headers)
    accept_event(event, inbox=_inbox(), queue=_queue())


handler = webhook_function(receive)
