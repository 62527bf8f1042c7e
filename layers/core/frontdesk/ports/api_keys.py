"""Where API keys are kept."""

from datetime import datetime
from typing import Protocol

from frontdesk.domain.api_key import ApiKey


class ApiKeyStore(Protocol):
    def find_active(self, digest: str) -> ApiKey | None: ...

    def find(self, key_id: str) -> ApiKey | None: ...

    def add(self, key: ApiKey) -> None: ...

    def all(self) -> list[ApiKey]:
        """Newest first, revoked ones included."""
        ...

    def note_use(self, key: ApiKey, *, at: datetime) -> None:
        """Coarse, and given up silently when another call was first."""
        ...

    def revoke(self, key: ApiKey, *, at: datetime) -> None:
        """From the next request on the key is unknown. Harmless when revoked already."""
        ...
