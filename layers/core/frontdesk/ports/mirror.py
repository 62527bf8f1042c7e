"""Where the mirror keeps what it saw."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.customer import Customer
from frontdesk.domain.ledger import LedgerEntry
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    InvoiceSnapshot,
    ObjectReference,
    PaymentMethodSnapshot,
    PriceSnapshot,
    ProductSnapshot,
)
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction

type Document = (
    PaymentMethodSnapshot | ProductSnapshot | PriceSnapshot | InvoiceSnapshot | CreditMemoSnapshot
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to write what is fetched after it was taken.

    Tickets of one object count up. Whoever holds the highest fetched after the object's last
    change, so only a higher ticket may overwrite a lower one's result. `applied` is the ticket
    whose result stands; `local_id` and `customer_id` say where it stands.
    """

    reference: ObjectReference
    number: int
    applied: int | None = None
    local_id: str | None = None
    customer_id: str | None = None

    @property
    def is_superseded(self) -> bool:
        return self.applied is not None and self.applied >= self.number

    @property
    def has_company(self) -> bool:
        """An earlier ticket has no result yet: somebody is looking, or broke off."""
        return self.number - (self.applied or 0) > 1


@dataclass(frozen=True, slots=True)
class SubscriptionContext:
    customer: Customer | None
    subscription: Subscription | None
    is_product_known: bool


class StaleReadError(Exception):
    """Something that was read has changed before the write: read again."""


class MirrorStore(Protocol):
    """Each `save` is one transaction: the projection, the ticket as applied, `events` as done.

    It raises StaleReadError when the ticket's row or a `before` is not what it was.
    """

    def take_ticket(self, reference: ObjectReference) -> Ticket: ...

    def reread(self, ticket: Ticket) -> Ticket:
        """The same ticket beside what stands now."""
        ...

    def customer(self, customer_id: str) -> Customer | None: ...

    def customer_and_transaction(
        self, customer_id: str, transaction_id: str
    ) -> tuple[Customer | None, Transaction | None]: ...

    def subscription_context(
        self, customer_id: str, subscription_id: str, *, product: ObjectReference | None
    ) -> SubscriptionContext: ...

    def operations_on(self, subject_id: str, operation_ids: Set[str]) -> Set[str]:
        """Those that are on record as operations on this subject."""
        ...

    def save_customer(
        self, ticket: Ticket, *, before: Customer | None, after: Customer, events: Sequence[str]
    ) -> None: ...

    def save_payment(
        self,
        ticket: Ticket,
        *,
        before: Transaction | None,
        after: Transaction,
        entries: Sequence[LedgerEntry],
        is_last: bool,
        events: Sequence[str],
    ) -> None:
        """Books `entries`, each once for ever. Unless `is_last`, the ticket stays unapplied.

        An operation whose refund is shown becomes what the refund is.
        """
        ...

    def hand_over(self, ticket: Ticket, transaction_id: str, *, to: str) -> Transaction:
        """Moves a payment and its balance from where the ticket says it stands to another
        customer. The ticket stays unapplied."""
        ...

    def save_subscription(
        self,
        ticket: Ticket,
        *,
        before: Subscription | None,
        after: Subscription,
        failure_code: str | None,
        events: Sequence[str],
    ) -> None:
        """The operation that was open before and is not after has succeeded, or failed with
        `failure_code`."""
        ...

    def save_document(
        self, ticket: Ticket, document: Document, *, customer_id: str | None, events: Sequence[str]
    ) -> None:
        """Replaces whatever stood for the object, also when it changed owner.

        An operation that a credit memo of its own invoice names has succeeded.
        """
        ...

    def remove_document(self, ticket: Ticket, *, events: Sequence[str]) -> None: ...

    def settle(self, reference: ObjectReference, *, events: Sequence[str]) -> None:
        """Marks `events` as done; nothing else changes."""
        ...

    def leave(self, ticket: Ticket, *, events: Sequence[str]) -> None:
        """Notes that `events` are done once the result of this or a higher ticket stands."""
        ...

    def settle_if_covered(self, reference: ObjectReference, *, events: Sequence[str]) -> bool:
        """Settles events that were left to a ticket whose result, or a later one's, stands.

        All of them or none: False when one is to be looked at still.
        """
        ...
