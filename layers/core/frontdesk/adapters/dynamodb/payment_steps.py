"""The steps that write a payment: its item, its pointer, its ledger entries and their sum."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operation_item import refund_steps
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    TransactionStep,
    Unconditional,
    Update,
)
from frontdesk.adapters.dynamodb.profile_item import lifetime_value_attribute
from frontdesk.adapters.dynamodb.transaction_item import transaction_item
from frontdesk.domain.ledger import LedgerEntry, handover_entries, totals
from frontdesk.domain.times import to_sortable
from frontdesk.domain.transaction import Transaction

_OUTBOX_LIFE = timedelta(days=30)
_BY_TRANSACTION = Unconditional("the condition of the transaction's item guards it")


def payment_steps(
    before: Transaction | None,
    after: Transaction,
    entries: Sequence[LedgerEntry],
    *,
    currency: str,
    at: datetime,
) -> list[TransactionStep]:
    """Writes `after` over `before` (None: a new one), on condition that nobody else has."""
    key = keys.transaction(after.customer_id, after.id)
    condition = Absent() if before is None else Equals("version", before.version)
    steps: list[TransactionStep] = [Put(key, transaction_item(after, at=at), condition)]
    if before is None:
        steps.append(_pointer(after, at=at))
    steps += refund_steps(before, after, at=at)
    return [*steps, *_booking(after, entries, currency=currency, at=at)]


def handover_steps(
    before: Transaction,
    booked: Iterable[Item],
    *,
    to: str,
    currency: str,
    at: datetime,
) -> tuple[Transaction, list[TransactionStep]]:
    """Gives a payment to another customer; `booked` are its entries in the old one's ledger."""
    balance = sum(cast("int", entry["amount_minor"]) for entry in booked)
    after = replace(before, customer_id=to, version=before.version + 1)
    entries: tuple[LedgerEntry, ...] = ()
    if balance:
        entries = handover_entries(
            before.provider,
            before.provider_id,
            balance_minor=balance,
            currency=before.currency,
            occurred_at=before.created_at,
            step=after.version,
        )
        after = replace(after, booked=after.booked | {entry.key for entry in entries})
    old = keys.transaction(before.customer_id, before.id)
    return after, [
        Delete(old, Equals("version", before.version)),
        *_booking(before, entries[:1], currency=currency, at=at),
        Put(
            keys.transaction(after.customer_id, after.id), transaction_item(after, at=at), Absent()
        ),
        _pointer(after, at=at),
        *_booking(after, entries[1:], currency=currency, at=at),
    ]


def _booking(
    transaction: Transaction, entries: Sequence[LedgerEntry], *, currency: str, at: datetime
) -> list[TransactionStep]:
    """Entries, and their sum added in the table: the figure is the ledger's sum."""
    if not entries:
        return []
    steps: list[TransactionStep] = []
    for entry in entries:
        steps += _entry_steps(entry, transaction, at=at)
    sums = totals(entries)
    add = {lifetime_value_attribute(name): amount for name, amount in sums.items()}
    if currency in sums:
        add["lifetime_value_minor"] = sums[currency]
    profile = keys.profile(transaction.customer_id)
    return [*steps, Update(profile, Present(), add=add, put={"ledger_at": to_sortable(at)})]


def _entry_steps(
    entry: LedgerEntry, transaction: Transaction, *, at: datetime
) -> list[TransactionStep]:
    item: Item = {
        "customer_id": transaction.customer_id,
        "transaction_id": transaction.id,
        "kind": entry.kind.value,
        "amount_minor": entry.amount_minor,
        "currency": entry.currency,
        "provider_name": entry.provider.value,
        "provider_id": entry.provider_id,
        "occurred_at": to_sortable(entry.occurred_at),
        "version": 1,
        "created_at": to_sortable(at),
        "updated_at": to_sortable(at),
    }
    expiry = int((at + _OUTBOX_LIFE).timestamp())
    outbox = item | {"entry_key": entry.key, "expires_at_epoch_seconds": expiry}
    return [
        Put(
            keys.ledger_entry(transaction.customer_id, entry.key),
            item | {"entity": "ledger_entry"},
            Absent(),
        ),
        Put(keys.outbox(entry.key), outbox | {"entity": "outbox"}, Absent()),
    ]


def _pointer(transaction: Transaction, *, at: datetime) -> Put:
    now = to_sortable(at)
    item: Item = {
        "entity": "transaction_pointer",
        "customer_id": transaction.customer_id,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    return Put(keys.transaction_pointer(transaction.id), item, _BY_TRANSACTION)
