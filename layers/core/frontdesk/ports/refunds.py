"""Where refunds are read."""

from typing import Protocol

from frontdesk.domain.refund import RefundRecord, RefundState
from frontdesk.ports.paging import PageOf, Window


class RefundStore(Protocol):
    def find(self, refund_id: str) -> RefundRecord | None: ...

    def page(self, state: RefundState | None, *, window: Window) -> PageOf[RefundRecord]:
        """Newest first; of one state, or of all."""
        ...
