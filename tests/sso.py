"""Mints sign-in tokens as the shop's own server would, and as nobody should."""

import secrets
import time
from typing import Any

import jwt

from frontdesk.domain.sso import SsoKey

LIFE_SECONDS = 60


def claims(key: SsoKey, *, subject: str, now: float | None = None, **more: Any) -> dict[str, Any]:
    """Good claims; a keyword replaces one, and None takes it away."""
    issued_at = int(time.time() if now is None else now)
    good = {
        "iss": key.issuer,
        "aud": key.audience,
        "sub": subject,
        "iat": issued_at,
        "exp": issued_at + LIFE_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    return {name: value for name, value in (good | more).items() if value is not None}


def mint(key: SsoKey, *, subject: str, now: float | None = None, **more: Any) -> str:
    return sign(claims(key, subject=subject, now=now, **more), key=key)


def sign(payload: dict[str, Any], *, key: SsoKey) -> str:
    return jwt.encode(payload, key.secret, algorithm="HS256", headers={"kid": key.kid})
