"""PayPal's side of an HTTP exchange, and what the adapter needs of the rest of the house."""

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.http import Answer, Limits
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.times import to_text
from tests.fakes.clock import FakeClock
from tests.unit.adapters.paypal.pki import Issued, genuine

BASE = "https://api-m.sandbox.paypal.com"
CERTIFICATE = f"{BASE}/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77"
WEBHOOK_ID = "5L518819FA0214926"
MISSING = Answer(404, b'{"name":"RESOURCE_NOT_FOUND","details":[]}')


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    limits: Limits


type Reply = Answer | Exception | Callable[[Asked], Answer]


class FakeHttp:
    """Answers what it was told to, one after the other and then the last again; 404 else."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}

    def on(self, method: str, url: str, *replies: Reply) -> None:
        self._replies[method, url] = list(replies)

    def answers(self, path: str, document: Any) -> None:
        self.on("GET", BASE + path, as_json(document))

    def __call__(
        self,
        method: str,
        url: str,
        *,
        limits: Limits,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        asked = Asked(method, url, headers or {}, body, limits)
        self.asked.append(asked)
        replies = self._replies.get((method, url), [MISSING])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply(asked) if callable(reply) else reply

    def asked_for(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.url.split("?")[0] == BASE + path]


def as_json(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode())


def token_answer(text: str = "A21.one", *, seconds: int = 31_668) -> Answer:
    return as_json({"access_token": text, "token_type": "Bearer", "expires_in": seconds})


class FakeSecrets:
    def __init__(self, text: str) -> None:
        self.value = text
        self.may_reload = True
        self.reloads = 0

    def text(self, name: str) -> str:
        return self.value

    def reload(self, name: str) -> bool:
        self.reloads += 1
        return self.may_reload


CREDENTIALS = '{"client_id": "id", "client_secret": "secret"}'


def tokens_for(
    http: FakeHttp, *, clock: FakeClock | None = None, secrets: FakeSecrets | None = None
) -> AccessTokens:
    return AccessTokens(
        api_base=BASE,
        http=http,
        secrets=secrets or FakeSecrets(CREDENTIALS),
        secret_name="paypal",
        clock=clock or FakeClock(),
    )


def client_for(http: FakeHttp, *, clock: FakeClock | None = None) -> PayPalClient:
    """With a token; the test says what PayPal answers to the rest."""
    http.on("POST", f"{BASE}/v1/oauth2/token", token_answer())
    return PayPalClient(api_base=BASE, http=http, tokens=tokens_for(http, clock=clock))


class MemoryRefundIndex:
    def __init__(self) -> None:
        self.names: dict[ObjectReference, list[str]] = {}

    def remember(self, payment: ObjectReference, refund_id: str) -> None:
        names = self.names.setdefault(payment, [])
        if refund_id not in names:
            names.append(refund_id)

    def of(self, payment: ObjectReference) -> list[str]:
        return list(self.names.get(payment, []))


def reference(kind: ObjectKind, provider_id: str) -> ObjectReference:
    return ObjectReference(ProviderName.PAYPAL, kind, provider_id)


@dataclass
class Sender:
    """Signs as PayPal does: of the body, nothing but its CRC32."""

    certificate: Issued = field(default_factory=genuine)
    url: str = CERTIFICATE
    webhook_id: str = WEBHOOK_ID

    def headers(
        self, body: bytes, *, at: datetime, transmission_id: str = "t-1", **changes: str
    ) -> dict[str, str]:
        time = to_text(at)
        message = f"{transmission_id}|{time}|{self.webhook_id}|{zlib.crc32(body)}"
        headers = {
            "paypal-auth-algo": "SHA256withRSA",
            "paypal-cert-url": self.url,
            "paypal-transmission-id": transmission_id,
            "paypal-transmission-sig": base64.b64encode(
                self.certificate.sign(message.encode())
            ).decode(),
            "paypal-transmission-time": time,
        }
        return headers | {name.replace("_", "-"): value for name, value in changes.items()}


def event(event_type: str, resource: Any, **changes: Any) -> dict[str, Any]:
    return {
        "id": "WH-58D329510W468432D-8HN650336L201105X",
        "create_time": "2026-11-01T11:59:58.000Z",
        "resource_type": "sale",
        "event_type": event_type,
        "summary": "…",
        "resource": resource,
        "event_version": "1.0",
    } | changes


def as_body(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
