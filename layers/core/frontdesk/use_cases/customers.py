"""The merchant's customers: list, search, look, change."""

from dataclasses import dataclass

from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_change import CustomerChange
from frontdesk.domain.customer_list import (
    EVERYBODY,
    CustomerFilter,
    CustomerOrder,
    CustomerSort,
    sort_value,
)
from frontdesk.domain.errors import (
    FieldProblem,
    InvalidInputError,
    NotFoundError,
    VersionConflictError,
)
from frontdesk.domain.search import words_of
from frontdesk.ports.clock import Clock
from frontdesk.ports.contact_checks import ContactChecks
from frontdesk.ports.customers import CustomerStore, TooManyMatchesError
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.customer_checks import merged

MOST_SORTED_MATCHES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerQuery:
    """`order` None is the natural one: newest first, and for a search by the word found."""

    search: str | None = None
    order: CustomerOrder | None = None
    wanted: CustomerFilter = EVERYBODY


def list_customers(
    query: CustomerQuery, *, window: Window, customers: CustomerStore, currency: str
) -> PageOf[Customer]:
    """Raises InvalidInputError (search_too_broad) when too many matches are to be sorted."""
    if query.search is None or not query.search.strip():
        order = query.order or CustomerOrder()
        return customers.page(order, wanted=query.wanted, window=window)
    words = words_of(query.search)
    if not words:
        return PageOf(rows=())
    if query.order is None:
        return customers.search(words, wanted=query.wanted, window=window)
    found = _matches(words, customers=customers)
    rows = [customer for customer in found if query.wanted.admits(customer)]
    return _sorted_page(rows, order=query.order, window=window, currency=currency)


def _matches(words: tuple[str, ...], *, customers: CustomerStore) -> tuple[Customer, ...]:
    try:
        return customers.matches(words, at_most=MOST_SORTED_MATCHES)
    except TooManyMatchesError:
        message = "Too many customers match to be sorted: give more letters, or no sort."
        problem = FieldProblem("search", "search_too_broad", message)
        raise InvalidInputError(message, code="search_too_broad", problems=(problem,)) from None


def _sorted_page(
    rows: list[Customer], *, order: CustomerOrder, window: Window, currency: str
) -> PageOf[Customer]:
    """The position is the last row's own place, so rows that come and go move no others."""

    def place(customer: Customer) -> tuple[int | str, str]:
        return sort_value(customer, order.sort, currency=currency), customer.id

    rows = sorted(rows, key=place, reverse=not order.is_ascending)
    if window.position is not None:
        last = _place_from(window.position, order.sort)
        rows = [r for r in rows if (place(r) > last if order.is_ascending else place(r) < last)]
    page, rest = rows[: window.limit], rows[window.limit :]
    return PageOf(rows=tuple(page), next_position=place(page[-1]) if rest else None)


def _place_from(position: object, sort: CustomerSort) -> tuple[int | str, str]:
    kind = int if sort is CustomerSort.LIFETIME_VALUE else str
    match position:
        case [int() | str() as value, str() as customer_id] if isinstance(value, kind):
            return value, customer_id
    raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")


def read_customer(customer_id: str, *, customers: CustomerStore) -> Customer:
    customer = customers.find(customer_id)
    if customer is None:
        raise NotFoundError
    return customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """What changing a customer needs of the world."""

    customers: CustomerStore
    checks: ContactChecks
    clock: Clock
    settings: SettingsReader


def change_customer(
    customer_id: str, change: CustomerChange, *, expected_version: int, editing: Editing
) -> Customer:
    """Raises NotFoundError, VersionConflictError, InvalidInputError, ConflictError."""
    before = read_version(customer_id, expected_version, customers=editing.customers)
    definitions = editing.settings.read().custom_fields
    after = merged(change, current=before, checks=editing.checks, custom_fields=definitions)
    if after == before:
        return before
    return editing.customers.save(before, after, at=editing.clock.now())


def read_version(customer_id: str, version: int, *, customers: CustomerStore) -> Customer:
    customer = read_customer(customer_id, customers=customers)
    if customer.version != version:
        raise VersionConflictError
    return customer
