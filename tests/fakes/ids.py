"""Ids and secrets in a known order, from any number of threads."""

import base64
import itertools
from datetime import UTC, datetime

from frontdesk.domain.ids import new_id

_BEGINNING = datetime(2026, 11, 1, 12, tzinfo=UTC)


class CountingIds:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        return new_id(prefix, at=_BEGINNING, randomness=next(self._numbers).to_bytes(10))

    def secret(self, size_bytes: int = 32) -> str:
        number = next(self._numbers).to_bytes(size_bytes)
        return base64.urlsafe_b64encode(number).rstrip(b"=").decode()
