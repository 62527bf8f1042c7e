"""Compact JWTs, read with PyJWT: one algorithm, one type, no header that could mean more."""

import re
from collections.abc import Mapping
from typing import Any

from frontdesk.domain.sso import (
    ALGORITHM,
    LARGEST_TOKEN_BYTES,
    REQUIRED_CLAIMS,
    TOKEN_TYPE,
    InvalidSsoTokenError,
    Refusal,
    SsoKey,
)

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_KNOWN_HEADERS = frozenset(("alg", "kid", "typ"))
_LONGEST_KEY_ID = 255


class PyJwtReader:
    def key_id(self, token: str) -> str:
        from jwt import PyJWTError, get_unverified_header  # noqa: PLC0415 - only to sign in

        if len(token) > LARGEST_TOKEN_BYTES or not _COMPACT.fullmatch(token):
            raise InvalidSsoTokenError(Refusal.MALFORMED)
        try:
            header = get_unverified_header(token)
        except (PyJWTError, ValueError, RecursionError) as error:
            raise InvalidSsoTokenError(Refusal.MALFORMED) from error
        return _acceptable_key_id(header)

    def claims(self, token: str, *, key: SsoKey) -> Mapping[str, object]:
        from jwt import (  # noqa: PLC0415 - only to sign in
            InvalidKeyError,
            InvalidSignatureError,
            PyJWTError,
            decode,
        )

        try:
            claims: dict[str, Any] = decode(
                token,
                key.secret.encode(),
                algorithms=[ALGORITHM],
                audience=key.audience,
                issuer=key.issuer,
                options={
                    "require": list(REQUIRED_CLAIMS),
                    "strict_aud": True,
                    # PyJWT reads the wall clock: the domain judges times with a clock of its own.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (InvalidSignatureError, InvalidKeyError) as error:
            raise InvalidSsoTokenError(Refusal.BAD_SIGNATURE) from error
        except (PyJWTError, ValueError, RecursionError) as error:
            raise InvalidSsoTokenError(Refusal.WRONG_CLAIM) from error
        return claims


def _acceptable_key_id(header: Mapping[str, Any]) -> str:
    """More than `alg`, `kid` and `typ` asks for what we do not do (`crit`, `jwk`, `zip`)."""
    key_id = header.get("kid")
    is_acceptable = (
        header.keys() <= _KNOWN_HEADERS
        and header.get("alg") == ALGORITHM
        and header.get("typ") == TOKEN_TYPE
        and isinstance(key_id, str)
        and 0 < len(key_id) <= _LONGEST_KEY_ID
    )
    if not is_acceptable:
        raise InvalidSsoTokenError(Refusal.MALFORMED)
    return str(key_id)
