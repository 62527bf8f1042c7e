"""Refunds by their id, and by how they stand."""

import heapq
from collections.abc import Iterable
from functools import partial

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.parallel import together
from frontdesk.adapters.dynamodb.refund_item import refund_from
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.refund import RefundRecord, RefundState
from frontdesk.ports.paging import PageOf, Position, Window


class DynamoRefunds:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find(self, refund_id: str) -> RefundRecord | None:
        item = self._gateway.get(keys.refund(refund_id))
        return next(iter(self._records([item])), None) if item else None

    def page(self, state: RefundState | None, *, window: Window) -> PageOf[RefundRecord]:
        """The partitions' first rows, merged by moment: any page is among them."""
        states = tuple(RefundState) if state is None else (state,)
        before = _before(window.position)
        pages = together([partial(self._newest, one, before, window.limit + 1) for one in states])
        merged = heapq.merge(*pages, key=_sort_key, reverse=True)
        rows = [item for item, _ in zip(merged, range(window.limit + 1), strict=False)]
        shown = rows[: window.limit]
        next_position = _sort_key(shown[-1]) if len(rows) > window.limit else None
        return PageOf(rows=tuple(self._records(shown)), next_position=next_position)

    def _newest(self, state: RefundState, before: str | None, limit: int) -> list[Item]:
        query = Query(
            "customers",
            keys.refunds_that_are(state.value),
            index="refunds_by_status",
            below=before,
            ascending=False,
            limit=limit,
        )
        return self._gateway.query(query).items

    def _records(self, items: list[Item]) -> Iterable[RefundRecord]:
        """With the customer who owns each payment by now."""
        pointers = {
            str(item["transaction_id"]): keys.transaction_pointer(str(item["transaction_id"]))
            for item in items
        }
        found = self._gateway.get_many(list(pointers.values()))
        for item in items:
            pointer = found.get(pointers[str(item["transaction_id"])], {})
            yield refund_from(item, customer_id=str(pointer.get("customer_id", "")))


def _sort_key(item: Item) -> str:
    return str(item["refunded_key"])


def _before(position: Position) -> str | None:
    match position:
        case None | str():
            return position
    raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")
