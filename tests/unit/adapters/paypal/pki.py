"""Certificates of all kinds, good and bad, made once for a test run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""The fake clock's first moment."""
NAME = "messageverificationcerts.paypal.com"
YEAR = timedelta(days=365)

type Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Issued:
    """A certificate, the key that belongs to it, and what stands above it."""

    def __init__(self, certificate: x509.Certificate, key: Key, above: Issued | None) -> None:
        self.certificate = certificate
        self.key = key
        self.above = above

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain(self) -> bytes:
        """As PayPal publishes it: itself and the certificates above, without the root."""
        if self.above is None or self.above.above is None:
            return self.pem
        return self.pem + self.above.chain

    def sign(self, message: bytes) -> bytes:
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@cache
def rsa_key(which: str) -> rsa.RSAPrivateKey:
    """One for each name: making a key takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def issue(
    name: str,
    *,
    above: Issued | None = None,
    is_authority: bool = False,
    since: datetime = NOW - YEAR,
    until: datetime = NOW + YEAR,
    key: Key | None = None,
    names: tuple[str, ...] | None = None,
    organization: str = "Somebody",
) -> Issued:
    own: Key = key or rsa_key(f"{name} {organization}")
    signer = above.key if above else own
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not is_authority:
        hosts = [x509.DNSName(host) for host in names or (name,)]
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), own, above)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def root(organization: str = "Roots") -> Issued:
    return issue("Root", is_authority=True, organization=organization)


@cache
def intermediate(organization: str = "Roots") -> Issued:
    above = root(organization)
    return issue("Intermediate", above=above, is_authority=True, organization=organization)


@cache
def genuine() -> Issued:
    return issue(NAME, above=intermediate())
