"""The gateway in memory: interprets the same operations, for unit and property tests.

It is as strict as DynamoDB where that is cheap: what DynamoDB refuses for good raises
`RefusedForGoodError` here, and a page that is full says that there may be more.
"""

import threading
from collections.abc import Callable, Iterable
from typing import cast

from frontdesk.adapters.dynamodb.codec import decode_item, encode_item, encode_value
from frontdesk.adapters.dynamodb.expressions import query_request, step_request
from frontdesk.adapters.dynamodb.indexes import INDEXES, sort_key_names
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
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

_LARGEST_ITEM = 400 * 1024
_LARGEST_KEYS = {"pk": 2048, "sk": 1024}
_TRANSACTION_LIMIT = 100
_TOKEN_LIMIT = 36
_NUMERIC_KEYS = frozenset(("lifetime_value_minor",))


class RefusedForGoodError(Exception):
    """What DynamoDB calls a ValidationException: a mistake in the request, not in the state."""


class MemoryGateway:
    """`before_call` and `after_call` get the name of each call and may raise.

    Before: a crash, a throttle. After: the call was executed and its answer is lost.
    """

    def __init__(
        self,
        *,
        before_call: Callable[[str], None] = lambda name: None,
        after_call: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.items: dict[Key, Item] = {}
        self.before_call = before_call
        self.after_call = after_call
        self.calls: list[str] = []
        self._tokens: dict[str, list[TransactionStep]] = {}
        self._lock = threading.RLock()

    def get(self, key: Key) -> Item | None:
        self._called("get")
        found = _copy_or_none(self.items.get(key))
        self.after_call("get")
        return found

    def get_many(self, keys: list[Key]) -> dict[Key, Item]:
        self._called("get_many")
        found = {key: item for key in keys if (item := _copy_or_none(self.items.get(key)))}
        self.after_call("get_many")
        return found

    def query(self, query: Query) -> Page:
        query_request(query, table_name=query.table)  # refuses what cannot be asked
        self._called("query")
        partition_name, sort_name = sort_key_names(query.table, query.index)
        with self._lock:
            rows = [
                item
                for key, item in self.items.items()
                if key.table == query.table
                and item.get(partition_name) == query.partition
                and sort_name in item
                and _in_range(item[sort_name], query)
            ]
        rows.sort(key=lambda i: (i[sort_name], i["pk"], i["sk"]), reverse=not query.ascending)
        if query.start is not None:
            position = (query.start[sort_name], query.start["pk"], query.start["sk"])
            rows = [row for row in rows if _is_after(row, position, sort_name, query.ascending)]
        page = rows[: query.limit]
        names = {"pk", "sk", partition_name, sort_name}
        is_full = query.limit is not None and len(page) == query.limit
        next_start = {n: page[-1][n] for n in sorted(names)} if is_full else None
        self.after_call("query")
        return Page(items=[_copy(row) for row in page], next_start=next_start)

    def write(self, write: Write) -> Item:
        step_request(write, table_name=write.key.table)  # refuses what cannot be asked
        self._called("write")
        with self._lock:
            before = self.items.get(write.key)
            if not _holds(write.condition, before):
                raise ConditionFailedError(_copy_or_none(before))
            self._apply([write])
            answer = self._answer(write)
        self.after_call("write")
        return answer

    def _answer(self, write: Write) -> Item:
        match write:
            case Put():
                return write.item
            case Update():
                return _copy(self.items[write.key])
            case Delete():
                return {}

    def transact(self, steps: list[TransactionStep], *, token: str) -> None:
        _refuse_unless(len({step.key for step in steps}) == len(steps), "two actions on one item")
        _refuse_unless(1 <= len(steps) <= _TRANSACTION_LIMIT, "between 1 and 100 actions")
        _refuse_unless(1 <= len(token) <= _TOKEN_LIMIT, "a token has 1 to 36 characters")
        for step in steps:
            step_request(step, table_name=step.key.table)
        self._called("transact")
        with self._lock:
            if not self._is_repeat(token, steps):
                self._refuse_if_failed(steps)
                self._apply([step for step in steps if not isinstance(step, Check)])
                self._tokens[token] = steps
        self.after_call("transact")

    def _is_repeat(self, token: str, steps: list[TransactionStep]) -> bool:
        """A token is remembered once its transaction was executed; here for ever."""
        if token not in self._tokens:
            return False
        _refuse_unless(self._tokens[token] == steps, "the token belongs to another transaction")
        return True

    def _refuse_if_failed(self, steps: list[TransactionStep]) -> None:
        failed = {
            n: self.items.get(step.key)
            for n, step in enumerate(steps)
            if not _holds(step.condition, self.items.get(step.key))
        }
        if failed:
            items = {n: _copy(item) for n, item in failed.items() if item}
            raise TransactionRefusedError(frozenset(failed), items)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.before_call(name)

    def _apply(self, writes: list[Write]) -> None:
        """All that is to be stored is made and checked before the first of it is."""
        after = {write.key: self._after(write) for write in writes}
        for key, item in after.items():
            if item is None:
                self.items.pop(key, None)
            else:
                self.items[key] = item

    def _after(self, write: Write) -> Item | None:
        key = write.key
        match write:
            case Put(_, item):
                return _stored(key, item | {"pk": key.pk, "sk": key.sk})
            case Update():
                item = self.items.get(key) or {"pk": key.pk, "sk": key.sk}
                return _stored(key, _updated(item, write))
            case Delete():
                return None


def _refuse_unless(is_right: bool, rule: str) -> None:
    if not is_right:
        raise RefusedForGoodError(rule)


def _copy[T: Value](value: T) -> T:
    if isinstance(value, dict):
        return cast("T", {name: _copy(element) for name, element in value.items()})
    if isinstance(value, list):
        return cast("T", [_copy(element) for element in value])
    return value


def _copy_or_none(item: Item | None) -> Item | None:
    return None if item is None else _copy(item)


def _stored(key: Key, item: Item) -> Item:
    """Through the codec and back: what cannot be stored fails here too."""
    _refuse_unless(item["pk"] == key.pk and item["sk"] == key.sk, "a key cannot be changed")
    for name, limit in _LARGEST_KEYS.items():
        _refuse_unless(1 <= len(str(item[name]).encode()) <= limit, "the size of a key")
    for name in _index_attributes(key.table):
        _refuse_unless(name not in item or _fits_an_index(name, item[name]), f"the type of {name}")
    _refuse_unless(_size(item) <= _LARGEST_ITEM, "the size of an item")
    return decode_item(encode_item(item))


def _index_attributes(table: str) -> Iterable[str]:
    return {name for names in INDEXES[table].values() for name in names}


def _fits_an_index(name: str, value: Value) -> bool:
    if name in _NUMERIC_KEYS:
        return isinstance(value, int)
    return isinstance(value, str) and 1 <= len(value.encode()) <= _LARGEST_KEYS["sk"]


def _size(value: Value) -> int:
    """Roughly as DynamoDB counts; text that is not UTF-8 is refused by the way."""
    match value:
        case str():
            try:
                return len(value.encode())
            except UnicodeEncodeError as error:
                raise RefusedForGoodError("text that is not UTF-8") from error
        case bytes():
            return len(value)
        case dict():
            return 3 + sum(1 + _size(name) + _size(element) for name, element in value.items())
        case list():
            return 3 + sum(1 + _size(element) for element in value)
        case frozenset():
            _refuse_unless(bool(value), "an empty set")
            return sum(_size(element) for element in value)
        case _:
            return 8


def _updated(item: Item, update: Update) -> Item:
    before, item = item, _copy(item)
    paths = [*update.put, *update.put_if_missing, *update.add, *update.remove]
    _refuse_unless(bool(paths), "an update that changes nothing")
    _refuse_unless(not _overlap(paths), "two changes of one attribute")
    for path, value in update.put_if_missing.items():
        present = _read(before, path)
        _assign(item, path, value if present is _NOTHING else cast("Value", present))
    for path, value in update.put.items():
        _assign(item, path, value)
    for name, number in update.add.items():
        present = before.get(name, 0)
        _refuse_unless(type(present) is int, "a number is added to a number")
        item[name] = cast("int", present) + number
    for path in update.remove:
        _parent(item, path).pop(path.rpartition(".")[2], None)
    return item


def _overlap(paths: list[str]) -> bool:
    heads = [path for path in paths if "." not in path]
    nested = [path.partition(".")[0] for path in paths if "." in path]
    return len(set(paths)) < len(paths) or not set(heads).isdisjoint(nested)


_NOTHING = object()


def _read(item: Item, path: str) -> object:
    head, _, tail = path.partition(".")
    if not tail:
        return item.get(head, _NOTHING)
    parent = item.get(head, _NOTHING)
    return parent.get(tail, _NOTHING) if isinstance(parent, dict) else _NOTHING


def _parent(item: Item, path: str) -> Item:
    head, _, tail = path.partition(".")
    if not tail:
        return item
    parent = item.get(head)
    if not isinstance(parent, dict):
        raise RefusedForGoodError("a path into what is not there")
    return parent


def _assign(item: Item, path: str, value: Value) -> None:
    _parent(item, path)[path.rpartition(".")[2]] = value


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
            return _is_same_kind(item, attribute, value) and _read(item or {}, attribute) == value
        case AtLeast(attribute, value):
            return (
                _is_same_kind(item, attribute, value) and _read(item or {}, attribute) >= value  # type: ignore[operator]
            )
        case Below(attribute, value):
            return (
                _is_same_kind(item, attribute, value) and _read(item or {}, attribute) < value  # type: ignore[operator]
            )
        case AllOf(conditions):
            return all(_holds(one, item) for one in conditions)
        case AnyOf(conditions):
            return any(_holds(one, item) for one in conditions)


def _is_same_kind(item: Item | None, attribute: str, value: Value) -> bool:
    """A number is never equal to a text or a truth value, nor less."""
    present = _NOTHING if item is None else _read(item, attribute)
    if present is _NOTHING:
        return False
    return encode_value(cast("Value", present)).keys() == encode_value(value).keys()


def _in_range(value: Value, query: Query) -> bool:
    if query.prefix and not str(value).startswith(query.prefix):
        return False
    if query.at_least is not None and value < query.at_least:  # type: ignore[operator]
        return False
    return query.below is None or value < query.below  # type: ignore[operator]


def _is_after(row: Item, position: tuple[Value, ...], sort_name: str, ascending: bool) -> bool:
    here = (row[sort_name], row["pk"], row["sk"])
    return here > position if ascending else here < position
