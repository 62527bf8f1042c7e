"""What the stand-in signs and sends, through the product's ingress, over real sockets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.inbox import DynamoInbox
from frontdesk.adapters.dynamodb.refund_index import DynamoRefundIndex
from frontdesk.adapters.dynamodb.transmissions import DynamoTransmissions
from frontdesk.adapters.paypal.certificates import OfflineVerifier, SigningCertificates
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.ingress import PayPalIngress
from frontdesk.adapters.paypal.roots import digicert_roots
from frontdesk.adapters.paypal.signature import Verifier
from frontdesk.adapters.paypal.verification import ApiVerifier
from frontdesk.domain.errors import InvalidInputError, UnavailableError
from frontdesk.domain.provider_event import EventState
from frontdesk.domain.snapshot import ObjectKind
from frontdesk.use_cases.inbox import accept_event, first_look_at
from infra.local.paypal.certificates import VARIANTS
from infra.local.paypal.forgery import forge
from infra.local.paypal.resources.notifications import as_event
from infra.local.paypal.webhooks import Endpoint
from tests.contract.paypal.openapi import recorded_requests, validate_request
from tests.contract.paypal.shop import Shop, client_for
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.queue import MemoryQueue
from tests.unit.adapters.paypal.fakes import reference

ENDPOINT = Endpoint("https://shop.example.com/webhooks/paypal", "5L518819FA0214926")


@dataclass
class Webhook:
    """The product's end; the stand-in's clock is its clock."""

    shop: Shop
    verifier: Verifier
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    queue: MemoryQueue = field(default_factory=MemoryQueue)

    def accept(self, body: bytes, headers: dict[str, str]) -> EventState:
        clock = clock_of(self.shop)
        ingress = PayPalIngress(
            verifier=self.verifier,
            transmissions=DynamoTransmissions(self.gateway, clock=clock),
            refunds=DynamoRefundIndex(self.gateway, clock=clock),
            clock=clock,
        )
        inbox = DynamoInbox(self.gateway, clock=clock, first_look_at=first_look_at)
        lower = {name.lower(): value for name, value in headers.items()}
        event = ingress.event_from(body, lower)
        return accept_event(event, inbox=inbox, queue=self.queue)


def clock_of(shop: Shop) -> FakeClock:
    return FakeClock(datetime.fromtimestamp(shop.standin.clock.wall_now(), UTC))


def offline(shop: Shop, *, roots: Callable[[], bytes] | None = None) -> OfflineVerifier:
    pinned = shop.standin.authority.root_pem
    certificates = SigningCertificates(
        api_base=shop.client.server.api_base,
        http=exchange,
        roots=roots or (lambda: pinned),
        clock=clock_of(shop),
    )
    return OfflineVerifier(certificates, webhook_ids=(ENDPOINT.webhook_id,))


def by_api(shop: Shop) -> ApiVerifier:
    return ApiVerifier(client_for(shop), webhook_ids=(ENDPOINT.webhook_id,))


def signed(shop: Shop, document: object) -> tuple[bytes, dict[str, str]]:
    """As PayPal would send this event now."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    courier = shop.standin.dispatcher
    courier.set_endpoints([ENDPOINT])
    transmission = courier.new_transmission("WH-1", ENDPOINT)
    return body, courier.headers_for(transmission, body)


def sale_event(shop: Shop) -> tuple[str, dict[str, Any]]:
    """A sale and the event that told of it, as it was sent."""
    sale = shop.sale("49.00")
    told = [e for e in shop.standin.events() if e["event_type"] == "PAYMENT.SALE.COMPLETED"]
    return sale, as_event(shop.standin.account, told[-1])


@pytest.mark.parametrize("make", [offline, by_api])
def test_a_genuine_event_is_accepted_whichever_way_it_is_verified(
    shop: Shop, make: Callable[[Shop], Verifier]
) -> None:
    sale, document = sale_event(shop)
    body, headers = signed(shop, document)
    webhook = Webhook(shop, make(shop))

    assert webhook.accept(body, headers) is EventState.RECEIVED
    assert [hint.reference for hint in webhook.queue.hints] == [reference(ObjectKind.PAYMENT, sale)]
    for request in recorded_requests(shop.standin.api.log):
        if "/notifications/certs/" not in request["path"]:
            validate_request(**request)


@pytest.mark.case("B5")
@pytest.mark.parametrize(
    "resource", [{}, {"n": 10**30}, {"name": "Zoë 🦄 نورة"}, {"x": [], "y": {"z": None}}], ids=str
)
def test_paypal_gets_the_body_as_it_was_signed(shop: Shop, resource: dict[str, object]) -> None:
    body, headers = signed(shop, {"event_type": "SOMETHING.NEW", "resource": resource})

    assert Webhook(shop, by_api(shop)).accept(body, headers) is EventState.IGNORED


@pytest.mark.parametrize("make", [offline, by_api])
def test_another_body_is_refused_whichever_way_it_is_verified(
    shop: Shop, make: Callable[[Shop], Verifier]
) -> None:
    body, headers = signed(shop, sale_event(shop)[1])
    webhook = Webhook(shop, make(shop))

    with pytest.raises(InvalidInputError):
        webhook.accept(body.replace(b"49.00", b"94.00"), headers)
    assert webhook.gateway.items == {}


@pytest.mark.case("B2")
@pytest.mark.parametrize("variant", [one for one in VARIANTS if one != "genuine"])
def test_a_bad_certificate_is_refused(shop: Shop, variant: str) -> None:
    shop.standin.dispatcher.configure_signing(certificate=variant)
    body, headers = signed(shop, sale_event(shop)[1])

    with pytest.raises(InvalidInputError):
        Webhook(shop, offline(shop)).accept(body, headers)


@pytest.mark.case("B2")
def test_the_stand_ins_own_root_is_trusted_only_where_it_is_pinned(shop: Shop) -> None:
    body, headers = signed(shop, sale_event(shop)[1])

    with pytest.raises(InvalidInputError):
        Webhook(shop, offline(shop, roots=digicert_roots)).accept(body, headers)


@pytest.mark.case("B1")
def test_a_certificate_at_another_address_is_not_fetched(shop: Shop) -> None:
    """The stand-in's own server, but not below the address that the deployment names."""
    origin = shop.client.server.api_base.removesuffix("/paypal/api")
    shop.standin.dispatcher.configure_signing(certificate_base=origin)
    body, headers = signed(shop, sale_event(shop)[1])
    shop.standin.api.log.clear()

    with pytest.raises(InvalidInputError):
        Webhook(shop, offline(shop)).accept(body, headers)
    assert [entry["path"] for entry in shop.standin.api.log] == []


@pytest.mark.case("B3")
@pytest.mark.case("B4")
def test_a_forged_body_under_a_genuine_signature_is_refused_after_the_genuine_one(
    shop: Shop,
) -> None:
    _, document = sale_event(shop)
    body, headers = signed(shop, document)
    forged = forge({**document, "event_type": "PAYMENT.SALE.REVERSED"}, like=body)
    webhook = Webhook(shop, offline(shop))
    webhook.accept(body, headers)

    with pytest.raises(InvalidInputError):
        webhook.accept(forged, headers)
    assert webhook.accept(body, headers) is EventState.RECEIVED


def test_while_paypal_cannot_be_asked_nothing_is_refused(shop: Shop) -> None:
    body, headers = signed(shop, sale_event(shop)[1])
    path = "/v1/notifications/verify-webhook-signature"
    shop.client.control.post("faults", kind="error", status=503, path=path)

    with pytest.raises(UnavailableError):
        Webhook(shop, by_api(shop)).accept(body, headers)
