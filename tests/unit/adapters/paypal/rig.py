"""From PayPal's request to our tables, in one process: webhook, queue, mirror, PayPal's API."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.transmissions import DynamoTransmissions
from frontdesk.adapters.paypal.certificates import OfflineVerifier, SigningCertificates
from frontdesk.adapters.paypal.http import Answer
from frontdesk.adapters.paypal.ingress import PayPalIngress
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.adapters.paypal.signature import Verifier
from frontdesk.entrypoints.webhook import webhook_function
from frontdesk.use_cases.inbox import accept_event, first_look_at
from frontdesk.use_cases.mirror import Mirror, mirror_object
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.queue import MemoryQueue
from tests.unit.adapters.paypal.fakes import CERTIFICATE, WEBHOOK_ID, FakeHttp, Sender, client_for
from tests.unit.adapters.paypal.pki import genuine, root


@dataclass
class PayPalRig:
    http: FakeHttp = field(default_factory=FakeHttp)
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    clock: FakeClock = field(default_factory=FakeClock)
    sender: Sender = field(default_factory=Sender)
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        self.http.on("GET", CERTIFICATE, Answer(200, genuine().chain))
        client = client_for(self.http, clock=self.clock)
        self.refunds = DynamoRefundIndex(self.gateway, clock=self.clock)
        self.verifier = OfflineVerifier(
            SigningCertificates(
                api_base="https://api-m.sandbox.paypal.com",
                http=self.http,
                roots=lambda: root().pem,
                clock=self.clock,
            ),
            webhook_ids=(WEBHOOK_ID,),
        )
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency="usd")
        provider = PayPalProvider(lambda: client, refunds=self.refunds)
        self.mirror = Mirror(provider=provider, store=store)

    @property
    def ingress(self) -> PayPalIngress:
        """A fresh process: nothing is remembered but what stands in the table."""
        return PayPalIngress(
            verifier=self.verifier,
            transmissions=DynamoTransmissions(self.gateway, clock=self.clock),
            refunds=self.refunds,
            clock=self.clock,
        )

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status that PayPal is answered with."""
        ingress = self.ingress
        inbox = DynamoInbox(self.gateway, clock=self.clock, first_look_at=first_look_at)

        def receive(raw: bytes, sent: Mapping[str, str]) -> None:
            accept_event(ingress.event_from(raw, sent), inbox=inbox, queue=self.queue)

        answer = webhook_function(receive)(
            {
                "headers": {name.upper(): value for name, value in headers.items()},
                "requestContext": {"requestId": "req-1"},
                "body": base64.b64encode(body).decode(),
                "isBase64Encoded": True,
            },
            None,
        )
        return int(answer["statusCode"])

    def deliver(self, body: bytes, transmission_id: str = "t-1", **changes: Any) -> int:
        headers = self.sender.headers(
            body, at=self.clock.now(), transmission_id=transmission_id, **changes
        )
        return self.post(body, headers)

    def work(self) -> None:
        """What the mirror does with everything in the queue."""
        for hint in self.queue.hints:
            mirror_object(hint.reference, mirror=self.mirror, events=[hint.event_id])
        self.queue.hints.clear()

    def items(self, entity: str) -> list[Item]:
        return [item for item in self.gateway.items.values() if item.get("entity") == entity]
