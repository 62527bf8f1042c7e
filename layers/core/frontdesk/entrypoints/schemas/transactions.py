"""A transaction as the merchant sees it."""

from typing import Annotated, Literal

from frontdesk.entrypoints.schemas.common import (
    Answer,
    CustomerId,
    Moment,
    Money,
    Page,
    Provider,
    SubscriptionId,
    TransactionId,
    Version,
    id_pattern,
)
from frontdesk.entrypoints.schemas.subscriptions import Affiliate, Offer


class PaidWith(Answer):
    type: str
    brand: str | None
    last4: str | None


class Refund(Answer):
    id: Annotated[str, id_pattern("ref")]
    amount: Money
    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    reason: str | None
    created_at: Moment
    provider: Provider


class Dispute(Answer):
    """`status` is the provider's own word."""

    provider: Provider
    amount: Money
    status: str
    reason: str | None
    created_at: Moment


class Transaction(Answer):
    """`amount` was asked for, `captured` was taken, `refunded` went back or is on its way."""

    id: TransactionId
    customer_id: CustomerId
    provider: Provider
    kind: Literal["payment"]
    status: Literal["succeeded", "pending", "failed", "partially_refunded", "refunded", "disputed"]
    amount: Money
    captured: Money
    refunded: Money
    created_at: Moment
    description: str | None
    payment_method: PaidWith | None
    failure_code: str | None
    refunds: list[Refund]
    disputes: list[Dispute]
    offer: Offer | None
    affiliate: Affiliate | None
    invoice_id: Annotated[str, id_pattern("inv")] | None
    subscription_id: SubscriptionId | None
    version: Version


class TransactionList(Page[Transaction]):
    """The transactions, newest first."""
