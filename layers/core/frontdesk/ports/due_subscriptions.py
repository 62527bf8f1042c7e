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

    def postpone(self, subscription: Subscription, *, retry_at: datetime) -> None:
        """Counts a try in vain. Raises StaleReadError when the subscription is not what it was."""
        ...
