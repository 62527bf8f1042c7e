"""The event queue: looks at each named object and makes our picture of it right."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.environment import checked_base
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import from_message
from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import is_livemode, optional_setting, setting, shop_currency
from frontdesk.domain.snapshot import ObjectReference, ProviderName
from frontdesk.entrypoints.queue import queue_function
from frontdesk.use_cases.mirror import Mirror, MirrorOutcome, mirror_object
from frontdesk.use_cases.providers import Providers

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
def _paypal() -> PayPalClient:
    api_base = checked_base(setting("PAYPAL_API_BASE"), livemode=is_livemode())
    tokens = AccessTokens(
        api_base=api_base,
        http=exchange,
        secrets=_secrets(),
        secret_name=setting("PAYPAL_CREDENTIALS_SECRET"),
        clock=SystemClock(),
    )
    return PayPalClient(api_base=api_base, http=exchange, tokens=tokens)


@cache
def _mirror() -> Mirror:
    return Mirror(
        provider=Providers(
            {
                ProviderName.STRIPE: StripeProvider(_stripe),
                ProviderName.PAYPAL: PayPalProvider(
                    _paypal, refunds=DynamoRefundIndex(gateway(), clock=SystemClock())
                ),
            }
        ),
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
