"""Refunds: what is asked for, and how one stands."""

from typing import Annotated, Literal

from pydantic import Field

from frontdesk.entrypoints.schemas.common import (
    Answer,
    Command,
    CustomerId,
    Moment,
    Money,
    Page,
    Paragraph,
    PositiveMoney,
    TransactionId,
    id_pattern,
)
from frontdesk.entrypoints.schemas.plans import PlanToken

RefundId = Annotated[str, id_pattern("ref")]
OperationId = Annotated[str, id_pattern("op")]
OperationState = Literal["requested", "submitting", "pending", "succeeded", "failed", "unknown"]
RefundStatus = Literal["requested", "pending", "succeeded", "failed", "canceled", "unknown"]
Reason = Literal[
    "requested_by_customer",
    "duplicate",
    "fraudulent",
    "service_problem",
    "satisfaction_guarantee",
    "dispute_prevention",
    "other",
]


class RefundCreation(Command):
    """Without `amount`, all that is left. `comment` is for the shop and never sent to anybody."""

    amount: PositiveMoney | None = None
    reason: Reason
    comment: Paragraph | None = None
    revoke_access: bool = False
    cancel_subscription: bool = False
    plan_token: PlanToken | None = None


class RefundProvider(Answer):
    """`id` is null until the provider has shown it."""

    name: Literal["stripe", "paypal"]
    id: str | None


class RefundCreditMemo(Answer):
    """The paper that corrects the tax of the invoice; issued once the money has gone."""

    status: OperationState
    provider: RefundProvider
    failure_code: str | None


class Refund(Answer):
    """`unknown`: asked for, and not known yet what came of it; it is being found out.

    `reason` is one of ours, or the provider's word for a refund that was made there.
    `needs_attention`: nothing can be found out any more, or money and credit memo say different
    things: a person has to look. `credit_memo` is null where tax asks for none.
    """

    id: RefundId
    transaction_id: TransactionId
    customer_id: CustomerId
    amount: Money
    status: RefundStatus
    reason: str | None
    comment: str | None
    created_at: Moment
    operation_id: OperationId | None
    requested_by: Annotated[str, Field(examples=["staff#stf_1"])] | None
    provider: RefundProvider
    failure_code: str | None
    needs_attention: bool
    credit_memo: RefundCreditMemo | None


class RefundList(Page[Refund]):
    """The refunds, newest first."""
