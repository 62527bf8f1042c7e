"""What can be asked of a table, as values: no expression strings outside this folder.

The botocore gateway renders them, the in-memory one of the tests interprets them, and both pass
one conformance suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from frontdesk.domain.errors import UnavailableError

type Scalar = str | int | bytes | bool | None
type Value = Scalar | list[Value] | dict[str, Value] | frozenset[str]
type Item = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Key:
    """`table` is the logical name: customers, subscriptions, store or operations."""

    table: str
    pk: str
    sk: str


TRANSACTION_LIMIT = 100
"""Steps of one transaction at most."""

# --- conditions ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Absent:
    """No such item yet."""


@dataclass(frozen=True, slots=True)
class Present:
    """The item exists."""


@dataclass(frozen=True, slots=True)
class Equals:
    attribute: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Missing:
    """The item, or this attribute of it, does not exist."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute exists and is less than `value`."""

    attribute: str
    value: int | str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The attribute exists and is `value` or more."""

    attribute: str
    value: int


@dataclass(frozen=True, slots=True)
class Unconditional:
    """For the rare write that may happen in any state; the reason is for the reader."""

    reason: str


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


type Condition = (
    Absent | Present | Equals | Missing | Below | AtLeast | Unconditional | AllOf | AnyOf
)


def missing_or_below(attribute: str, value: int | str) -> Condition:
    return AnyOf((Missing(attribute), Below(attribute, value)))


# --- writes ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    key: Key
    item: Item
    condition: Condition


@dataclass(frozen=True, slots=True)
class Update:
    """Attributes are top-level names, or one level into a map: `subscriptions.sub_1`.

    `put` replaces, `put_if_missing` sets only what is not there, `add` adds to a number that may
    not exist yet (top level only), `remove` removes.
    """

    key: Key
    condition: Condition
    put: Mapping[str, Value] = field(default_factory=dict)
    put_if_missing: Mapping[str, Value] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    key: Key
    condition: Condition


@dataclass(frozen=True, slots=True)
class Check:
    key: Key
    condition: Condition


type Write = Put | Update | Delete
type TransactionStep = Put | Update | Delete | Check


# --- reads -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """One partition of a table or index, in the order of its sort key.

    `prefix` (text sort keys), `at_least` and `below` narrow the sort key. `start` is the
    `next_start` of the page before.
    """

    table: str
    partition: str
    index: str | None = None
    prefix: str | None = None
    at_least: str | int | None = None
    below: str | int | None = None
    ascending: bool = True
    limit: int | None = None
    start: Item | None = None
    consistent: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    items: list[Item]
    next_start: Item | None


class ConditionFailedError(Exception):
    """A single write's condition did not hold. `item` is what stands there, if anything."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("The condition of a write did not hold.")
        self.item = item


class TransactionRefusedError(Exception):
    """At least one condition of a transaction did not hold; nothing was written.

    `failed` holds the positions of the steps whose condition did not hold, `items` what stands
    there.
    """

    def __init__(self, failed: frozenset[int], items: Mapping[int, Item]) -> None:
        super().__init__(f"Conditions of the steps {sorted(failed)} did not hold.")
        self.failed = failed
        self.items = items


class TableUnavailableError(UnavailableError):
    """Throttled, in conflict or unreachable after every retry; the outcome may be unknown."""


class Gateway(Protocol):
    """Everything DynamoDB is asked for. Reads by key are consistent."""

    def get(self, key: Key) -> Item | None: ...

    def get_many(self, keys: list[Key]) -> dict[Key, Item]:
        """The items that exist, in as few calls of 100 keys as it takes."""
        ...

    def query(self, query: Query) -> Page: ...

    def write(self, write: Write) -> Item:
        """One write; for an Update, the whole item afterwards. Raises ConditionFailedError."""
        ...

    def transact(self, steps: list[TransactionStep], *, token: str) -> None:
        """All or nothing, 100 steps at most, no two on one item.

        `token` (36 characters at most) makes a repeat within ten minutes harmless.
        Raises TransactionRefusedError, TableUnavailableError.
        """
        ...
