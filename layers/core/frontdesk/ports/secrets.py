"""Secrets of the deployment."""

from typing import Protocol


class Secrets(Protocol):
    def text(self, name: str) -> str:
        """The secret's string, a few minutes old at most. Raises UnavailableError."""
        ...

    def reload(self, name: str) -> bool:
        """Forgets what is remembered, once a minute at most; False when it was too soon."""
        ...
