"""The webhook's way in, from API Gateway's event to table and queue, in one process."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.secrets.reader import SecretReader
from frontdesk.adapters.stripe.ingress import StripeIngress
from frontdesk.entrypoints.webhook import webhook_function
from frontdesk.use_cases.inbox import accept_event, first_look_at
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.queue import MemoryQueue

SECRET = "whsec_4b1f6d9e0c2a48a7"
OTHER_SECRET = "whsec_00ff00ff00ff00ff"


class SecretsClient:
    """One secret as Secrets Manager answers it; `failure` is raised instead."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.failure: Exception | None = None
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return {} if self.text is None else {"SecretString": self.text}


@dataclass
class IngressRig:
    secrets: SecretsClient = field(default_factory=lambda: SecretsClient(json.dumps([SECRET])))
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    clock: FakeClock = field(default_factory=FakeClock)
    bodies: dict[str, bytes] = field(default_factory=dict)
    livemode: bool = False
    handle: Callable[[dict[str, Any], Any], dict[str, Any]] = field(init=False)
    inbox: DynamoInbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = DynamoInbox(
            self.gateway,
            clock=self.clock,
            first_look_at=first_look_at,
            store_body=self._store_body,
        )
        self.restart()

    def restart(self) -> None:
        """A fresh process: nothing is remembered."""
        ingress = StripeIngress(
            secrets=SecretReader(cast("Any", self.secrets), clock=self.clock),
            secret_name="stripe-webhook-secrets",
            livemode=self.livemode,
            clock=self.clock,
        )

        def receive(body: bytes, headers: Mapping[str, str]) -> None:
            event = ingress.event_from(body, headers)
            accept_event(event, inbox=self.inbox, queue=self.queue)

        self.handle = webhook_function(receive)

    def _store_body(self, event_id: str, body: bytes) -> str:
        self.bodies[event_id] = body
        return f"events/{event_id}.json"

    def post(self, body: bytes, header: str | None = None) -> int:
        """Sends the body with this signature, by default a right one; answers the status."""
        signed = self.signed(body) if header is None else header
        answer = self.handle(request(body, {"stripe-signature": signed}), None)
        return int(answer["statusCode"])

    def signed(self, body: bytes, *secrets: str, at: datetime | None = None) -> str:
        moment = at or self.clock.now()
        return signature(body, *(secrets or (SECRET,)), at=int(moment.timestamp()))

    @property
    def traces(self) -> tuple[int, int, int]:
        """Rows, messages and stored bodies: what any change of state would raise."""
        return len(self.gateway.items), len(self.queue.hints), len(self.bodies)


def signature(body: bytes, *secrets: str, at: int) -> str:
    parts = [f"t={at}"]
    for secret in secrets:
        digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
        parts.append(f"v1={digest.hexdigest()}")
    return ",".join(parts)


def request(
    body: bytes, headers: Mapping[str, str] | None, *, is_base64: bool = False
) -> dict[str, Any]:
    """An event of payload version 2.0; text that is not UTF-8 is always sent encoded."""
    text = base64.b64encode(body).decode() if is_base64 else _as_text(body)
    return {
        "version": "2.0",
        "routeKey": "POST /webhooks/stripe",
        "headers": headers,
        "requestContext": {"requestId": "req-1", "http": {"method": "POST"}},
        "body": text if text is not None else base64.b64encode(body).decode(),
        "isBase64Encoded": is_base64 or text is None,
    }


def _as_text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def event_body(number: int = 1, **changes: Any) -> bytes:
    """A snapshot event about a customer, as Stripe sends one."""
    event: dict[str, Any] = {
        "id": f"evt_{number}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_780_000_000,
        "data": {"object": {"id": f"cus_{number}", "object": "customer", "name": "Zoë"}},
        "livemode": False,
        "type": "customer.updated",
    }
    return json.dumps(event | changes, ensure_ascii=False).encode()
