"""The gateway in memory: interprets the same operations, for unit and property tests."""

import copy
import threading
from collections.abc import Callable

from frontdesk.adapters.dynamodb.codec import decode_item, encode_item
from frontdesk.adapters.dynamodb.indexes import sort_key_names
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AnyOf,
    Below,
    Check,
    Condition,
    ConditionFailedError,
    Delete,
    Equals,
    Item,
    Key,
    Missing,
    Page,
    Present,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
    Unconditional,
    Update,
    Value,
    Write,
)


class MemoryGateway:
    """`before_call` is called with the name of each call and may raise: a crash, a throttle."""

    def __init__(self, *, before_call: Callable[[str], None] = lambda name: None) -> None:
        self.items: dict[Key, Item] = {}
        self.before_call = before_call
        self.calls: list[str] = []
        self._lock = threading.RLock()

    def get(self, key: Key) -> Item | None:
        self._called("get")
        return copy.deepcopy(self.items.get(key))

    def get_many(self, keys: list[Key]) -> dict[Key, Item]:
        self._called("get_many")
        return {key: copy.deepcopy(self.items[key]) for key in keys if key in self.items}

    def query(self, query: Query) -> Page:
        self._called("query")
        partition_name, sort_name = sort_key_names(query.table, query.index)
        rows = [
            item
            for key, item in list(self.items.items())
            if key.table == query.table
            and item.get(partition_name) == query.partition
            and sort_name in item
            and _in_range(item[sort_name], query)
        ]
        rows.sort(key=lambda i: (i[sort_name], i["pk"], i["sk"]), reverse=not query.ascending)
        if query.start is not None:
            position = (query.start[sort_name], query.start["pk"], query.start["sk"])
            rows = [row for row in rows if _is_after(row, position, sort_name, query.ascending)]
        limit = query.limit or len(rows)
        page, rest = rows[:limit], rows[limit:]
        names = {"pk", "sk", partition_name, sort_name}
        next_start = {n: page[-1][n] for n in sorted(names)} if rest and page else None
        return Page(items=copy.deepcopy(page), next_start=next_start)

    def write(self, write: Write) -> Item:
        self._called("write")
        with self._lock:
            before = self.items.get(write.key)
            if not _holds(write.condition, before):
                raise ConditionFailedError(copy.deepcopy(before))
            self._apply(write)
            return copy.deepcopy(self.items.get(write.key, {}))

    def transact(self, steps: list[TransactionStep], *, token: str) -> None:
        assert len({step.key for step in steps}) == len(steps), "two actions on one item"
        assert len(steps) <= 100, "more than 100 actions"
        assert 1 <= len(token) <= 36
        self._called("transact")
        with self._lock:
            failed = {
                n: self.items.get(step.key)
                for n, step in enumerate(steps)
                if not _holds(step.condition, self.items.get(step.key))
            }
            if failed:
                items = {n: copy.deepcopy(item) for n, item in failed.items() if item}
                raise TransactionRefusedError(frozenset(failed), items)
            for step in steps:
                if not isinstance(step, Check):
                    self._apply(step)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.before_call(name)

    def _apply(self, write: Write) -> None:
        match write:
            case Put(key, item):
                self.items[key] = _stored(item | {"pk": key.pk, "sk": key.sk})
            case Update(key):
                item = self.items.get(key) or {"pk": key.pk, "sk": key.sk}
                self.items[key] = _stored(_updated(item, write))
            case Delete(key):
                self.items.pop(key, None)


def _stored(item: Item) -> Item:
    """Through the codec and back: what cannot be stored fails here too."""
    return decode_item(encode_item(item))


def _updated(item: Item, update: Update) -> Item:
    item = copy.deepcopy(item)
    for path, value in update.put_if_missing.items():
        if _read(item, path) is _NOTHING:
            _assign(item, path, value)
    for path, value in update.put.items():
        _assign(item, path, value)
    for name, number in update.add.items():
        present = item.get(name, 0)
        assert isinstance(present, int)
        item[name] = present + number
    for path in update.remove:
        head, _, tail = path.partition(".")
        if not tail:
            item.pop(head, None)
        elif isinstance(parent := item.get(head), dict):
            parent.pop(tail, None)
    return item


_NOTHING = object()


def _read(item: Item, path: str) -> object:
    head, _, tail = path.partition(".")
    if not tail:
        return item.get(head, _NOTHING)
    parent = item.get(head, _NOTHING)
    return parent.get(tail, _NOTHING) if isinstance(parent, dict) else _NOTHING


def _assign(item: Item, path: str, value: Value) -> None:
    head, _, tail = path.partition(".")
    if not tail:
        item[head] = value
        return
    parent = item[head]
    assert isinstance(parent, dict), "DynamoDB refuses a path into what is not there"
    parent[tail] = value


def _holds(condition: Condition, item: Item | None) -> bool:  # noqa: C901 - one line a type
    match condition:
        case Unconditional():
            return True
        case Absent():
            return item is None
        case Present():
            return item is not None
        case Missing(attribute):
            return item is None or _read(item, attribute) is _NOTHING
        case Equals(attribute, value):
            return item is not None and _read(item, attribute) == value
        case Below(attribute, value):
            present = _NOTHING if item is None else _read(item, attribute)
            return present is not _NOTHING and present < value  # type: ignore[operator]
        case AllOf(conditions):
            return all(_holds(one, item) for one in conditions)
        case AnyOf(conditions):
            return any(_holds(one, item) for one in conditions)


def _in_range(value: Value, query: Query) -> bool:
    if query.prefix and not str(value).startswith(query.prefix):
        return False
    if query.at_least is not None and value < query.at_least:  # type: ignore[operator]
        return False
    return query.below is None or value < query.below  # type: ignore[operator]


def _is_after(row: Item, position: tuple[Value, ...], sort_name: str, ascending: bool) -> bool:
    here = (row[sort_name], row["pk"], row["sk"])
    return here > position if ascending else here < position
