"""The sharded lists of customers, merged into one order.

    shard 0  a d g …  ┐
    shard 1  b c h …  ├─ merge by the sort key ─▶ a b c d │ e f g …
    shard 2  e i j …  │                                   └ the page ends; where, is the position
    shard 3  f k l …  ┘

Text keys end in the customer's id and are unique, so the last key alone says where every shard
goes on. Lifetime values repeat, and DynamoDB orders equal ones as it likes: there the position
holds, for each shard, the last row taken from it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.indexes import sort_key_names
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Page, Query
from frontdesk.adapters.dynamodb.parallel import together
from frontdesk.domain.customer_list import CustomerOrder, CustomerSort
from frontdesk.domain.errors import InvalidInputError
from frontdesk.ports.paging import Position

_INDEXES = {
    CustomerSort.CREATED_AT: "customers_by_created",
    CustomerSort.LIFETIME_VALUE: "customers_by_lifetime_value",
    CustomerSort.NAME: "customers_by_name",
    CustomerSort.LAST_ACTIVITY_AT: "customers_by_last_activity",
}


class _Shard:
    """`last` is the last row taken, as value and id; empty before the first one."""

    def __init__(self, query: Query, *, last: Position = ()) -> None:
        self.query = query
        self.last = last
        self.rows: deque[Item] = deque()
        self._is_read = False

    @property
    def has_unread_rows(self) -> bool:
        return not self.rows and not self._is_read

    def add(self, page: Page) -> None:
        self.rows.extend(page.items)
        self._is_read = page.next_start is None
        self.query = replace(self.query, start=page.next_start)

    def take(self, sort_name: str) -> Item:
        item = self.rows.popleft()
        self.last = (cast("int", item[sort_name]), cast("str", item["customer_id"]))
        return item


class ShardedList:
    """Rows of all shards in one order, from `position` on, read as far as they are taken.

    `chunk` is how many rows are read from each shard at a time.
    """

    def __init__(
        self, gateway: Gateway, *, order: CustomerOrder, position: Position, chunk: int
    ) -> None:
        index = _INDEXES[order.sort]
        _, self._sort_name = sort_key_names("customers", index)
        self._gateway = gateway
        self._choose = min if order.is_ascending else max
        self._is_unique = order.sort is not CustomerSort.LIFETIME_VALUE
        self._last_key = position
        queries = [
            Query("customers", partition, index=index, ascending=order.is_ascending, limit=chunk)
            for partition in keys.list_shards()
        ]
        self._shards = self._resumed(queries, position)

    def __iter__(self) -> Iterator[Item]:
        while shard := self._next_shard():
            item = shard.take(self._sort_name)
            self._last_key = cast("str", item[self._sort_name])
            yield item

    def position(self) -> Position:
        """Where to go on after the rows that were taken; None when none is left."""
        if not any(shard.rows for shard in self._shards) and self._next_shard() is None:
            return None
        return self._last_key if self._is_unique else [shard.last for shard in self._shards]

    def _next_shard(self) -> _Shard | None:
        """The shard whose next row is the next of all."""
        while unread := [shard for shard in self._shards if shard.has_unread_rows]:
            pages = together([partial(self._gateway.query, shard.query) for shard in unread])
            for shard, page in zip(unread, pages, strict=True):
                shard.add(page)
        filled = [shard for shard in self._shards if shard.rows]
        return self._choose(filled, key=self._next_key) if filled else None

    def _next_key(self, shard: _Shard) -> Any:
        return shard.rows[0][self._sort_name]

    def _resumed(self, queries: list[Query], position: Position) -> list[_Shard]:
        match position:
            case None:
                return [_Shard(query) for query in queries]
            case str() if self._is_unique:
                return [_Shard(_after_key(query, position)) for query in queries]
            case [*lasts] if not self._is_unique and len(lasts) == len(queries):
                return [
                    _Shard(self._after_row(query, last), last=last)
                    for query, last in zip(queries, lasts, strict=True)
                ]
        raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")

    def _after_row(self, query: Query, last: Position) -> Query:
        match last:
            case [int() as value, str() as customer_id]:
                key = keys.profile(customer_id)
                start: Item = {
                    "pk": key.pk,
                    "sk": key.sk,
                    "list_shard": query.partition,
                    self._sort_name: value,
                }
                return replace(query, start=start)
        return query


def _after_key(query: Query, key: str) -> Query:
    if query.ascending:
        return replace(query, at_least=key + "\0")  # the least text that is greater
    return replace(query, below=key)
