"""The shop's settings: one item, written only over the version that was read."""

from collections.abc import Callable
from datetime import datetime, timedelta

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    Condition,
    ConditionFailedError,
    Equals,
    Gateway,
    Put,
)
from frontdesk.adapters.dynamodb.settings_item import settings_item, settings_of
from frontdesk.domain.errors import VersionConflictError
from frontdesk.domain.settings import Settings
from frontdesk.ports.clock import Clock

REMEMBERED_FOR = timedelta(seconds=5)


class DynamoSettings:
    """`currency` is called when settings are read: it is the deployment's, not the shop's."""

    def __init__(self, gateway: Gateway, *, clock: Clock, currency: Callable[[], str]) -> None:
        self._gateway = gateway
        self._clock = clock
        self._currency = currency
        self._remembered: tuple[datetime, Settings] | None = None

    def read(self) -> Settings:
        now = self._clock.now()
        if self._remembered is None or now - self._remembered[0] >= REMEMBERED_FOR:
            self._remembered = (now, self.latest())
        return self._remembered[1]

    def latest(self) -> Settings:
        return settings_of(self._gateway.get(keys.settings()), currency=self._currency())

    def save(self, settings: Settings) -> None:
        item = settings_item(settings, at=self._clock.now())
        try:
            self._gateway.write(Put(keys.settings(), item, _follows(settings.version)))
        except ConditionFailedError as error:
            raise VersionConflictError from error
        self._remembered = None


def _follows(version: int) -> Condition:
    return Absent() if version == 1 else Equals("version", version - 1)
