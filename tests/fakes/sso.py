"""Keys for signing in, as a test arranges and rotates them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from frontdesk.domain.sso import SsoKey, usable_keys
from frontdesk.ports.clock import Clock

SHOP_KEY = SsoKey(
    kid="shop-2026",
    secret="kN3v0yWq8RjZ1sXb5TgU7hLc2MfP4dQe",
    issuer="https://shop.example",
    audience="frontdesk",
)


class FakeSsoKeys:
    """`stored` is what the secret holds now; what is usable is as old as the last reload."""

    def __init__(self, *stored: SsoKey, clock: Clock) -> None:
        self.stored = stored
        self.reloads = 0
        self._read = stored
        self._clock = clock
        self._reloaded_at: datetime | None = None

    def usable(self) -> Mapping[str, SsoKey]:
        return usable_keys(self._read)

    def reload(self) -> bool:
        now = self._clock.now()
        if self._reloaded_at and now - self._reloaded_at < timedelta(minutes=1):
            return False
        self.reloads += 1
        self._reloaded_at, self._read = now, self.stored
        return True
