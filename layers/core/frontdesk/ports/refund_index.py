"""Which refunds of a payment exist, where the provider has no list of them."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.domain.snapshot import ObjectReference


class RefundIndex(Protocol):
    def remember(self, payment: ObjectReference, refund_id: str) -> None:
        """Durably, for ever; remembering twice changes nothing."""
        ...

    def of(self, payment: ObjectReference) -> Sequence[str]:
        """Ids at the provider, in a fixed order. Only names: the provider says what they are."""
        ...
