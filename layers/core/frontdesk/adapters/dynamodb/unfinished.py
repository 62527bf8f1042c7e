"""How much stands in the index of what is not finished."""

from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Query
from frontdesk.domain.times import to_sortable

_ENOUGH = 100
"""An alarm needs to know that there are some, not how many thousands."""


class DynamoUnfinished:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def count_operations(self, *, opened_before: datetime) -> int:
        shards = keys.open_shards("OPERATION")
        return sum(len(self._page(shard, opened_before)) for shard in shards)

    def _page(self, shard: str, opened_before: datetime) -> list[object]:
        query = Query(
            "operations",
            shard,
            index="unfinished",
            below=to_sortable(opened_before),
            limit=_ENOUGH,
        )
        return list(self._gateway.query(query).items)
