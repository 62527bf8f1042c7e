"""Makes our picture of one provider object equal to the provider's.

    ticket ──▶ fetch ──▶ read ──▶ one transaction
      1          2         3            4

The ticket is taken before the fetch and the write is refused once a higher ticket was applied, so
the last writer is always one who looked after the object's last change, whatever the order,
number or delay of the messages that brought us here, and wherever an earlier try broke off.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from frontdesk.domain.customer import customer_id_of, merge_snapshot
from frontdesk.domain.payment_portions import after_portion, portions_of
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    CustomerSnapshot,
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PriceSnapshot,
    ProductSnapshot,
    RefundSnapshot,
    Snapshot,
    SubscriptionSnapshot,
)
from frontdesk.domain.subscription import subscription_id_of, subscription_of
from frontdesk.domain.subscription_outcome import with_what_is_ours
from frontdesk.domain.transaction import Transaction, transaction_id_of
from frontdesk.ports.mirror import MirrorStore, StaleReadError, Ticket
from frontdesk.ports.provider import Provider, ProviderUnavailableError

_ATTEMPTS = 10
_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""A deleted customer's creation time is no longer told by the provider."""


type OwnedSnapshot = (
    PaymentSnapshot
    | SubscriptionSnapshot
    | PaymentMethodSnapshot
    | InvoiceSnapshot
    | CreditMemoSnapshot
)


class MirrorOutcome(StrEnum):
    WRITTEN = "written"
    SUPERSEDED = "superseded"
    NOTHING = "nothing"
    LEFT = "left"
    """To the look of somebody else: the events are not done, their messages come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What mirroring needs of the world."""

    provider: Provider
    store: MirrorStore


def mirror_object(
    reference: ObjectReference, *, mirror: Mirror, events: Sequence[str] = ()
) -> MirrorOutcome:
    """Fetches the object and writes what follows from it; marks `events` as done.

    Raises ProviderUnavailableError, and whatever the store raises when it cannot be reached:
    then the same call may be made again at any time.
    """
    return mirror_with(mirror.store.take_ticket(reference), mirror=mirror, events=events)


def mirror_with(ticket: Ticket, *, mirror: Mirror, events: Sequence[str]) -> MirrorOutcome:
    """As `mirror_object` does, for whoever holds a ticket and has fetched nothing yet."""
    snapshot = mirror.provider.fetch(ticket.reference)
    for _ in range(_ATTEMPTS):
        if ticket.is_superseded:
            mirror.store.settle(ticket.reference, events=events)
            return MirrorOutcome.SUPERSEDED
        try:
            return _project(ticket, snapshot, mirror=mirror, events=events)
        except StaleReadError:
            ticket = mirror.store.reread(ticket)
    raise ProviderUnavailableError("The object changes faster than it can be written.")


def _project(
    ticket: Ticket, snapshot: Snapshot | None, *, mirror: Mirror, events: Sequence[str]
) -> MirrorOutcome:
    match snapshot:
        case None:
            return _project_absence(ticket, mirror=mirror, events=events)
        case CustomerSnapshot():
            return _project_customer(ticket, snapshot, mirror=mirror, events=events)
        case PaymentSnapshot():
            return _project_payment(ticket, snapshot, mirror=mirror, events=events)
        case SubscriptionSnapshot():
            return _project_subscription(ticket, snapshot, mirror=mirror, events=events)
        case PaymentMethodSnapshot(customer=None):
            return _project_absence(ticket, mirror=mirror, events=events)
        case ProductSnapshot() | PriceSnapshot():
            mirror.store.save_document(ticket, snapshot, customer_id=None, events=events)
            return MirrorOutcome.WRITTEN
        case PaymentMethodSnapshot() | InvoiceSnapshot() | CreditMemoSnapshot():
            return _project_owned_document(ticket, snapshot, mirror=mirror, events=events)


def _project_owned_document(
    ticket: Ticket,
    snapshot: PaymentMethodSnapshot | InvoiceSnapshot | CreditMemoSnapshot,
    *,
    mirror: Mirror,
    events: Sequence[str],
) -> MirrorOutcome:
    customer_id = _owner_id(snapshot)
    if mirror.store.customer(customer_id) is None:
        _mirror_owner(snapshot, mirror=mirror)
    if isinstance(snapshot, InvoiceSnapshot):
        _mirror_memos(snapshot, mirror=mirror)
    mirror.store.save_document(ticket, snapshot, customer_id=customer_id, events=events)
    return MirrorOutcome.WRITTEN


def _mirror_memos(invoice: InvoiceSnapshot, *, mirror: Mirror) -> None:
    """Whoever looks for a credit memo of which only the invoice is known finds it here."""
    for memo in invoice.credit_memos:
        mirror_object(
            ObjectReference(invoice.provider, ObjectKind.CREDIT_MEMO, memo), mirror=mirror
        )


def _project_absence(ticket: Ticket, *, mirror: Mirror, events: Sequence[str]) -> MirrorOutcome:
    """The provider no longer knows the object: a deletion, mirrored like any other change."""
    match ticket.reference.kind:
        case ObjectKind.CUSTOMER:
            gone = CustomerSnapshot(
                ticket.reference.provider,
                ticket.reference.provider_id,
                _UNKNOWN_TIME,
                is_deleted=True,
            )
            return _project_customer(ticket, gone, mirror=mirror, events=events)
        case ObjectKind.PAYMENT_METHOD | ObjectKind.INVOICE:
            # A detached payment method, a draft invoice that was thrown away.
            mirror.store.remove_document(ticket, events=events)
            return MirrorOutcome.WRITTEN
        case _:
            # Payments and subscriptions are never deleted, and names of products that are gone
            # still stand on old purchases.
            mirror.store.settle(ticket.reference, events=events)
            return MirrorOutcome.NOTHING


