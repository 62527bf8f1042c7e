"""Verbs on a subscription."""

from typing import Annotated, Literal

from pydantic import Field

from frontdesk.entrypoints.schemas.common import (
    Answer,
    Command,
    Instant,
    Line,
    OfferId,
    Paragraph,
    PositiveMoney,
)
from frontdesk.entrypoints.schemas.plans import PlanToken
from frontdesk.entrypoints.schemas.refunds import OperationState, Refund
from frontdesk.entrypoints.schemas.subscriptions import Subscription


class Confirmation(Command):
    """Nothing but, if there was a preview, its token."""

    plan_token: PlanToken | None = None


class Cancellation(Confirmation):
    """`period_end` is the end of what is paid for."""

    when: Literal["now", "period_end"] | Instant
    reason: Line | None = None
    comment: Paragraph | None = None


class MerchantCancellation(Cancellation):
    refund: Literal["none", "prorated", "full"] = "none"


class Pause(Confirmation):
    """Without `resume_at`, until it is resumed."""

    resume_at: Instant | None = None


class OfferChange(Confirmation):
    """When it is made and how it is settled follows the shop's settings; staff who name a
    `proration` have it made at once. Without `quantity`, as many as now."""

    offer_id: OfferId
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    proration: Literal["none", "next_invoice", "invoice_now"] | None = None


class PriceChange(Confirmation):
    """`amount` is what one cycle costs from then on."""

    amount: PositiveMoney
    starts: Annotated[Literal["next_renewal", "now"], Field(alias="from")]


class DoneOperation(Answer):
    """`unknown` and `pending` are looked after until the provider shows what came of them."""

    id: str
    kind: str
    state: OperationState


class ChangedSubscription(Subscription):
    """The subscription as the provider shows it now, and what was done with it."""

    operation: DoneOperation


class CanceledSubscription(ChangedSubscription):
    """With what was given back for it, where it was asked for."""

    refund: Refund | None = None
