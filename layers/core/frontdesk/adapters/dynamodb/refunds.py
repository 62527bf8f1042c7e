"""Refunds by their id, and by how they stand."""

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item
from frontdesk.adapters.dynamodb.refund_item import refund_from
from frontdesk.adapters.dynamodb.refund_list import newest_first
from frontdesk.domain.refund import RefundRecord, RefundState
from frontdesk.ports.paging import PageOf, Window


class DynamoRefunds:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find(self, refund_id: str) -> RefundRecord | None:
        item = self._gateway.get(keys.refund(refund_id))
        return self._records([item])[0] if item else None

    def page(self, state: RefundState | None, *, window: Window) -> PageOf[RefundRecord]:
        states = tuple(RefundState) if state is None else (state,)
        partitions = [keys.refunds_that_are(one.value) for one in states]
        rows, next_position = newest_first(self._gateway, partitions, window=window)
        return PageOf(rows=tuple(self._records(rows)), next_position=next_position)

    def _records(self, items: list[Item]) -> list[RefundRecord]:
        """With the customer who owns each payment by now."""
        payments = {str(item["transaction_id"]) for item in items}
        pointers = {payment: keys.transaction_pointer(payment) for payment in sorted(payments)}
        found = self._gateway.get_many(list(pointers.values()))
        owners = {payment: str(found[key]["customer_id"]) for payment, key in pointers.items()}
        return [
            refund_from(item, customer_id=owners[str(item["transaction_id"])]) for item in items
        ]
