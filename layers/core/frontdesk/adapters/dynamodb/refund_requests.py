"""Refund requests by their id, by customer, and by how they stand."""

import os
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Gateway,
    Item,
    Query,
    TransactionRefusedError,
)
from frontdesk.adapters.dynamodb.refund_item import refund_from
from frontdesk.adapters.dynamodb.refund_list import newest_first, position_of, sort_key_of
from frontdesk.adapters.dynamodb.refund_request_item import request_from, request_steps
from frontdesk.domain.refund_request import RefundRequest, RequestState
from frontdesk.domain.transaction import refund_id_of_operation
from frontdesk.ports.clock import Clock
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.refund_requests import RequestNotOpenError, RequestView


class DynamoRefundRequests:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def find(self, request_id: str) -> RequestView | None:
        pointer = self._gateway.get(keys.refund_request_pointer(request_id))
        if pointer is None:
            return None
        item = self._gateway.get(keys.refund_request(str(pointer["customer_id"]), request_id))
        return self._views([item])[0] if item else None

    def of_customer(self, customer_id: str, *, window: Window) -> PageOf[RequestView]:
        """Their ids say nothing of when, and there are few of them: read whole, then sorted."""
        own = keys.refund_request(customer_id, "")
        items = self._gateway.query(Query(own.table, own.pk, prefix=own.sk, consistent=True)).items
        before = position_of(window)
        rest = [item for item in items if before is None or sort_key_of(item) < before]
        rest.sort(key=sort_key_of, reverse=True)
        rows = rest[: window.limit]
        next_position = sort_key_of(rows[-1]) if len(rest) > window.limit else None
        return PageOf(rows=tuple(self._views(rows)), next_position=next_position)

    def page(self, state: RequestState | None, *, window: Window) -> PageOf[RequestView]:
        states = tuple(RequestState) if state is None else (state,)
        partitions = [keys.refund_requests_that_are(one.value) for one in states]
        rows, next_position = newest_first(self._gateway, partitions, window=window)
        return PageOf(rows=tuple(self._views(rows)), next_position=next_position)

    def approvals_of(self, customer_id: str) -> int:
        item = self._gateway.get(keys.refund_approvals(customer_id)) or {}
        return cast("int", item.get("version", 0))

    def save(self, request: RefundRequest) -> None:
        steps = request_steps(request, at=self._clock.now())
        try:
            self._gateway.transact(steps, token=os.urandom(16).hex())
        except TransactionRefusedError as error:
            raise RequestNotOpenError from error

    def _views(self, items: list[Item]) -> list[RequestView]:
        requests = [request_from(item) for item in items]
        places = {
            request.id: keys.refund(refund_id_of_operation(request.operation_id))
            for request in requests
            if request.state is RequestState.APPROVED
        }
        found = self._gateway.get_many(list(places.values())) if places else {}
        return [
            RequestView(request, refund_from(refund, customer_id=request.customer_id))
            if (refund := found.get(places.get(request.id, _NOWHERE)))
            else RequestView(request)
            for request in requests
        ]


_NOWHERE = keys.refund("")
