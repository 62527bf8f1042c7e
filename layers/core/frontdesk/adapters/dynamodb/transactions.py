"""A customer's transactions, and each by its id."""

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.paging import PageOf, Position, Window


class DynamoTransactions:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find(self, transaction_id: str) -> Transaction | None:
        pointer = self._gateway.get(keys.transaction_pointer(transaction_id))
        if pointer is None:
            return None
        owner = str(pointer["customer_id"])
        item = self._gateway.get(keys.transaction(owner, transaction_id))
        return transaction_from(item) if item else None

    def find_own(self, transaction_id: str, *, customer_id: str) -> Transaction | None:
        item = self._gateway.get(keys.transaction(customer_id, transaction_id))
        return transaction_from(item) if item else None

    def of_customer(
        self, customer_id: str, *, window: Window, is_exact: bool = False
    ) -> PageOf[Transaction] | None:
        own = keys.transactions(customer_id)
        page = self._gateway.query(
            Query(
                own.table,
                own.pk,
                prefix=own.sk,
                ascending=False,
                start=_start(customer_id, window.position),
                limit=window.limit + 1,
                consistent=is_exact,
            )
        )
        # Whoever has a transaction exists; only for the others another read has to tell.
        if not page.items and self._gateway.get(keys.profile(customer_id)) is None:
            return None
        rows = tuple(transaction_from(item) for item in page.items[: window.limit])
        # A page also ends at 1 MB, wherever it stands then.
        has_more = len(page.items) > window.limit or page.next_start is not None
        return PageOf(rows=rows, next_position=rows[-1].id if has_more else None)


def _start(customer_id: str, position: Position) -> Item | None:
    match position:
        case None:
            return None
        case str():
            key = keys.transaction(customer_id, position)
            return {"pk": key.pk, "sk": key.sk}
    raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")
