"""The mirror's store: tickets on one row per provider object, one transaction per projection."""

import os
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.credit_memo_steps import memo_evidence
from frontdesk.adapters.dynamodb.document_items import document_item, document_key
from frontdesk.adapters.dynamodb.mirror_events import done_step, is_covered, is_done, left_step
from frontdesk.adapters.dynamodb.operations import (
    TRANSACTION_LIMIT,
    Absent,
    Condition,
    Delete,
    Equals,
    Gateway,
    Item,
    Key,
    Missing,
    Present,
    Put,
    TransactionRefusedError,
    TransactionStep,
    Unconditional,
    Update,
)
from frontdesk.adapters.dynamodb.payment_steps import handover_steps, payment_steps
from frontdesk.adapters.dynamodb.profile_item import (
    customer_of,
    profile_steps,
    unchanged,
)
from frontdesk.adapters.dynamodb.subscription_admission import ending_step
from frontdesk.adapters.dynamodb.subscription_item import subscription_from, subscription_item
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.domain.customer import Customer
from frontdesk.domain.ledger import LedgerEntry
from frontdesk.domain.snapshot import CreditMemoSnapshot, ObjectReference
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.times import to_sortable
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.clock import Clock
from frontdesk.ports.mirror import Document, StaleReadError, SubscriptionContext, Ticket

_BY_TICKET = Unconditional("the ticket's condition in the same transaction guards it")


