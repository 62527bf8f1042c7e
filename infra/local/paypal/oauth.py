"""Access tokens: asked for with the client's credentials, dead after about nine hours."""

import base64
import binascii
import threading
from collections.abc import Mapping
from urllib.parse import parse_qs

from infra.local.paypal.account import Account
from infra.local.paypal.errors import bad_client, dead_token, oauth_error, standard
from infra.local.provider.exchange import Json, Request

TOKEN_PATH = "/v1/oauth2/token"  # noqa: S105 - a path
_SCOPE = " ".join(
    f"https://uri.paypal.com/services/{service}"
    for service in (
        "subscriptions",
        "payments/refund",
        "disputes/read-seller",
        "reporting/search/read",
        "vault/payment-tokens/readwrite",
        "applications/webhooks",
    )
)


class Tokens:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._expiries: dict[str, int] = {}
        self.issued = 0

    def issue(self, request: Request) -> Json:
        settings = self._account.settings
        client = _client(request.headers)
        if client is None or (
            settings.client_id and client != (settings.client_id, settings.client_secret)
        ):
            raise bad_client()
        grants = parse_qs(request.body.decode("latin-1")).get("grant_type")
        if grants != ["client_credentials"]:
            raise oauth_error(400, "unsupported_grant_type", "Grant Type is NULL or not supported")
        with self._lock:
            self.issued += 1
            token = f"A21AA{self._account.ids.token(40)}{self._account.ids.token(40)}"
            now = self._account.now()
            self._expiries[token] = now + settings.token_seconds
        return {
            "scope": _SCOPE,
            "access_token": token,
            "token_type": "Bearer",
            "app_id": "APP-80W284485P519543T",
            "expires_in": settings.token_seconds,
            "nonce": f"{now}",
        }

    def check(self, headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise standard(401)
        expires_at = self._expiries.get(token.strip())
        if expires_at is None or expires_at <= self._account.now():
            raise dead_token()

    def revoke_all(self) -> int:
        """Every token that is out there dies, whatever `expires_in` promised."""
        with self._lock:
            revoked = len(self._expiries)
            self._expiries.clear()
        return revoked


def _client(headers: Mapping[str, str]) -> tuple[str, str] | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, secret) if name and secret else None
