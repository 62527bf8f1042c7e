"""What PayPal signs, as its headers tell it.

The signature covers the transmission's id and time, the webhook's id and the CRC32 of the body:
https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod. CRC32 is linear,
so whoever holds one genuine transmission can write other bodies under the same signature. A body
is therefore a hint and never a fact, and a transmission counts with the first body only.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from frontdesk.adapters.paypal.fields import moment

ALGORITHM = "SHA256withRSA"
OLDEST = timedelta(days=3, hours=1)
"""PayPal retries for three days; whether it renews the time is not documented."""
MOST_AHEAD = timedelta(minutes=5)
_ID = re.compile(r"[A-Za-z0-9-]{1,50}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")
_LONGEST_SIGNATURE = 500
_LONGEST_ADDRESS = 500


class SignatureRefusedError(Exception):
    """The request was not signed by PayPal for us, or not lately."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """`time` is the text as sent: it is part of what was signed."""

    id: str
    time: str
    certificate_url: str
    signature: bytes

    def message(self, body: bytes, *, webhook_id: str) -> bytes:
        checksum = zlib.crc32(body) & 0xFFFFFFFF
        return f"{self.id}|{self.time}|{webhook_id}|{checksum}".encode()


class Verifier(Protocol):
    def verify(self, transmission: Transmission, body: bytes) -> None:
        """Raises SignatureRefusedError, and UnavailableError when it cannot be known now."""
        ...


def transmission_of(headers: Mapping[str, str], *, now: datetime) -> Transmission:
    """From headers with lower-case names. Raises SignatureRefusedError."""
    said = {name: headers.get(f"paypal-{name}", "") for name in _HEADERS}
    if said["auth-algo"] != ALGORITHM:
        raise SignatureRefusedError("Another algorithm.")
    if not _ID.fullmatch(said["transmission-id"]):
        raise SignatureRefusedError("No usable transmission id.")
    if len(said["cert-url"]) > _LONGEST_ADDRESS:
        raise SignatureRefusedError("No usable certificate address.")
    _refuse_by_time(said["transmission-time"], now=now)
    return Transmission(
        id=said["transmission-id"],
        time=said["transmission-time"],
        certificate_url=said["cert-url"],
        signature=_decoded(said["transmission-sig"]),
    )


_HEADERS = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")


def _refuse_by_time(text: str, *, now: datetime) -> None:
    try:
        sent_at = moment(text) if _TIME.fullmatch(text) else None
    except ValueError:
        sent_at = None
    if sent_at is None:
        raise SignatureRefusedError("No usable transmission time.")
    if not now - OLDEST <= sent_at <= now + MOST_AHEAD:
        raise SignatureRefusedError("The transmission's time is too far from ours.")


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST_SIGNATURE:
        raise SignatureRefusedError("No usable signature.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefusedError("No usable signature.") from None