class DynamoMirrorStore:
    def __init__(self, gateway: Gateway, *, clock: Clock, currency: str) -> None:
        """`currency` is the shop's: customers are sorted by their lifetime value in it."""
        self._gateway = gateway
        self._clock = clock
        self._currency = currency

    # --- tickets and reads ---------------------------------------------------------------

    def take_ticket(self, reference: ObjectReference) -> Ticket:
        now = to_sortable(self._clock.now())
        item = self._gateway.write(
            Update(
                _row(reference),
                Unconditional("a ticket is always given"),
                put={"updated_at": now},
                put_if_missing={"entity": "mirror", "version": 1, "created_at": now},
                add={"ticket": 1},
            )
        )
        return _ticket(reference, cast("int", item["ticket"]), item)

    def reread(self, ticket: Ticket) -> Ticket:
        item = self._gateway.get(_row(ticket.reference)) or {}
        return _ticket(ticket.reference, ticket.number, item)

    def customer(self, customer_id: str) -> Customer | None:
        item = self._gateway.get(keys.profile(customer_id))
        return customer_of(item) if item else None

    def customer_and_transaction(
        self, customer_id: str, transaction_id: str
    ) -> tuple[Customer | None, Transaction | None]:
        owner, own = keys.profile(customer_id), keys.transaction(customer_id, transaction_id)
        found = self._gateway.get_many([owner, own])
        return (
            customer_of(found[owner]) if owner in found else None,
            transaction_from(found[own]) if own in found else None,
        )

    def subscription_context(
        self, customer_id: str, subscription_id: str, *, product: ObjectReference | None
    ) -> SubscriptionContext:
        owner, own = keys.profile(customer_id), keys.subscription(subscription_id)
        product_row = _row(product) if product else None
        found = self._gateway.get_many([owner, own, *([product_row] if product_row else [])])
        return SubscriptionContext(
            customer=customer_of(found[owner]) if owner in found else None,
            subscription=subscription_from(found[own]) if own in found else None,
            is_product_known=product_row is not None
            and "applied_ticket" in found.get(product_row, {}),
        )

    def operations_on(self, subject_id: str, operation_ids: Set[str]) -> Set[str]:
        found = self._gateway.get_many([keys.operation(one) for one in sorted(operation_ids)])
        return {
            str(item["operation_id"]) for item in found.values() if item["subject_id"] == subject_id
        }

    # --- writes ----------------------------------------------------------------------------

    def save_customer(
        self, ticket: Ticket, *, before: Customer | None, after: Customer, events: Sequence[str]
    ) -> None:
        steps: list[TransactionStep] = []
        if not unchanged(before, after):
            steps = profile_steps(before, after, at=self._clock.now())
        self._commit(ticket, steps, events, local_id=after.id, customer_id=after.id)

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
        if _is_same(before, after) and not entries:
            self._commit(ticket, [], events, local_id=after.id, customer_id=after.customer_id)
            return
        steps = payment_steps(before, after, entries, currency=self._currency, at=self._clock.now())
        if is_last:
            self._commit(ticket, steps, events, local_id=after.id, customer_id=after.customer_id)
        else:
            self._transact([*steps, self._still_unapplied(ticket, customer_id=after.customer_id)])

    def hand_over(self, ticket: Ticket, transaction_id: str, *, to: str) -> Transaction:
        item = self._gateway.get(keys.transaction(ticket.customer_id or "", transaction_id))
        if item is None:
            raise StaleReadError
        before = transaction_from(item)
        booked = self._gateway.get_many(
            [keys.ledger_entry(before.customer_id, key) for key in before.booked]
        )
        after, steps = handover_steps(
            before, booked.values(), to=to, currency=self._currency, at=self._clock.now()
        )
        self._transact([*steps, self._still_unapplied(ticket, customer_id=to)])
        return after

    def save_subscription(
        self,
        ticket: Ticket,
        *,
        before: Subscription | None,
        after: Subscription,
        failure_code: str | None,
        events: Sequence[str],
    ) -> None:
        steps: list[TransactionStep] = []
        if not _is_same(before, after):
            item = subscription_item(after, at=self._clock.now())
            status = {f"subscription_statuses.{after.id}": after.status.value}
            steps = [
                Put(keys.subscription(after.id), item, _as_read(before)),
                Update(keys.profile(after.customer_id), Present(), put=status),
            ]
            done = before.open_operation if before else None
            if done is not None and after.open_operation is None:
                steps.append(ending_step(done, failure_code=failure_code, at=self._clock.now()))
        self._commit(ticket, steps, events, local_id=after.id, customer_id=after.customer_id)

    def save_document(
        self, ticket: Ticket, document: Document, *, customer_id: str | None, events: Sequence[str]
    ) -> None:
        key = document_key(document, customer_id=customer_id)
        item = document_item(document, customer_id=customer_id, at=self._clock.now())
        steps: list[TransactionStep] = [Put(key, item, _BY_TICKET), *self._evidence(document)]
        if ticket.customer_id is not None and ticket.customer_id != customer_id:
            steps.append(Delete(document_key(document, customer_id=ticket.customer_id), _BY_TICKET))
        self._commit(
            ticket, steps, events, local_id=str(item["id"]), customer_id=customer_id, key=key
        )

    def remove_document(self, ticket: Ticket, *, events: Sequence[str]) -> None:
        row = self._gateway.get(_row(ticket.reference)) or {}
        steps: list[TransactionStep] = []
        if row.get("document_pk"):
            key = Key(
                _row(ticket.reference).table, str(row["document_pk"]), str(row["document_sk"])
            )
            steps.append(Delete(key, _BY_TICKET))
        self._commit(ticket, steps, events, local_id=None, customer_id=None)

    def settle(self, reference: ObjectReference, *, events: Sequence[str]) -> None:
        self._transact_events(self._event_steps(reference, events), [])

    def leave(self, ticket: Ticket, *, events: Sequence[str]) -> None:
        at = self._clock.now()
        self._transact_events([left_step(ticket, one, at=at) for one in events], [])

    def settle_if_covered(self, reference: ObjectReference, *, events: Sequence[str]) -> bool:
        rows = [keys.provider_event(reference.provider, event_id) for event_id in events]
        found = self._gateway.get_many([_row(reference), *rows])
        applied = found.get(_row(reference), {}).get("applied_ticket")
        if not all(is_covered(found.get(row), applied=cast("int | None", applied)) for row in rows):
            return False
        open_ones = [e for e, row in zip(events, rows, strict=True) if not is_done(found[row])]
        self.settle(reference, events=open_ones)
        return True

    # --- steps -----------------------------------------------------------------------------

    def _still_unapplied(self, ticket: Ticket, *, customer_id: str) -> Update:
        """Says where the payment stands by now, while the ticket is not done with."""
        now = to_sortable(self._clock.now())
        stands = {"customer_id": customer_id, "updated_at": now}
        return Update(_row(ticket.reference), _unchanged_row(ticket), put=stands)

    def _evidence(self, document: Document) -> list[Update]:
        """What a credit memo that one of our operations made says of it."""
        if not isinstance(document, CreditMemoSnapshot) or document.operation_id is None:
            return []
        item = self._gateway.get(keys.operation(document.operation_id))
        return memo_evidence(document, item, at=self._clock.now())

    def _event_steps(
        self, reference: ObjectReference, events: Sequence[str]
    ) -> list[TransactionStep]:
        at = self._clock.now()
        return [done_step(reference.provider, one, at=at) for one in dict.fromkeys(events)]

    def _commit(
        self,
        ticket: Ticket,
        steps: list[TransactionStep],
        events: Sequence[str],
        *,
        local_id: str | None,
        customer_id: str | None,
        key: Key | None = None,
    ) -> None:
        row = Update(
            _row(ticket.reference),
            _unchanged_row(ticket),
            put={
                "applied_ticket": ticket.number,
                "local_id": local_id,
                "customer_id": customer_id,
                "document_pk": key.pk if key else None,
                "document_sk": key.sk if key else None,
                "updated_at": to_sortable(self._clock.now()),
            },
        )
        self._transact_events(self._event_steps(ticket.reference, events), [*steps, row])

    def _transact_events(
        self, events: list[TransactionStep], others: list[TransactionStep]
    ) -> None:
        """Events first; one whose row has expired meanwhile is left out and the rest is tried.
        Events that do not fit beside the others come after them."""
        room = TRANSACTION_LIMIT - len(others)
        events, later = events[:room], events[room:]
        while events or others:
            try:
                self._transact([*events, *others])
            except _RefusedError as refused:
                if any(position >= len(events) for position in refused.failed):
                    raise StaleReadError from refused
                events = [e for n, e in enumerate(events) if n not in refused.failed]
            else:
                break
        if later:
            self._transact_events(later, [])

    def _transact(self, steps: list[TransactionStep]) -> None:
        try:
            self._gateway.transact(steps, token=os.urandom(16).hex())
        except TransactionRefusedError as error:
            raise _RefusedError(error.failed) from error


class _RefusedError(StaleReadError):
    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__()
        self.failed = failed


def _row(reference: ObjectReference) -> Key:
    return keys.mirrored(reference.kind.value, reference.provider.value, reference.provider_id)


def _is_same[T: (Transaction, Subscription)](before: T | None, after: T) -> bool:
    """Most events repeat what is known: then only the ticket is written."""
    return before is not None and replace(after, version=before.version) == before


def _as_read(before: Transaction | Subscription | None) -> Condition:
    return Absent() if before is None else Equals("version", before.version)


def _unchanged_row(ticket: Ticket) -> Condition:
    """The result that stands is the one that was read, and that was of a lower ticket."""
    if ticket.applied is None:
        return Missing("applied_ticket")
    return Equals("applied_ticket", ticket.applied)


def _ticket(reference: ObjectReference, number: int, item: Item) -> Ticket:
    return replace(
        Ticket(reference, number),
        applied=cast("int | None", item.get("applied_ticket")),
        local_id=cast("str | None", item.get("local_id")),
        customer_id=cast("str | None", item.get("customer_id")),
    )
