"""A customer beside the shop's settings, in one read."""

from typing import Protocol

from frontdesk.domain.customer import Customer
from frontdesk.domain.settings import Settings


class ProfileReader(Protocol):
    def read(self, customer_id: str) -> tuple[Customer | None, Settings]:
        """Both as they stand now."""
        ...
