"""The real clock and the real dice."""

import os
import secrets
from datetime import UTC, datetime

from frontdesk.domain.ids import new_id


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class RandomIds:
    def new(self, prefix: str) -> str:
        return new_id(prefix, at=datetime.now(UTC), randomness=os.urandom(10))

    def secret(self, size_bytes: int = 32) -> str:
        return secrets.token_urlsafe(size_bytes)
