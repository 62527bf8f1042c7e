"""The roots that PayPal's signing certificates have to lead to."""

from functools import cache

_OWNERS = frozenset(("DigiCert Inc", "DigiCert, Inc."))
"""Who issues PayPal's certificates, as its own SDKs pinned it."""


@cache
def digicert_roots() -> bytes:
    """DigiCert's roots among those that certifi ships, as PEM."""
    from pathlib import Path  # noqa: PLC0415 - ten modules, for the first event only

    from certifi import where  # noqa: PLC0415 - only when a certificate is looked at
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - 50 ms
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - the same
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - the same

    def is_digicerts(names: list[str]) -> bool:
        return len(names) == 1 and names[0] in _OWNERS

    return b"".join(
        one.public_bytes(Encoding.PEM)
        for one in load_pem_x509_certificates(Path(where()).read_bytes())
        if is_digicerts(
            [
                str(name.value)
                for name in one.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
            ]
        )
    )
