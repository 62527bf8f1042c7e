"""Names of refunds beside the payment they belong to, one permanent row each."""

from collections.abc import Sequence

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    ConditionFailedError,
    Gateway,
    Put,
    Query,
)
from frontdesk.domain.snapshot import ObjectReference
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock


class DynamoRefundIndex:
    def __init__(self, gateway: Gateway, *, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock

    def remember(self, payment: ObjectReference, refund_id: str) -> None:
        now = to_sortable(self._clock.now())
        row = Put(
            keys.refund_name(payment, refund_id),
            {
                "entity": "refund_name",
                "provider_name": payment.provider.value,
                "provider_object_id": payment.provider_id,
                "refund_id": refund_id,
                "version": 1,
                "created_at": now,
                "updated_at": now,
            },
            Absent(),
        )
        try:
            self._gateway.write(row)
        except ConditionFailedError:
            # It is known already.
            return

    def of(self, payment: ObjectReference) -> Sequence[str]:
        names = keys.refund_name(payment, "")
        found: list[str] = []
        start = None
        while True:
            page = self._gateway.query(
                Query(names.table, names.pk, prefix=names.sk, start=start, consistent=True)
            )
            found += [str(item["refund_id"]) for item in page.items]
            start = page.next_start
            if start is None:
                return found
