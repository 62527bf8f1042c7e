"""The vault of the sign-in keys, in memory."""

from frontdesk.domain.errors import VersionConflictError
from frontdesk.domain.sso import SsoKey
from frontdesk.ports.sessions import KeyRing


class MemoryVault:
    def __init__(self, *keys: SsoKey) -> None:
        self.ring = KeyRing(keys, version="1")
        self.writes = 0

    def read(self) -> KeyRing:
        return self.ring

    def write(self, keys: tuple[SsoKey, ...], *, replacing: KeyRing) -> None:
        if replacing.version != self.ring.version:
            raise VersionConflictError
        self.writes += 1
        self.ring = KeyRing(keys, version=str(int(self.ring.version) + 1))
