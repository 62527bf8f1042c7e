"""The index of refunds and of requests for them: several partitions, merged by moment.

The sort keys are unique and the same in every partition, so the last one alone says where each
goes on, also when a row has moved to another partition meanwhile.
"""

import heapq
from collections.abc import Sequence
from functools import partial

from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.parallel import together
from frontdesk.domain.errors import InvalidInputError
from frontdesk.ports.paging import Position, Window


def newest_first(
    gateway: Gateway, partitions: Sequence[str], *, window: Window
) -> tuple[list[Item], Position]:
    """The page's rows, and where the next begins."""
    wanted = window.limit + 1
    before = position_of(window)
    queries = [
        Query(
            "customers",
            partition,
            index="refunds_by_status",
            below=before,
            ascending=False,
            limit=wanted,
        )
        for partition in partitions
    ]
    pages = together([partial(gateway.query, query) for query in queries])
    merged = heapq.merge(*(page.items for page in pages), key=sort_key_of, reverse=True)
    rows = [item for _, item in zip(range(wanted), merged, strict=False)]
    shown = rows[: window.limit]
    return shown, sort_key_of(shown[-1]) if len(rows) > window.limit else None


def sort_key_of(item: Item) -> str:
    return str(item["refunded_key"])


def position_of(window: Window) -> str | None:
    """The sort key before which the page begins."""
    match window.position:
        case None | str():
            return window.position
    raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")
