"""Customers' requests for refunds."""

from typing import Annotated, Literal

from frontdesk.entrypoints.schemas.common import (
    Answer,
    Command,
    CustomerId,
    Moment,
    Money,
    Page,
    Paragraph,
    SubscriptionId,
    TransactionId,
    Version,
    id_pattern,
)
from frontdesk.entrypoints.schemas.refunds import RefundId, RefundStatus

RefundRequestId = Annotated[str, id_pattern("rrq")]


class RefundRequestCreation(Command):
    """For all that is left of a payment: of `transaction_id`, or else of the latest one for
    `subscription_id`."""

    transaction_id: TransactionId | None = None
    subscription_id: SubscriptionId | None = None
    reason: Paragraph
    comment: Paragraph | None = None


class RefundRequestRefusal(Command):
    """`reason` is told to the customer."""

    reason: Paragraph


class RequestedRefund(Answer):
    id: RefundId
    status: RefundStatus


class MyRefundRequest(Answer):
    """`because` is a stable word for why it was declined or has to be decided; `note` is what
    staff say about it. `refund` is there once it is approved."""

    id: RefundRequestId
    transaction_id: TransactionId
    amount: Money
    reason: str
    comment: str | None
    status: Literal["queued", "approved", "declined"]
    because: str | None
    note: str | None
    created_at: Moment
    decided_at: Moment | None
    refund: RequestedRefund | None


class MyRefundRequestList(Page[MyRefundRequest]):
    """My requests, newest first."""


class RefundRequest(MyRefundRequest):
    """`decided_by` is null where the shop's rules decided."""

    customer_id: CustomerId
    decided_by: str | None
    version: Version


class RefundRequestList(Page[RefundRequest]):
    """The requests, newest first."""
