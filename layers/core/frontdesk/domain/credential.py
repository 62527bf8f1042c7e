"""What a caller shows: an opaque session token or an API key. Only its SHA-256 is ever stored.

Both hold 256 random bits, so an unsalted digest cannot be reversed by guessing.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

SESSION_PREFIX = "fds_"
_SHAPE = re.compile(r"(fds|fd_live|fd_test)_[A-Za-z0-9_-]{43}", re.ASCII)
_BEARER = re.compile(r"bearer +([!-~]+) *", re.ASCII | re.IGNORECASE)


class CredentialKind(StrEnum):
    SESSION = "session"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Credential:
    kind: CredentialKind
    digest: str


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def credential_of(text: str) -> Credential | None:
    """None for anything that is not shaped like a token of ours."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    kind = CredentialKind.SESSION if match[1] == "fds" else CredentialKind.API_KEY
    return Credential(kind, digest_of(text))


def bearer_of(authorization: str) -> Credential | None:
    """The credential in an Authorization header; its scheme's case does not matter."""
    match = _BEARER.fullmatch(authorization)
    return credential_of(match[1]) if match else None
