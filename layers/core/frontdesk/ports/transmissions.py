"""Deliveries whose signature says little about their body."""

from typing import Protocol

from frontdesk.domain.snapshot import ProviderName


class Transmissions(Protocol):
    def is_first_body(self, provider: ProviderName, transmission_id: str, *, body: bytes) -> bool:
        """Whether `body` is what this transmission came with when it was first seen, which is
        remembered durably and for ever. A repeat with the same body is a retry."""
        ...
