"""The roots that PayPal's signing certificates have to lead to."""

import base64
import re
from functools import cache

_OWNERS = frozenset(("DigiCert Inc", "DigiCert, Inc."))
"""Who issues PayPal's certificates, as PayPal's own SDKs pinned it."""
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----\s", re.DOTALL)


@cache
def digicert_roots() -> bytes:
    """DigiCert's roots among those that certifi ships, as PEM."""
    from pathlib import Path  # noqa: PLC0415 - ten modules, for the first event only

    from certifi import where  # noqa: PLC0415 - only when a certificate is looked at

    blocks = _BLOCK.finditer(Path(where()).read_bytes())
    # The name stands in the certificate as text: the others need not be parsed.
    named = (one for one in blocks if b"DigiCert" in base64.b64decode(one[1]))
    return b"".join(one[0] for one in named if _owner(one[0]) in _OWNERS)


def _owner(pem: bytes) -> str | None:
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - costs 50 ms
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - the same

    subject = load_pem_x509_certificate(pem).subject
    names = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if len(names) == 1 else None
