"""What customers paid and got back."""

from frontdesk.domain.errors import NotFoundError
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.transactions import TransactionStore


def list_transactions(
    customer_id: str, *, window: Window, transactions: TransactionStore
) -> PageOf[Transaction]:
    """Raises NotFoundError when there is no such customer."""
    page = transactions.of_customer(customer_id, window=window)
    if page is None:
        raise NotFoundError
    return page


def read_transaction(transaction_id: str, *, transactions: TransactionStore) -> Transaction:
    transaction = transactions.find(transaction_id)
    if transaction is None:
        raise NotFoundError
    return transaction