def _project_customer(
    ticket: Ticket, snapshot: CustomerSnapshot, *, mirror: Mirror, events: Sequence[str]
) -> MirrorOutcome:
    customer_id = ticket.local_id or customer_id_of(snapshot.provider, snapshot.provider_id)
    before = mirror.store.customer(customer_id)
    after = merge_snapshot(before, snapshot)
    mirror.store.save_customer(ticket, before=before, after=after, events=events)
    return MirrorOutcome.WRITTEN


def _project_payment(
    ticket: Ticket, snapshot: PaymentSnapshot, *, mirror: Mirror, events: Sequence[str]
) -> MirrorOutcome:
    customer_id = _owner_id(snapshot)
    owner, before = mirror.store.customer_and_transaction(customer_id, transaction_id_of(snapshot))
    if owner is None:
        _mirror_owner(snapshot, mirror=mirror)
    if ticket.customer_id not in (None, customer_id):
        # A guest's payment may be given to a customer afterwards:
        # https://docs.stripe.com/api/charges/update#update_charge-customer
        before = mirror.store.hand_over(ticket, transaction_id_of(snapshot), to=customer_id)
    snapshot = replace(snapshot, refunds=_with_known_operations(snapshot, before, mirror=mirror))
    portions = portions_of(snapshot, before)
    for portion in portions:
        after = after_portion(portion, before, customer_id=customer_id)
        mirror.store.save_payment(
            ticket,
            before=before,
            after=after,
            entries=portion.entries,
            is_last=portion is portions[-1],
            events=events,
        )
        before = after
    return MirrorOutcome.WRITTEN


def _with_known_operations(
    snapshot: PaymentSnapshot, before: Transaction | None, *, mirror: Mirror
) -> tuple[RefundSnapshot, ...]:
    """The refunds, each with the operation that it belongs to for ever: said when it is first
    seen, and true only of an operation on this payment that no other refund belongs to.

    Whoever can write a refund's metadata in the dashboard must not end an operation of ours, nor
    take a refund away from one.
    """
    settled = {r.provider_id: r.operation_id for r in before.refunds} if before else {}
    named = {r.operation_id for r in snapshot.refunds if r.provider_id not in settled} - {None}
    free: Set[str | None] = named - set(settled.values())
    if free:
        free = mirror.store.operations_on(transaction_id_of(snapshot), {*filter(None, free)})
    refunds = []
    for refund in sorted(snapshot.refunds, key=lambda one: (one.created_at, one.provider_id)):
        ours = refund.operation_id if refund.operation_id in free else None
        if refund.provider_id not in settled:
            free = free - {ours}
        refunds.append(replace(refund, operation_id=settled.get(refund.provider_id, ours)))
    return tuple(refunds)


def _project_subscription(
    ticket: Ticket, snapshot: SubscriptionSnapshot, *, mirror: Mirror, events: Sequence[str]
) -> MirrorOutcome:
    customer_id = _owner_id(snapshot)
    product = _product_of(snapshot)
    context = mirror.store.subscription_context(
        customer_id, subscription_id_of(snapshot), product=product
    )
    if context.customer is None:
        _mirror_owner(snapshot, mirror=mirror)
    if product is not None and not context.is_product_known:
        mirror_object(product, mirror=mirror)
    before = context.subscription
    version = before.version + 1 if before else 1
    shown = subscription_of(snapshot, customer_id=customer_id, version=version)
    outcome = with_what_is_ours(before, shown, snapshot)
    mirror.store.save_subscription(
        ticket,
        before=before,
        after=outcome.subscription,
        failure_code=outcome.failure_code,
        events=events,
    )
    return MirrorOutcome.WRITTEN


def _product_of(snapshot: SubscriptionSnapshot) -> ObjectReference | None:
    if snapshot.product is None:
        return None
    return ObjectReference(snapshot.provider, ObjectKind.PRODUCT, snapshot.product)


def _owner_id(child: OwnedSnapshot) -> str:
    """Whose `child` is, known without a look-up.

    A payment without a customer is a guest's: each guest payment is a customer of its own,
    because nothing that a guest typed proves who it was.
    """
    return customer_id_of(child.provider, child.customer or _guest(child).provider_id)


def _mirror_owner(child: OwnedSnapshot, *, mirror: Mirror) -> None:
    """The child has come before its customer was ever seen: the customer first, then.

    Where a customer is no object of its own, the child tells of it: a guest, a payer.
    """
    person = _guest(child) if child.customer is None else child.payer
    if person is None:
        reference = ObjectReference(child.provider, ObjectKind.CUSTOMER, child.customer or "")
        mirror_object(reference, mirror=mirror)
        return
    reference = ObjectReference(person.provider, ObjectKind.CUSTOMER, person.provider_id)
    ticket = mirror.store.take_ticket(reference)
    after = merge_snapshot(None, person)
    mirror.store.save_customer(ticket, before=None, after=after, events=())


def _guest(child: OwnedSnapshot) -> CustomerSnapshot:
    return CustomerSnapshot(
        child.provider,
        f"guest:{child.provider_id}",
        child.created_at,
        name=child.guest_name if isinstance(child, PaymentSnapshot) else None,
        email=child.guest_email if isinstance(child, PaymentSnapshot) else None,
    )
