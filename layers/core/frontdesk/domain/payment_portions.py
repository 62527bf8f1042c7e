"""A payment's change, cut into portions that each fit into one write.

What one write shows of a refund it also books and tells the refund's operation, so that a run
that breaks off between two portions leaves nothing half told: the next one goes on where it ended.
Most changes are one portion.
"""

from dataclasses import dataclass, replace
from itertools import chain

from frontdesk.domain.ledger import LedgerEntry, LedgerKind, new_entries
from frontdesk.domain.snapshot import PaymentSnapshot, RefundSnapshot
from frontdesk.domain.transaction import Transaction, open_reservations, transaction_of

_LARGEST_PORTION = 84
"""Actions of a transaction, of a hundred: the rest is for the payment and its events."""
_PER_ENTRY = 2
_PER_REFUND = 2


@dataclass(frozen=True, slots=True)
class Portion:
    """`snapshot` holds the refunds that are shown by now; `unchanged` those of them that are
    still shown as they were."""

    snapshot: PaymentSnapshot
    unchanged: frozenset[str]
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What must not be torn apart: one entry, or one refund with its entries."""

    entries: tuple[LedgerEntry, ...]
    refund: RefundSnapshot | None = None

    @property
    def size(self) -> int:
        return _PER_ENTRY * len(self.entries) + (_PER_REFUND if self.refund else 0)


def portions_of(snapshot: PaymentSnapshot, before: Transaction | None) -> list[Portion]:
    """At least one: also what brings nothing new is written, with its ticket."""
    units = _units(snapshot, before)
    known = {refund.provider_id for refund in before.refunds} if before else set()
    late = {unit.refund.provider_id for unit in units if unit.refund}
    portions = []
    for packed in _packed(units):
        late -= {unit.refund.provider_id for unit in packed if unit.refund}
        visible = (
            r for r in snapshot.refunds if r.provider_id in known or r.provider_id not in late
        )
        portions.append(
            Portion(
                snapshot=replace(snapshot, refunds=tuple(visible)),
                unchanged=frozenset(late & known),
                entries=tuple(chain.from_iterable(unit.entries for unit in packed)),
            )
        )
    return portions


def after_portion(portion: Portion, before: Transaction | None, *, customer_id: str) -> Transaction:
    snapshot = portion.snapshot
    after = transaction_of(
        snapshot,
        customer_id=customer_id,
        booked=(before.booked if before else frozenset()) | {e.key for e in portion.entries},
        version=before.version + 1 if before else 1,
        reservations=open_reservations(before, snapshot),
    )
    if not portion.unchanged or before is None:
        return after
    old = {r.provider_id: r for r in before.refunds if r.provider_id in portion.unchanged}
    return replace(after, refunds=tuple(old.get(r.provider_id, r) for r in after.refunds))


def _units(snapshot: PaymentSnapshot, before: Transaction | None) -> list[_Unit]:
    """The payment's own entries first: nothing is given back before it was taken."""
    booked = before.booked if before else frozenset[str]()
    captured = before.captured_minor if before else 0
    entries = new_entries(snapshot, booked=booked, captured_before=captured)
    by_refund: dict[str, list[LedgerEntry]] = {
        refund.provider_id: [] for refund in snapshot.refunds
    }
    others: list[_Unit] = []
    for entry in entries:
        if entry.provider_id in by_refund:
            by_refund[entry.provider_id].append(entry)
        else:
            others.append(_Unit((entry,)))
    known = {refund.provider_id: refund for refund in before.refunds} if before else {}
    shown = transaction_of(snapshot, customer_id="", booked=frozenset(), version=0).refunds
    changed = {r.provider_id for r in shown if known.get(r.provider_id) != r}
    refunds = [
        _Unit(tuple(by_refund[r.provider_id]), r)
        for r in snapshot.refunds
        if r.provider_id in changed or by_refund[r.provider_id]
    ]
    captures = [unit for unit in others if unit.entries[0].kind is LedgerKind.PAYMENT]
    return [*captures, *refunds, *(unit for unit in others if unit not in captures)]


def _packed(units: list[_Unit]) -> list[list[_Unit]]:
    packed: list[list[_Unit]] = [[]]
    size = 0
    for unit in units:
        if packed[-1] and size + unit.size > _LARGEST_PORTION:
            packed.append([])
            size = 0
        packed[-1].append(unit)
        size += unit.size
    return packed
