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
        """Those whose time came before that, and that nobody has looked after since."""
        return self._count("OPERATION", below=to_sortable(opened_before))

    def count_for_a_human(self) -> int:
        return self._count("ATTENTION")

    def _count(self, kind: str, *, below: str | None = None) -> int:
        return sum(len(self._page(shard, below)) for shard in keys.open_shards(kind))

    def _page(self, shard: str, below: str | None) -> list[object]:
        query = Query("operations", shard, index="unfinished", below=below, limit=_ENOUGH)
        return list(self._gateway.query(query).items)
