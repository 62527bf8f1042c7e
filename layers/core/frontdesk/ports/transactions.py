"""Where transactions are read."""

from typing import Protocol

from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.paging import PageOf, Window


class TransactionStore(Protocol):
    def find(self, transaction_id: str) -> Transaction | None: ...

    def find_own(self, transaction_id: str, *, customer_id: str) -> Transaction | None:
        """Somebody else's is None, and costs as much as a missing one."""
        ...

    def of_customer(
        self, customer_id: str, *, window: Window, is_exact: bool = False
    ) -> PageOf[Transaction] | None:
        """Newest first; None when there is no such customer. With `is_exact`, as they stand now
        and not a moment ago, for whoever decides by them."""
        ...


class PaidSubscriptions(Protocol):
    """What payments were for."""

    def paid_by(self, transaction: Transaction) -> Subscription | None:
        """The subscription that the payment was for, if it was for one."""
        ...

    def own(self, subscription_id: str, *, customer_id: str) -> Subscription | None:
        """Somebody else's is None, and costs as much as a missing one."""
        ...

    def latest_payment(self, subscription: Subscription) -> Transaction | None:
        """The newest payment for it that succeeded, whatever became of that since."""
        ...

    def invoice_of(self, transaction: Transaction) -> PaidInvoice | None:
        """The invoice that the payment settled, if it was for one and that has been seen."""
        ...
