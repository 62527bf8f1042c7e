"""Signed transmissions: what a careful receiver accepts, and what it must refuse."""

import base64
import json
import threading
import zlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from infra.local.paypal.certificates import (
    COMMON_NAME,
    VARIANTS,
    Authority,
    load_authority,
    new_authority,
)
from infra.local.paypal.forgery import forge
from infra.local.paypal.verification import raw_member, verify
from infra.local.paypal.webhooks import Courier, Endpoint, signed_message
from infra.local.provider.exchange import Json
from infra.local.provider.ids import Ids
from tests.paypal_shop import Shop
from tests.unit.infra.paypal.conftest import InProcess

NOW = 1767225600
HERE = Endpoint("http://here", "1JE4291016473214C")
BASE = "https://api-m.sandbox.paypal.com"


class Inbox:
    """Answers by a list of statuses, then 200; keeps what arrived."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self._lock = threading.Lock()
        self.arrived: list[tuple[bytes, dict[str, str]]] = []

    def post(self, _url: str, body: bytes, headers: dict[str, str], _timeout: float) -> int:
        with self._lock:
            self.arrived.append((body, headers))
            return self._statuses.pop(0) if self._statuses else 200

    def header(self, name: str) -> list[str]:
        return [headers[f"PAYPAL-{name}"] for _, headers in self.arrived]


def courier(inbox: Inbox, authority: Authority, **signing: Any) -> Courier:
    wall = iter(range(NOW, NOW + 10_000))
    made = Courier(lambda: authority, ids=Ids(1), wall=lambda: next(wall), post=inbox.post)
    made.api_base = BASE
    made.set_endpoints([HERE])
    made.configure(retry_base_seconds=0.001)
    made.configure_signing(**signing)
    return made


def delivered(authority: Authority, *statuses: int, **signing: Any) -> Inbox:
    """One event on its way, through as many failures as there are statuses."""
    inbox = Inbox(*statuses)
    sender = courier(inbox, authority, **signing)
    sender.publish("WH-1", "PAYMENT.SALE.COMPLETED", {"id": "WH-1", "note": "Zoë", "details": {}})
    assert sender.drain(5)
    return inbox


def is_accepted(authority: Authority, inbox: Inbox) -> bool:
    """An independent receiver: the chain to the pinned root, the name, the dates, the signature."""
    body, headers = inbox.arrived[-1]
    _, _, certificate_id = headers["PAYPAL-CERT-URL"].rpartition("/")
    published = authority.published(certificate_id)
    assert published is not None
    leaf, *above = x509.load_pem_x509_certificates(published.chain_pem)
    root = x509.load_pem_x509_certificate(authority.root_pem)
    policy = PolicyBuilder().store(Store([root])).time(datetime.fromtimestamp(NOW, UTC))
    message = signed_message(
        headers["PAYPAL-TRANSMISSION-ID"],
        headers["PAYPAL-TRANSMISSION-TIME"],
        HERE.webhook_id,
        body,
    )
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    try:
        policy.build_server_verifier(x509.DNSName(COMMON_NAME)).verify(leaf, above)
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (VerificationError, InvalidSignature):
        return False
    return True


class TestSignature:
    def test_a_careful_receiver_accepts_the_genuine_one(self, authority: Authority) -> None:
        inbox = delivered(authority)

        assert is_accepted(authority, inbox)
        [url] = inbox.header("CERT-URL")
        assert url.startswith(f"{BASE}/v1/notifications/certs/CERT-")
        assert inbox.header("AUTH-ALGO") == ["SHA256withRSA"]
        assert b'"details":{}' in inbox.arrived[0][0]

    @pytest.mark.parametrize("variant", [v for v in VARIANTS if v != "genuine"])
    def test_it_refuses_every_other_certificate(self, authority: Authority, variant: str) -> None:
        assert not is_accepted(authority, delivered(authority, certificate=variant))

    def test_another_root_accepts_nothing(self, authority: Authority) -> None:
        inbox = delivered(authority)
        other = new_authority()
        other._leaves = authority._leaves

        assert not is_accepted(other, inbox)

    def test_the_signature_binds_nothing_of_the_body_but_its_checksum(
        self, authority: Authority
    ) -> None:
        inbox = delivered(authority)
        body, headers = inbox.arrived[0]
        forged = forge({"id": "WH-1", "amount": {"value": "9999.00"}}, like=body)
        inbox.arrived.append((forged, headers))

        assert is_accepted(authority, inbox)
        assert json.loads(forged)["amount"] == {"value": "9999.00"}

    @pytest.mark.parametrize("number", range(20))
    def test_any_document_can_be_given_any_checksum(self, number: int) -> None:
        like = f'{{"id":"WH-{number}"}}'.encode()

        forged = forge({"id": f"WH-{number}", "resource": {"n": number * 7}}, like=like)

        assert zlib.crc32(forged) == zlib.crc32(like)
        assert json.loads(forged)["resource"] == {"n": number * 7}

    def test_an_authority_on_disk_is_the_same_after_a_restart(self, tmp_path: Any) -> None:
        path = tmp_path / "deep" / "authority.pem"

        made, again = load_authority(path), load_authority(path)

        assert made.root_pem == again.root_pem
        assert is_accepted(again, delivered(again))
        assert path.stat().st_mode & 0o077 == 0


class TestTransmissions:
    def test_a_retry_is_the_same_transmission(self, authority: Authority) -> None:
        inbox = delivered(authority, 500, 404)

        assert len(set(inbox.header("TRANSMISSION-ID"))) == 1
        assert len(set(inbox.header("TRANSMISSION-TIME"))) == 1
        assert len(inbox.arrived) == 3

    def test_unless_it_shall_carry_a_time_of_its_own(self, authority: Authority) -> None:
        inbox = delivered(authority, 500, 404, renews_time_on_retry=True)

        assert len(set(inbox.header("TRANSMISSION-ID"))) == 1
        assert len(set(inbox.header("TRANSMISSION-TIME"))) == 3

    @pytest.mark.parametrize(("of_their_own", "expected"), [(False, 1), (True, 3)])
    def test_copies(self, authority: Authority, of_their_own: bool, expected: int) -> None:
        inbox = Inbox()
        sender = courier(inbox, authority, new_transmission_per_copy=of_their_own)
        sender.configure(copies_min=3, copies_max=3)

        sender.publish("WH-1", "X", {"id": "WH-1"})
        assert sender.drain(5)

        assert len(set(inbox.header("TRANSMISSION-ID"))) == expected

    def test_events_go_to_those_that_want_them(self, authority: Authority) -> None:
        inbox = Inbox()
        sender = courier(inbox, authority)
        sender.set_endpoints([Endpoint("http://here", "A1", ("WANTED",))])

        sender.publish("WH-1", "OTHER", {"id": "WH-1"})
        sender.publish("WH-2", "WANTED", {"id": "WH-2"})
        assert sender.drain(5)

        assert [json.loads(body)["id"] for body, _ in inbox.arrived] == ["WH-2"]

    def test_loss_and_copies_are_the_same_story_for_the_same_seed(
        self, authority: Authority
    ) -> None:
        def story(seed: int) -> Counter[str]:
            inbox = Inbox()
            sender = courier(inbox, authority)
            sender.configure(seed=seed, loss_probability=0.3, copies_max=3)
            for number in range(30):
                sender.publish(f"WH-{number}", "X", {"id": f"WH-{number}"})
            assert sender.drain(5)
            return Counter(json.loads(body)["id"] for body, _ in inbox.arrived)

        assert story(1) == story(1)
        assert story(1) != story(2)

    def test_a_resent_event_is_a_new_transmission(self, shop: Shop[InProcess]) -> None:
        inbox = Inbox()
        courier_ = shop.standin.dispatcher
        courier_._post = inbox.post
        courier_.set_endpoints([HERE])
        shop.product()
        shop.subscription()
        assert courier_.drain(5)
        event = shop.events()[0]

        path = f"/v1/notifications/webhooks-events/{event['id']}/resend"
        answer = shop.client("POST", path, {"webhook_ids": [HERE.webhook_id]})
        assert courier_.drain(5)

        assert answer.status == 202
        sent = [t.id for t in courier_.sent(event["id"])]
        assert len(set(sent)) == 2
        assert inbox.header("TRANSMISSION-ID")[-1] == sent[-1]


class TestVerificationByTheApi:
    def request(self, inbox: Inbox, event: bytes, **changes: str) -> bytes:
        _, headers = inbox.arrived[-1]
        given = {
            "auth_algo": headers["PAYPAL-AUTH-ALGO"],
            "cert_url": headers["PAYPAL-CERT-URL"],
            "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
            "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
            "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
            "webhook_id": HERE.webhook_id,
            **changes,
        }
        return json.dumps(given)[:-1].encode() + b', "webhook_event": ' + event + b"}"

    def is_genuine(self, authority: Authority, raw: bytes) -> bool:
        return verify(authority, raw, webhook_ids=[HERE.webhook_id])

    def test_the_event_as_it_came_is_genuine(self, authority: Authority) -> None:
        inbox = delivered(authority)

        assert self.is_genuine(authority, self.request(inbox, inbox.arrived[0][0]))

    def test_the_event_decoded_and_encoded_again_is_not(self, authority: Authority) -> None:
        inbox = delivered(authority)
        again = json.dumps(json.loads(inbox.arrived[0][0])).encode()

        assert not self.is_genuine(authority, self.request(inbox, again))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("auth_algo", "SHA1withRSA"),
            ("cert_url", f"{BASE}/v1/notifications/certs/CERT-other"),
            ("transmission_id", "69cd13f0-d67a-11e5-baa3-778b53f4ae55"),
            ("transmission_sig", "bm8="),
            ("transmission_sig", "no base64!"),
            ("transmission_time", "2026-01-01T00:00:01Z"),
            ("webhook_id", "0EH40505U7160970P"),
        ],
    )
    def test_whatever_else_is_changed_it_is_not(
        self, authority: Authority, name: str, value: str
    ) -> None:
        inbox = delivered(authority)
        raw = self.request(inbox, inbox.arrived[0][0], **{name: value})

        assert not self.is_genuine(authority, raw)

    def test_a_certificate_of_an_attacker_does_not_help(self, authority: Authority) -> None:
        inbox = delivered(authority, certificate="wrong_root")

        assert not self.is_genuine(authority, self.request(inbox, inbox.arrived[0][0]))

    @pytest.mark.parametrize(
        ("document", "found"),
        [
            (b'{"webhook_event":{"a":1}}', b'{"a":1}'),
            (
                b' { "x" : [1, {"webhook_event": 2}] , "webhook_event" :  {"a" : {}}  } ',
                b'{"a" : {}}',
            ),
            ('{"webhook_event":{"é":"\\u00e9"},"y":1}'.encode(), '{"é":"\\u00e9"}'.encode()),
            (b'{"webhook_event":1.50e3}', b"1.50e3"),
            (b'{"other":1}', None),
            (b"{}", None),
        ],
    )
    def test_a_members_bytes_are_found_as_they_stand(
        self, document: bytes, found: bytes | None
    ) -> None:
        assert raw_member(document, "webhook_event") == found

    def test_a_missing_field_is_refused(self, shop: Shop[InProcess]) -> None:
        body: Json = {"auth_algo": "SHA256withRSA"}

        refused = shop.client("POST", "/v1/notifications/verify-webhook-signature", body)

        assert (refused.status, refused.issue) == (400, "MISSING_REQUIRED_PARAMETER")
