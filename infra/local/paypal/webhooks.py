"""Who gets which event, and how PayPal signs a transmission."""

import base64
import json
import threading
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from infra.local.paypal.certificates import VARIANTS, Authority
from infra.local.paypal.times import written
from infra.local.provider.delivery import Delivery, DeliveryQueue, MakeDelivery, Post
from infra.local.provider.exchange import Json
from infra.local.provider.ids import Ids

AUTH_ALGO = "SHA256withRSA"
CERTIFICATES = "/v1/notifications/certs/"


def signed_message(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    """What the signature covers: of the body, nothing but its CRC32."""
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    webhook_id: str
    event_types: tuple[str, ...] = ("*",)

    def wants(self, event_type: str) -> bool:
        return "*" in self.event_types or event_type in self.event_types


@dataclass(frozen=True, slots=True)
class SigningPlan:
    """What is not known of PayPal, and what an attacker would try."""

    certificate: str = "genuine"
    certificate_base: str | None = None  # None: the stand-in's own address
    renews_time_on_retry: bool = False
    new_transmission_per_copy: bool = False


@dataclass(frozen=True, slots=True)
class Transmission:
    id: str
    event_id: str
    endpoint: Endpoint
    time: str


class Courier(DeliveryQueue):
    """Times in transmissions are wall-clock: the receiver lives in real time."""

    def __init__(
        self,
        authority: Callable[[], Authority],
        *,
        ids: Ids,
        wall: Callable[[], float],
        post: Post | None = None,
    ) -> None:
        super().__init__(post=post)
        self.signing = SigningPlan()
        self.api_base = ""
        self._authority = authority
        self._ids = ids
        self._ids_lock = threading.Lock()
        self._wall = wall
        self._endpoints: list[Endpoint] = []
        self._sent: dict[str, list[Transmission]] = {}

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(self._endpoints)

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints = list(endpoints)

    def configure_signing(self, **changes: Any) -> None:
        plan = replace(self.signing, **changes)
        if plan.certificate not in VARIANTS:
            raise ValueError(f"no such certificate: {plan.certificate}")
        self.signing = plan

    def publish(self, event_id: str, event_type: str, document: Json) -> None:
        self.transmit(event_id, document, (e for e in self._endpoints if e.wants(event_type)))

    def transmit(self, event_id: str, document: Json, endpoints: Iterable[Endpoint]) -> None:
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        self.enqueue(event_id, [self._maker(event_id, body, e) for e in endpoints])

    def sent(self, event_id: str) -> list[Transmission]:
        return list(self._sent.get(event_id, ()))

    def headers_for(self, transmission: Transmission, body: bytes) -> dict[str, str]:
        """The five headers of a genuine transmission, and those that any request has."""
        signing = self.signing
        message = signed_message(
            transmission.id, transmission.time, transmission.endpoint.webhook_id, body
        )
        signer = self._authority().leaf(signing.certificate)
        base = self.api_base if signing.certificate_base is None else signing.certificate_base
        return {
            "Content-Type": "application/json",
            "User-Agent": "PayPal/AUHD-214.0-56518892",
            "Accept": "*/*",
            "PAYPAL-AUTH-ALGO": AUTH_ALGO,
            "PAYPAL-AUTH-VERSION": "v2",
            "PAYPAL-CERT-URL": f"{base}{CERTIFICATES}{signer.id}",
            "PAYPAL-TRANSMISSION-ID": transmission.id,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signer.sign(message)).decode(),
            "PAYPAL-TRANSMISSION-TIME": transmission.time,
        }

    def published(self, certificate_id: str) -> bytes | None:
        """The chain that is served under a certificate's address."""
        found = self._authority().published(certificate_id)
        return found.chain_pem if found else None

    def new_transmission(self, event_id: str, endpoint: Endpoint) -> Transmission:
        with self._ids_lock:
            uuid = UUID(hex=self._ids.token(32, "0123456789abcdef"))
        made = Transmission(str(uuid), event_id, endpoint, self._now())
        self._sent.setdefault(event_id, []).append(made)
        return made

    def _maker(self, event_id: str, body: bytes, endpoint: Endpoint) -> MakeDelivery:
        is_shared = not self.signing.new_transmission_per_copy
        shared = self.new_transmission(event_id, endpoint) if is_shared else None

        def make() -> Delivery:
            used = shared or self.new_transmission(event_id, endpoint)
            return Delivery(event_id, endpoint.url, body, partial(self._headers, used, body))

        return make

    def _headers(self, transmission: Transmission, body: bytes) -> dict[str, str]:
        if self.signing.renews_time_on_retry:
            transmission = replace(transmission, time=self._now())
        return self.headers_for(transmission, body)

    def _now(self) -> str:
        return written(int(self._wall()))

    def report(self) -> Json:
        endpoints = [
            {"url": e.url, "webhook_id": e.webhook_id, "event_types": list(e.event_types)}
            for e in self._endpoints
        ]
        signing = {name: getattr(self.signing, name) for name in SigningPlan.__slots__}
        return {"endpoints": endpoints, "signing": signing, **super().report()}
