"""Where customers are kept, listed and searched."""

from datetime import datetime
from typing import Protocol

from frontdesk.domain.customer import Customer
from frontdesk.domain.customer_list import CustomerFilter, CustomerOrder
from frontdesk.ports.paging import PageOf, Window


class TooManyMatchesError(Exception):
    """More customers match than can be sorted for one answer."""


class CustomerStore(Protocol):
    def find(self, customer_id: str) -> Customer | None: ...

    def page(
        self, order: CustomerOrder, *, wanted: CustomerFilter, window: Window
    ) -> PageOf[Customer]:
        """The next customers in this order.

        A filter that admits few ends a page early, even without rows, rather than reading on.
        """
        ...

    def search(
        self, words: tuple[str, ...], *, wanted: CustomerFilter, window: Window
    ) -> PageOf[Customer]:
        """Customers of whom each of the folded `words` begins a word, by the longest one."""
        ...

    def matches(self, words: tuple[str, ...], *, at_most: int) -> tuple[Customer, ...]:
        """All of them, in no order. Raises TooManyMatchesError."""
        ...

    def save(
        self, before: Customer, after: Customer, *, at: datetime, is_activity: bool = False
    ) -> Customer:
        """Writes `after` over `before` and answers it as it stands then.

        `is_activity` notes that the customer did something at `at`. Raises VersionConflictError
        when `before` no longer stands, and ConflictError (external_id_taken).
        """
        ...
