"""PayPal's signing certificates: fetched from PayPal only, trusted by chain, kept while valid."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from frontdesk.adapters.paypal.environment import certificate_addresses
from frontdesk.adapters.paypal.http import AnswerTooLargeError, Http, Limits, NoAnswerError
from frontdesk.adapters.paypal.signature import SignatureRefusedError, Transmission
from frontdesk.domain.errors import UnavailableError
from frontdesk.ports.clock import Clock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

_LIMITS = Limits(connect_seconds=2, read_seconds=2, largest_answer=64 * 1024)
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+paypal\.com")
"""Of whom a certificate is: a host below paypal.com, with the dot."""
_LONGEST_CHAIN = 5
_MOST_KEPT = 16
"""PayPal signs with a handful at a time."""
_OK = 200
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class _Trusted:
    key: RSAPublicKey
    until: datetime


class SigningCertificates:
    """Public keys by address. `roots` answers the pinned roots, as PEM."""

    def __init__(
        self, *, api_base: str, http: Http, roots: Callable[[], bytes], clock: Clock
    ) -> None:
        self._addresses = certificate_addresses(api_base)
        self._http = http
        self._roots = roots
        self._clock = clock
        self._kept: dict[str, _Trusted] = {}

    def key_at(self, url: str) -> RSAPublicKey:
        """Raises SignatureRefusedError, and UnavailableError when PayPal does not answer."""
        if not self._addresses.fullmatch(url):
            raise SignatureRefusedError("The certificate is not at PayPal's.")
        now = self._clock.now()
        kept = self._kept.get(url)
        if kept is None or now >= kept.until:
            kept = _trusted(self._fetched(url), roots=self._roots(), now=now)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[url] = kept
        return kept.key

    def _fetched(self, url: str) -> bytes:
        try:
            answer = self._http("GET", url, limits=_LIMITS)
        except NoAnswerError as error:
            raise UnavailableError("PayPal's certificate cannot be fetched.") from error
        except AnswerTooLargeError:
            raise SignatureRefusedError("This is no certificate.") from None
        if answer.status >= _SERVER_FAULT:
            raise UnavailableError("PayPal's certificate cannot be fetched.")
        if answer.status != _OK:
            # A redirect too: where it leads is not where PayPal said.
            raise SignatureRefusedError("There is no such certificate.")
        return answer.body


class OfflineVerifier:
    """Without a call to PayPal, but for a certificate that is not known yet."""

    def __init__(self, certificates: SigningCertificates, *, webhook_ids: Sequence[str]) -> None:
        """Several ids while one webhook replaces another."""
        self._certificates = certificates
        self._webhook_ids = webhook_ids

    def verify(self, transmission: Transmission, body: bytes) -> None:
        key = self._certificates.key_at(transmission.certificate_url)
        messages = [transmission.message(body, webhook_id=one) for one in self._webhook_ids]
        if not any(_fits(key, transmission.signature, message) for message in messages):
            raise SignatureRefusedError("The signature does not fit.")


def _fits(key: RSAPublicKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - costs 50 ms
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - same
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - the same

    try:
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _trusted(pem: bytes, *, roots: bytes, now: datetime) -> _Trusted:
    """The first certificate's key, if its chain leads to a pinned root at this moment."""
    from cryptography.hazmat.primitives.asymmetric.rsa import (  # noqa: PLC0415 - costs 50 ms
        RSAPublicKey,
    )
    from cryptography.x509 import DNSName, load_pem_x509_certificates  # noqa: PLC0415 - the same
    from cryptography.x509.verification import (  # noqa: PLC0415 - the same
        PolicyBuilder,
        Store,
        VerificationError,
    )

    try:
        anchors = Store(load_pem_x509_certificates(roots))
    except ValueError as error:
        raise UnavailableError("The pinned roots are not usable.") from error
    try:
        first, *above = load_pem_x509_certificates(pem)
        policy = PolicyBuilder().store(anchors).time(now).max_chain_depth(_LONGEST_CHAIN)
        name = DNSName(_name_of(first))
        chain = policy.build_server_verifier(name).verify(first, above)
        key = first.public_key()
    except (VerificationError, ValueError):
        raise SignatureRefusedError("The certificate is not trusted.") from None
    if not isinstance(key, RSAPublicKey):
        raise SignatureRefusedError("The certificate is of another algorithm.")
    return _Trusted(key, min(one.not_valid_after_utc for one in chain))


def _name_of(certificate: Certificate) -> str:
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - loaded by now

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not _NAME.fullmatch(str(names[0].value)):
        raise ValueError("The certificate is somebody else's.")
    return str(names[0].value)
