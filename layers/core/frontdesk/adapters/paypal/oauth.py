"""PayPal's access tokens: kept until 80 % of their life is over, asked for by one thread at a time.

https://developer.paypal.com/api/rest/authentication/: clients are to keep a token; asking for one
per call is answered with 429.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from frontdesk.adapters.paypal.http import (
    Answer,
    AnswerTooLargeError,
    Http,
    Limits,
    NoAnswerError,
)
from frontdesk.domain.errors import UnavailableError
from frontdesk.ports.clock import Clock
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.ports.secrets import Secrets

_LIMITS = Limits(connect_seconds=2, read_seconds=8, largest_answer=64 * 1024)
_USED_SHARE = 0.8
_RENEWED_AT_MOST_EVERY = timedelta(minutes=1)
"""However often PayPal refuses a token that it has just given."""
_PAUSE_AFTER_FAILURE = timedelta(seconds=5)
"""Whoever waited for a failing answer does not ask again at once: no storm."""
_UNAUTHORIZED = 401
_OK = 200


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    issued_at: datetime
    renew_at: datetime


class AccessTokens:
    """One token for the process; `secret_name` holds JSON with `client_id` and `client_secret`."""

    def __init__(
        self, *, api_base: str, http: Http, secrets: Secrets, secret_name: str, clock: Clock
    ) -> None:
        self._url = f"{api_base.rstrip('/')}/v1/oauth2/token"
        self._http = http
        self._secrets = secrets
        self._secret_name = secret_name
        self._clock = clock
        self._lock = Lock()
        self._held: _Token | None = None
        self._failed_at: datetime | None = None

    def current(self) -> str:
        """A token with life left. Raises ProviderUnavailableError; never answers an old one."""
        held = self._fresh()
        if held is not None:
            return held.text
        with self._lock:
            held = self._fresh() or self._renewed()
            return held.text

    def after_refusal_of(self, refused: str) -> str:
        """Another token than `refused`, which PayPal answered with 401."""
        with self._lock:
            held = self._fresh()
            if held is not None and held.text != refused:
                return held.text
            if held is not None and self._age(held) < _RENEWED_AT_MOST_EVERY:
                raise ProviderUnavailableError("PayPal refuses a token that it has just given.")
            self._held = None
            return self._renewed().text

    def _fresh(self) -> _Token | None:
        held = self._held
        return held if held is not None and self._clock.now() < held.renew_at else None

    def _age(self, held: _Token) -> timedelta:
        return self._clock.now() - held.issued_at

    def _renewed(self) -> _Token:
        now = self._clock.now()
        if self._failed_at is not None and now - self._failed_at < _PAUSE_AFTER_FAILURE:
            raise ProviderUnavailableError("PayPal gave no token a moment ago.")
        try:
            self._held = self._ask()
        except ProviderUnavailableError:
            self._held = None
            self._failed_at = now
            raise
        self._failed_at = None
        return self._held

    def _ask(self) -> _Token:
        answer = self._send()
        if answer.status == _UNAUTHORIZED and self._secrets.reload(self._secret_name):
            # Perhaps the secret was rolled a moment ago.
            answer = self._send()
        if answer.status != _OK:
            raise ProviderUnavailableError(f"PayPal gave no token but {answer.status}.")
        return self._token_of(answer)

    def _send(self) -> Answer:
        try:
            return self._http(
                "POST",
                self._url,
                limits=_LIMITS,
                headers={
                    "Authorization": self._credentials(),
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                body=b"grant_type=client_credentials",
            )
        except (NoAnswerError, AnswerTooLargeError):
            raise ProviderUnavailableError("PayPal gave no token.") from None

    def _credentials(self) -> str:
        try:
            held: Mapping[str, str] = json.loads(self._secrets.text(self._secret_name))
            pair = f"{held['client_id']}:{held['client_secret']}"
        except (ValueError, KeyError, TypeError):
            raise UnavailableError("PayPal's credentials are not configured.") from None
        return f"Basic {b64encode(pair.encode()).decode()}"

    def _token_of(self, answer: Answer) -> _Token:
        try:
            told = json.loads(answer.body)
            text, life = told["access_token"], told["expires_in"]
        except (ValueError, KeyError, TypeError):
            raise ProviderUnavailableError("PayPal's token answer is not usable.") from None
        if not isinstance(text, str) or not text or type(life) is not int or life <= 0:
            raise ProviderUnavailableError("PayPal's token answer is not usable.")
        now = self._clock.now()
        return _Token(text, now, now + timedelta(seconds=life * _USED_SHARE))
