"""Subscriptions with which something of ours is due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from frontdesk.domain.subscription import Subscription


class DueSubscriptions(Protocol):
    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        """Ids of those whose time has come, the longest waiting first."""
        ...

    def read(self, subscription_id: str) -> Subscription | None: ...

    def postpone(self, subscription: Subscription, *, retry_at: datetime, is_in_vain: bool) -> None:
        """Counts the try where it was in vain: the next is another operation.

        Raises StaleReadError when the subscription is not what it was.
        """
        ...
