"""The stand-in's own certificate authority: a root to pin, an intermediate, and leaves that sign.

Every leaf but `genuine` is one that a careful verifier must refuse.
"""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

COMMON_NAME = "messageverificationcerts.paypal.com"
VARIANTS = ("genuine", "expired", "not_yet_valid", "self_signed", "wrong_cn", "wrong_root")
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_END = datetime(2099, 1, 1, tzinfo=UTC)
_LONG_AGO = datetime(2021, 1, 1, tzinfo=UTC)
_KEY_BITS = 2048
_PUBLIC_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate, its key, and the certificates above it that are sent along."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    above: tuple[x509.Certificate, ...] = ()

    @property
    def id(self) -> str:
        """As in PayPal's certificate addresses: `CERT-360caa42-fca2a594-aecacc47`."""
        digest = self.certificate.fingerprint(hashes.SHA256()).hex()
        return f"CERT-{digest[:8]}-{digest[8:16]}-{digest[16:24]}"

    @property
    def chain_pem(self) -> bytes:
        return b"".join(map(pem, (self.certificate, *self.above)))

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class Authority:
    def __init__(self, root: Identity) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._leaves: dict[str, Identity] = {}

    @property
    def root_pem(self) -> bytes:
        return pem(self.root.certificate)

    def leaf(self, variant: str = "genuine") -> Identity:
        if variant not in VARIANTS:
            raise ValueError(f"no such certificate: {variant}; there are {', '.join(VARIANTS)}")
        with self._lock:
            if variant not in self._leaves:
                self._leaves[variant] = self._issue_leaf(variant)
            return self._leaves[variant]

    def published(self, certificate_id: str) -> Identity | None:
        """The leaf that is served under this id, of those that have signed anything."""
        with self._lock:
            found = [leaf for leaf in self._leaves.values() if leaf.id == certificate_id]
        return found[0] if found else None

    @cached_property
    def _intermediate(self) -> Identity:
        return issue("Local PayPal Intermediate CA", self.root, is_authority=True)

    def _issue_leaf(self, variant: str) -> Identity:
        match variant:
            case "expired":
                return issue(COMMON_NAME, self._intermediate, until=_LONG_AGO)
            case "not_yet_valid":
                return issue(
                    COMMON_NAME, self._intermediate, since=datetime(2098, 1, 1, tzinfo=UTC)
                )
            case "self_signed":
                return issue(COMMON_NAME, None)
            case "wrong_cn":
                return issue("messageverificationcerts.notpaypal.com", self._intermediate)
            case "wrong_root":
                return new_authority().leaf()
            case _:
                return issue(COMMON_NAME, self._intermediate)


def new_authority() -> Authority:
    return Authority(issue("Local PayPal Root CA", None, is_authority=True))


def load_authority(path: Path) -> Authority:
    """The authority in the file, which is made where it is missing: key and certificate as PEM."""
    if not path.exists():
        made = new_authority()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_key_pem(made.root.key) + made.root_pem)
        return made
    stored = path.read_bytes()
    key = serialization.load_pem_private_key(stored, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path} holds no RSA key")
    return Authority(Identity(x509.load_pem_x509_certificate(stored), key))


def issue(
    common_name: str,
    issuer: Identity | None,
    *,
    is_authority: bool = False,
    since: datetime = _BEGIN,
    until: datetime = _END,
) -> Identity:
    """A certificate signed by `issuer`, or by itself where there is none."""
    key = rsa.generate_private_key(_PUBLIC_EXPONENT, _KEY_BITS)
    subject = _name(common_name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer.key if issuer else key
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(authority_key, critical=False)
    if not is_authority:
        names = x509.SubjectAlternativeName([x509.DNSName(common_name)])
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, critical=False)
        builder = builder.add_extension(purposes, critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    # A root is pinned by whoever verifies; it is never sent along.
    is_root = issuer is None or issuer.certificate.issuer == issuer.certificate.subject
    above = () if is_root or issuer is None else (issuer.certificate, *issuer.above)
    return Identity(certificate, key, above)


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not is_authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Local stand-in, not PayPal"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
