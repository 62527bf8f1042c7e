"""What goes with a refund: operations of their own, on record with it or not at all.

    refund ──▶ accepted  ──▶ the subscription ends
           └─▶ succeeded ──▶ the credit memo is issued

Each waits until the refund is so far (`domain.operation.may_follow`) and fails with it. What was
done for a refund that fails later stays done.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.operation import (
    Operation,
    OperationKind,
    OperationState,
    Parameter,
    part_id_of,
)
from frontdesk.domain.refund import CANCEL_AT_ONCE, needs_memo
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import parameters_of
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.operations import Part

CANCELLATION = "cancellation"
CREDIT_MEMO = "credit_memo"


@dataclass(frozen=True, slots=True)
class Seen:
    """What an order is about, as it was read; the subscription only where it is to end too."""

    transaction: Transaction
    invoice: PaidInvoice | None = None
    subscription: Subscription | None = None


def parts_of(refund: Operation, seen: Seen) -> tuple[Part, ...]:
    parts = []
    if seen.invoice is not None and needs_memo(seen.invoice):
        parts.append(Part(_credit_memo(refund, seen.invoice)))
    if seen.subscription is not None:
        end = _cancellation(refund, seen.subscription)
        parts.append(Part(end, seen_version=seen.subscription.version))
    return tuple(parts)


def ids_of_parts(refund: Operation) -> tuple[str, ...]:
    """Of those that it was admitted with, in the order in which a customer would want them."""
    flags = {CANCELLATION: "cancel_subscription", CREDIT_MEMO: "with_credit_memo"}
    return tuple(
        part_id_of(refund.id, name) for name, flag in flags.items() if refund.parameters.get(flag)
    )


def _cancellation(refund: Operation, subscription: Subscription) -> Operation:
    return _part(
        refund,
        CANCELLATION,
        kind=CANCEL_AT_ONCE.kind,
        subject=subscription,
        parameters=parameters_of(CANCEL_AT_ONCE),
    )


def _credit_memo(refund: Operation, invoice: PaidInvoice) -> Operation:
    return _part(
        refund,
        CREDIT_MEMO,
        kind=OperationKind.CREDIT_MEMO,
        subject=invoice,
        parameters={n: refund.parameters[n] for n in ("amount_minor", "currency", "reason")},
    )


def _part(
    refund: Operation,
    name: str,
    *,
    kind: OperationKind,
    subject: Subscription | PaidInvoice,
    parameters: Mapping[str, Parameter],
) -> Operation:
    return Operation(
        id=part_id_of(refund.id, name),
        kind=kind,
        state=OperationState.REQUESTED,
        provider=subject.provider,
        customer_id=refund.customer_id,
        subject_id=subject.id,
        subject_provider_id=subject.provider_id,
        requested_by=refund.requested_by,
        requested_at=refund.requested_at,
        parameters=parameters,
        after=refund.id,
    )
