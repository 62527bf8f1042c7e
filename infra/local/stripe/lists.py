"""Cursor lists, newest first, as every list of Stripe's v1 API answers them."""

import re
from collections.abc import Iterable, Iterator
from itertools import dropwhile, islice, takewhile

from infra.local.stripe.errors import invalid_request, no_such
from infra.local.stripe.store import Store, list_object
from infra.local.stripe.wire import Json, integer, text

_DEFAULT_LIMIT = 10
_LARGEST_LIMIT = 100
CURSOR_PARAMS = frozenset({"limit", "starting_after", "ending_before", "expand", "created"})


def page(store: Store, newest_first: Iterable[Json], params: Json, *, url: str, kind: str) -> Json:
    limit = _limit(params)
    after, before = text(params, "starting_after"), text(params, "ending_before")
    if after and before:
        raise invalid_request("You cannot use both starting_after and ending_before.")
    rows = created_within(newest_first, params)
    if before:
        start = _position(store, before, kind, "ending_before")
        newer = list(takewhile(lambda row: _at(store, row) > start, rows))
        return list_object(newer[-limit:], url, has_more=len(newer) > limit)
    if after:
        start = _position(store, after, kind, "starting_after")
        rows = dropwhile(lambda row: _at(store, row) >= start, rows)
    taken = list(islice(rows, limit + 1))
    return list_object(taken[:limit], url, has_more=len(taken) > limit)


def page_of(rows: list[Json], params: Json, *, url: str, kind: str) -> Json:
    """Parts of one object, in the object's own order."""
    limit, after = _limit(params), text(params, "starting_after")
    ids = [row["id"] for row in rows]
    if after is not None and after not in ids:
        raise no_such(kind, after, param="starting_after", status=400)
    start = ids.index(after) + 1 if after else 0
    return list_object(rows[start : start + limit], url, has_more=start + limit < len(rows))


def created_within(rows: Iterable[Json], params: Json) -> Iterator[Json]:
    raw = params.get("created")
    if raw is None:
        return iter(rows)
    bounds = raw if isinstance(raw, dict) else {"eq": raw}
    limits = {name: integer(bounds, name) or 0 for name in bounds}
    unknown = limits.keys() - _COMPARE.keys()
    if unknown:
        raise invalid_request("Invalid created filter.", param="created")
    return (row for row in rows if all(_COMPARE[n](_created(row), v) for n, v in limits.items()))


def _created(row: Json) -> int:
    created: int = row["created"] if "created" in row else row["date"]  # invoice items
    return created


_COMPARE = {
    "eq": int.__eq__,
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def matches_type(event_type: str, pattern: str) -> bool:
    """`charge.*` matches every event that begins so; Stripe allows one trailing wildcard."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), event_type) is not None


def _limit(params: Json) -> int:
    limit = integer(params, "limit")
    if limit is None:
        return _DEFAULT_LIMIT
    if not 1 <= limit <= _LARGEST_LIMIT:
        raise invalid_request(
            f"Invalid integer: limit must be between 1 and {_LARGEST_LIMIT}", param="limit"
        )
    return limit


def _position(store: Store, cursor: str, kind: str, param: str) -> int:
    position = store.position(cursor)
    if position is None:
        raise no_such(kind, cursor, param=param, status=400)
    return position


def _at(store: Store, row: Json) -> int:
    return store.position(row["id"]) or 0
