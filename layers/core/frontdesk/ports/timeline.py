"""What happened to a customer's account, in order."""

from datetime import datetime
from typing import Protocol


class Timeline(Protocol):
    def note(
        self,
        customer_id: str,
        *,
        key: str,
        occurred_at: datetime,
        kind: str,
        subject_id: str,
        amount_minor: int,
        currency: str,
    ) -> None:
        """Notes it once: a `key` that stands there already stays as it is."""
        ...
