"""Customers: found by id, listed in every order, searched, and changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from math import ceil, sqrt

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_activity import activity
from frontdesk.adapters.dynamodb.customer_search import TokenWalk
from frontdesk.adapters.dynamodb.customer_shards import ShardedList
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AnyOf,
    Delete,
    Equals,
    Gateway,
    Item,
    Missing,
    Put,
    TransactionRefusedError,
    TransactionStep,
    Update,
)
from frontdesk.adapters.dynamodb.profile_item import customer_of, profile_steps
from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_list import CustomerFilter, CustomerOrder
from frontdesk.domain.errors import ConflictError, VersionConflictError
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import IdFactory
from frontdesk.ports.customers import TooManyMatchesError
from frontdesk.ports.paging import PageOf, Window

_EXAMINED_PER_ROW = 10
"""How many rows are looked at for each one asked for, before a page ends early."""
_TOKENS_AT_A_TIME = 200
_TOKENS_TO_SPARE = 10
_MOST_TOKENS = 20_000
"""Some megabytes: what a sorted search reads at most."""


class DynamoCustomers:
    def __init__(self, gateway: Gateway, *, ids: IdFactory) -> None:
        self._gateway = gateway
        self._ids = ids

    # --- reads -----------------------------------------------------------------------------

    def find(self, customer_id: str) -> Customer | None:
        item = self._gateway.get(keys.profile(customer_id))
        return customer_of(item) if item else None

    def page(
        self, order: CustomerOrder, *, wanted: CustomerFilter, window: Window
    ) -> PageOf[Customer]:
        chunk = window.limit + 1 if not wanted.admits_all else _likely_share(window.limit)
        rows = ShardedList(self._gateway, order=order, position=window.position, chunk=chunk)
        found: list[Customer] = []
        for item in islice(rows, _EXAMINED_PER_ROW * window.limit):
            customer = customer_of(item)
            if wanted.admits(customer):
                found.append(customer)
            if len(found) == window.limit:
                break
        return PageOf(rows=tuple(found), next_position=rows.position())

    def search(
        self, words: tuple[str, ...], *, wanted: CustomerFilter, window: Window
    ) -> PageOf[Customer]:
        # Nearly every token of a single word is a match; of several words, few are.
        chunk = window.limit + _TOKENS_TO_SPARE if len(words) == 1 else _TOKENS_AT_A_TIME
        tokens = TokenWalk(self._gateway, words, position=window.position, chunk=chunk)
        examined = islice(tokens, max(_EXAMINED_PER_ROW * window.limit, _TOKENS_AT_A_TIME))
        found: list[Customer] = []
        while missing := window.limit - len(found):
            ids = list(islice((one for one in examined if one is not None), missing))
            if not ids:
                break
            found += [one for one in self._profiles(ids) if wanted.admits(one)]
        return PageOf(rows=tuple(found), next_position=tokens.position())

    def matches(self, words: tuple[str, ...], *, at_most: int) -> tuple[Customer, ...]:
        tokens = TokenWalk(self._gateway, words, position=None, chunk=_TOKENS_AT_A_TIME * 5)
        ids: list[str] = []
        for count, customer_id in enumerate(tokens, start=1):
            if customer_id is not None:
                ids.append(customer_id)
            if len(ids) > at_most or count > _MOST_TOKENS:
                raise TooManyMatchesError
        return tuple(self._profiles(ids))

    def _profiles(self, customer_ids: Iterable[str]) -> list[Customer]:
        """In the order of the ids; whoever is gone since is left out."""
        wanted = [keys.profile(customer_id) for customer_id in customer_ids]
        found = self._gateway.get_many(wanted)
        return [customer_of(found[key]) for key in wanted if key in found]

    # --- writes ----------------------------------------------------------------------------

    def save(
        self, before: Customer, after: Customer, *, at: datetime, is_activity: bool = False
    ) -> Customer:
        first, *others = profile_steps(before, after, at=at)
        if is_activity:
            first = _with_activity(first, after.id, at=at)
        external_ids = _external_id_steps(before, after, at=at)
        try:
            self._gateway.transact([first, *others, *external_ids], token=self._ids.new("op"))
        except TransactionRefusedError as error:
            if 0 in error.failed:
                raise VersionConflictError from error
            raise ConflictError(
                "Another customer has this external id.", code="external_id_taken"
            ) from error
        active_at = at if is_activity else after.last_activity_at
        return replace(after, version=before.version + 1, last_activity_at=active_at)


def _likely_share(limit: int) -> int:
    """How many of `limit` rows one shard nearly always holds at most: rows fall evenly, so this
    is its share and four deviations. Reading `limit` from each would read four times too much."""
    share = limit / keys.LIST_SHARDS
    return min(limit + 1, ceil(share + 4 * sqrt(share)))


def _with_activity(step: TransactionStep, customer_id: str, *, at: datetime) -> TransactionStep:
    if not isinstance(step, Update):
        raise TypeError("Only a customer who exists can be active.")
    return replace(step, put={**step.put, **activity(customer_id, at=at)})


def _external_id_steps(before: Customer, after: Customer, *, at: datetime) -> list[TransactionStep]:
    """The pointers are what keeps an external id one customer's alone."""
    old, new = before.external_id, after.external_id
    if old == new:
        return []
    steps: list[TransactionStep] = []
    own = Equals("customer_id", after.id)
    if old:
        steps.append(Delete(keys.external_id(old), AnyOf((Missing("pk"), own))))
    if new:
        item: Item = {
            "entity": "external_id",
            "customer_id": after.id,
            "version": 1,
            "created_at": to_sortable(at),
            "updated_at": to_sortable(at),
        }
        steps.append(Put(keys.external_id(new), item, AnyOf((Absent(), own))))
    return steps
