"""Ends a subscription at once and gives back what was paid last, or the unused share of it.

It is a refund with the cancellation as its part: the money first, and then the end.
"""

from frontdesk.domain.operation import Operation
from frontdesk.domain.refund import RefundOrder, RefundRefusedError
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_policy import CancelOrder, ensure_refund_fits
from frontdesk.ports.operations import OperationStore
from frontdesk.ports.transactions import PaidSubscriptions
from frontdesk.use_cases.refund_parts import id_of_subscription_part


def refund_order_of(
    order: CancelOrder,
    subscription: Subscription,
    *,
    subscriptions: PaidSubscriptions,
    standing: Operation | None = None,
) -> RefundOrder:
    """`standing` is what the order has become before: a repeat is about the same payment.

    Raises InvalidInputError, RefundRefusedError when nothing was ever paid.
    """
    ensure_refund_fits(order)
    return RefundOrder(
        transaction_id=standing.subject_id
        if standing is not None
        else _latest_payment(subscription, subscriptions=subscriptions),
        is_prorated=order.refund == "prorated",
        cancel_subscription=True,
        cancel_reason=order.reason,
        cancel_comment=order.comment,
    )


def _latest_payment(subscription: Subscription, *, subscriptions: PaidSubscriptions) -> str:
    payment = subscriptions.latest_payment(subscription)
    if payment is None:
        raise RefundRefusedError(
            "Nothing has been paid for this subscription.", code="nothing_to_refund"
        )
    return payment.id


def cancellation_of(refund: Operation, *, operations: OperationStore) -> Operation | None:
    """The part that ends the subscription, as it stands."""
    part_id = id_of_subscription_part(refund)
    return operations.get(part_id) if part_id is not None else None
