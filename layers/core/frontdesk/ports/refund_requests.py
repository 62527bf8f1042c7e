"""Where customers' requests for refunds are kept."""

from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.refund import RefundRecord
from frontdesk.domain.refund_request import RefundRequest, RequestState
from frontdesk.ports.paging import PageOf, Window


class RequestNotOpenError(Exception):
    """It was decided meanwhile, or another one for the same payment is waiting."""


class JudgedOtherwiseError(Exception):
    """The rules have approved another request of the customer since this one was judged."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """`refund` is what its approval has made."""

    request: RefundRequest
    refund: RefundRecord | None = None


class RefundRequestStore(Protocol):
    def find(self, request_id: str) -> RequestView | None: ...

    def of_customer(self, customer_id: str, *, window: Window) -> PageOf[RequestView]:
        """Newest first."""
        ...

    def page(self, state: RequestState | None, *, window: Window) -> PageOf[RequestView]:
        """Newest first; of one state, or of all."""
        ...

    def approvals_of(self, customer_id: str) -> int:
        """How many of the customer's the rules have approved: to be read before judging."""
        ...

    def save(self, request: RefundRequest) -> None:
        """A new one, or over the version before it. Raises RequestNotOpenError."""
        ...
