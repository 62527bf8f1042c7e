"""Calls of the API that starting a local shop needs: sign a customer in, look who is there."""

import json
import time
import urllib.request
import uuid
from typing import Any

import jwt

from infra.local.settings import SsoKey

TIMEOUT_SECONDS = 30
TOKEN_LIFE_SECONDS = 60


def call(
    method: str,
    url: str,
    *,
    token: str | None = None,
    body: dict[str, Any] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> dict[str, Any]:
    """The parsed answer; raises OSError for anything but a 2xx."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    # The address is the local stack's own.
    request = urllib.request.Request(url, data=data, headers=headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310
        parsed: dict[str, Any] = json.load(answer)
    return parsed


def sso_token(key: SsoKey, *, subject: str) -> str:
    """What a storefront signs for a customer who is signed in there."""
    now = int(time.time())
    claims = {
        "iss": key.issuer,
        "aud": key.audience,
        "sub": subject,
        "iat": now,
        "exp": now + TOKEN_LIFE_SECONDS,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode(claims, key.secret, algorithm="HS256", headers={"kid": key.kid})


def customer_token(api: str, *, key: SsoKey, subject: str) -> str:
    body = {"token": sso_token(key, subject=subject)}
    token: str = call("POST", f"{api}/v1/sessions/sso", body=body)["token"]
    return token
