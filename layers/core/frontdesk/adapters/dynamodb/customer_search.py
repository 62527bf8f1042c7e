"""Search by the beginnings of words: one walk along the tokens of the longest word.

Each token item carries all words of its customer, so the other words are compared without another
read. A customer with several words of the same beginning is taken at the smallest of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.domain.errors import InvalidInputError
from frontdesk.ports.paging import Position


class TokenWalk:
    """The tokens of the longest of `words`, from `position` on, read as far as they are taken."""

    def __init__(
        self, gateway: Gateway, words: tuple[str, ...], *, position: Position, chunk: int
    ) -> None:
        self._gateway = gateway
        self._words = words
        self._longest = max(words, key=len)
        self._position = position
        self._query: Query | None = Query(
            "customers",
            keys.search_partition(self._longest),
            prefix=self._longest,
            start=self._start(position),
            limit=chunk,
        )
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[str | None]:
        """For each token the customer's id, or None when it is not the one to take or no match."""
        while self._has_items():
            item = self._items.pop()
            self._position = cast("str", item["sk"])
            yield self._found(item)

    def position(self) -> Position:
        """Where to go on after the tokens that were taken; None when none is left."""
        return self._position if self._has_items() else None

    def _has_items(self) -> bool:
        while not self._items and self._query is not None:
            page = self._gateway.query(self._query)
            self._items = page.items[::-1]
            start = page.next_start
            self._query = replace(self._query, start=start) if start else None
        return bool(self._items)

    def _found(self, item: Item) -> str | None:
        customer_id = cast("str", item["customer_id"])
        words = cast("list[str]", item["words"])
        smallest = min((w for w in words if w.startswith(self._longest)), default=None)
        if smallest is None or item["sk"] != keys.search_token(smallest, customer_id).sk:
            return None
        if all(any(w.startswith(begin) for w in words) for begin in self._words):
            return customer_id
        return None

    def _start(self, position: Position) -> Item | None:
        match position:
            case None:
                return None
            case str() if position.startswith(self._longest):
                return {"pk": keys.search_partition(self._longest), "sk": position}
        raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")
