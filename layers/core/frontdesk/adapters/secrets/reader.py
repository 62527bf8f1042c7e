"""Secrets Manager, remembered for five minutes: a secret is not worth a call per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from frontdesk.domain.errors import UnavailableError
from frontdesk.ports.clock import Clock

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient

KEPT_FOR = timedelta(seconds=300)
FORCED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Remembered:
    text: str
    read_at: datetime


class SecretReader:
    """A secret that cannot be read closes what it guards: nothing is served from an old cache."""

    def __init__(
        self, client: SecretsManagerClient, *, clock: Clock, kept_for: timedelta = KEPT_FOR
    ) -> None:
        """`kept_for` is how long a secret that was taken away still works here."""
        self._client = client
        self._clock = clock
        self._kept_for = kept_for
        self._remembered: dict[str, _Remembered] = {}
        self._forced_at: dict[str, datetime] = {}

    def text(self, name: str) -> str:
        """The secret's string, `kept_for` old at most. Raises UnavailableError."""
        now = self._clock.now()
        known = self._remembered.get(name)
        if known is None or now - known.read_at >= self._kept_for:
            known = _Remembered(self._read(name), now)
            self._remembered[name] = known
        return known.text

    def reload(self, name: str) -> bool:
        """Forgets what is remembered, so that a rotated secret is seen at once.

        Once a minute at most, however often somebody shows us a signature that does not hold;
        False when it was too soon.
        """
        now = self._clock.now()
        forced_at = self._forced_at.get(name)
        if forced_at is not None and now - forced_at < FORCED_EVERY:
            return False
        self._forced_at[name] = now
        self._remembered.pop(name, None)
        return True

    def _read(self, name: str) -> str:
        from botocore.exceptions import (  # noqa: PLC0415 - botocore only where a client is made
            BotoCoreError,
            ClientError,
        )

        try:
            return self._client.get_secret_value(SecretId=name)["SecretString"]
        except (BotoCoreError, ClientError, KeyError) as error:
            raise UnavailableError("A secret cannot be read.") from error
