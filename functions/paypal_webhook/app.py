"""POST /webhooks/paypal: verifies, stores and queues PayPal's events."""

from collections.abc import Mapping
from functools import cache

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb.gateway import gateway
from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.transmissions import DynamoTransmissions
from frontdesk.adapters.paypal.certificates import OfflineVerifier, SigningCertificates
from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.environment import checked_base
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.ingress import PayPalIngress
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.adapters.paypal.roots import digicert_roots
from frontdesk.adapters.paypal.signature import Verifier
from frontdesk.adapters.paypal.verification import ApiVerifier
from frontdesk.adapters.s3.bodies import store_body
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.sqs.hint_queue import SqsHintQueue
from frontdesk.adapters.system.clock import SystemClock
from frontdesk.config import is_livemode, optional_setting, setting
from frontdesk.domain.errors import UnavailableError
from frontdesk.entrypoints.webhook import webhook_function
from frontdesk.use_cases.inbox import accept_event, first_look_at


@cache
def _secrets() -> SecretReader:
    return SecretReader(client("secretsmanager"), clock=SystemClock())


@cache
def _ingress() -> PayPalIngress:
    clock = SystemClock()
    return PayPalIngress(
        verifier=_verifier(),
        transmissions=DynamoTransmissions(gateway(), clock=clock),
        refunds=DynamoRefundIndex(gateway(), clock=clock),
        clock=clock,
    )


def _verifier() -> Verifier:
    """Closed, not open, while something is missing."""
    webhook_ids = (optional_setting("PAYPAL_WEBHOOK_IDS") or "").split(",")
    if not all(webhook_ids):
        raise UnavailableError("No webhook of PayPal's is configured.")
    api_base = checked_base(setting("PAYPAL_API_BASE"), livemode=is_livemode())
    if setting("PAYPAL_WEBHOOK_VERIFICATION") == "api":
        return ApiVerifier(_paypal(api_base), webhook_ids=webhook_ids)
    certificates = SigningCertificates(
        api_base=api_base, http=exchange, roots=_roots, clock=SystemClock()
    )
    return OfflineVerifier(certificates, webhook_ids=webhook_ids)


def _paypal(api_base: str) -> PayPalClient:
    tokens = AccessTokens(
        api_base=api_base,
        http=exchange,
        secrets=_secrets(),
        secret_name=setting("PAYPAL_CREDENTIALS_SECRET"),
        clock=SystemClock(),
    )
    return PayPalClient(api_base=api_base, http=exchange, tokens=tokens)


def _roots() -> bytes:
    """DigiCert's, unless the deployment pins its own."""
    pinned = optional_setting("PAYPAL_WEBHOOK_ROOTS_SECRET")
    return _secrets().text(pinned).encode() if pinned else digicert_roots()


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
