"""What goes with a refund: operations of their own, on record with it or not at all.

    refund ──▶ accepted  ──▶ the subscription ends, or its access does
           └─▶ succeeded ──▶ the credit memo is issued

Each waits until the refund is so far (`domain.operation.may_follow`) and fails with it. What was
done for a refund that fails later stays done.
"""

from collections.abc import Mapping
from datetime import datetime

from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.operation import (
    Operation,
    OperationKind,
    OperationState,
    Parameter,
    part_id_of,
)
from frontdesk.domain.refund import RefundOrder
from frontdesk.domain.refund_plan import Seen, needs_memo, wish_beside
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import parameters_of
from frontdesk.ports.operations import Part

CREDIT_MEMO = "credit_memo"
_SUBSCRIPTION_PARTS = {
    OperationKind.CANCEL: "cancellation",
    OperationKind.REVOKE_ACCESS: "revocation",
}


def parts_of(
    refund: Operation, order: RefundOrder, seen: Seen, *, seen_version: int | None, now: datetime
) -> tuple[Part, ...]:
    """`seen_version` is the subscription's, `now` the moment that the plan is of."""
    parts = []
    if seen.invoice is not None and needs_memo(seen.invoice):
        parts.append(Part(_credit_memo(refund, seen.invoice)))
    if seen.subscription is not None:
        beside = _beside(refund, order, seen.subscription, now=now)
        parts.append(Part(beside, seen_version=seen_version))
    return tuple(parts)


def ids_of_parts(refund: Operation) -> tuple[str, ...]:
    """Of those that it was admitted with, in the order in which a customer would want them."""
    subscription_part = id_of_subscription_part(refund)
    ids = [subscription_part] if subscription_part is not None else []
    if refund.parameters.get("with_credit_memo"):
        ids.append(part_id_of(refund.id, CREDIT_MEMO))
    return tuple(ids)


def id_of_subscription_part(refund: Operation) -> str | None:
    if refund.parameters.get("cancel_subscription"):
        return part_id_of(refund.id, _SUBSCRIPTION_PARTS[OperationKind.CANCEL])
    if refund.parameters.get("revoke_access"):
        return part_id_of(refund.id, _SUBSCRIPTION_PARTS[OperationKind.REVOKE_ACCESS])
    return None


def _beside(
    refund: Operation, order: RefundOrder, subscription: Subscription, *, now: datetime
) -> Operation:
    wish = wish_beside(order, subscription, now=now)
    return _part(
        refund,
        _SUBSCRIPTION_PARTS[wish.kind],
        kind=wish.kind,
        subject=subscription,
        parameters=parameters_of(wish),
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
