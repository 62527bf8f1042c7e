"""`verify-webhook-signature`: is this body, byte for byte, the one that was signed?

PayPal takes the event as it stands in the request, so a caller that decodes and encodes it on the
way is told FAILURE (https://github.com/MahoCommerce/maho/pull/1110).
"""

import base64
import binascii
from collections.abc import Iterable
from json import JSONDecoder
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # what the decoder itself skips

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from infra.local.paypal.certificates import Authority, Identity
from infra.local.paypal.errors import missing
from infra.local.paypal.reading import parse_body
from infra.local.paypal.webhooks import AUTH_ALGO, CERTIFICATES, signed_message
from infra.local.provider.exchange import Json

FIELDS = (
    "auth_algo",
    "cert_url",
    "transmission_id",
    "transmission_sig",
    "transmission_time",
    "webhook_id",
)


def raw_member(document: bytes, name: str) -> bytes | None:
    """The bytes of one member's value in a JSON object, exactly as they stand."""
    text, decoder = document.decode(), JSONDecoder()
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, end = decoder.raw_decode(text, start)
        if key == name:
            return text[start:end].encode()
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return None


def verify(authority: Authority, raw_request: bytes, *, webhook_ids: Iterable[str]) -> bool:
    given = parse_body(raw_request)
    for name in (*FIELDS, "webhook_event"):
        if name not in given:
            raise missing(f"/{name}")
    event = raw_member(raw_request, "webhook_event")
    signer = _signer(authority, str(given["cert_url"]))
    if event is None or signer is None or given["auth_algo"] != AUTH_ALGO:
        return False
    if given["webhook_id"] not in set(webhook_ids):
        return False
    return _matches(signer, given, event)


def _signer(authority: Authority, cert_url: str) -> Identity | None:
    _, _, certificate_id = cert_url.rpartition(CERTIFICATES)
    genuine = authority.leaf()
    return genuine if genuine.id == certificate_id else None


def _matches(signer: Identity, given: Json, event: bytes) -> bool:
    message = signed_message(
        given["transmission_id"], given["transmission_time"], given["webhook_id"], event
    )
    try:
        signature = base64.b64decode(given["transmission_sig"], validate=True)
        signer.key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _skip(text: str, at: int) -> int:
    return int(WHITESPACE.match(text, at).end())
