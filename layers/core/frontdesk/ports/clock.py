"""Time and chance, so that tests own both."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...


class IdFactory(Protocol):
    def new(self, prefix: str) -> str:
        """A fresh id such as `exp_01j…`, unique for ever."""
        ...

    def secret(self, size_bytes: int = 32) -> str:
        """URL-safe text that holds `size_bytes` random bytes."""
        ...
