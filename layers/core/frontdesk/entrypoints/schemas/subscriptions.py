"""A subscription, as everybody sees it."""

from typing import Annotated, Literal

from pydantic import Field

from frontdesk.entrypoints.schemas.common import (
    Answer,
    CustomerId,
    Moment,
    Money,
    OfferId,
    Page,
    Provider,
    SubscriptionId,
    Version,
)
from frontdesk.entrypoints.schemas.customers import SubscriptionStatus

Capability = Literal["native", "emulated", "needs_buyer", "none"]


class Offer(Answer):
    id: OfferId
    name: str


class Access(Answer):
    """What the customer may use now; never inferred from the billing status."""

    state: Literal["active", "ending", "ended", "limited"]
    until: Moment | None
    reason: str


class Cycle(Answer):
    interval: Literal["day", "week", "month", "year"]
    count: Annotated[int, Field(ge=1)]


class Installments(Answer):
    paid: int
    total: int


class Pending(Answer):
    kind: Literal["cancel", "change", "pause", "approval"]
    at: Moment | None
    approve_url: str | None = None


class PaymentMethod(Answer):
    """What the next payment is taken from."""

    id: str
    type: str
    brand: str | None
    last4: str | None


class Affiliate(Answer):
    id: str
    name: str


class Capabilities(Answer):
    """Whether the provider does it, Frontdesk brings it about, the buyer has to agree, or nobody
    can do it."""

    pause: Capability
    pause_until: Capability
    resume: Capability
    cancel: Capability
    cancel_at_period_end: Capability
    cancel_on_date: Capability
    undo_cancel: Capability
    change: Capability
    price: Capability
    proration: Capability


class Subscription(Answer):
    id: SubscriptionId
    customer_id: CustomerId
    offer: Offer | None
    name: str | None
    provider: Provider
    status: SubscriptionStatus
    billing_status: Annotated[str, Field(description="The provider's own word.")]
    access: Access
    amount: Money | None
    cycle: Cycle | None
    started_at: Moment
    current_period_end: Moment | None
    next_payment_at: Moment | None
    installments: Installments | None
    pending: Pending | None
    payment_method: PaymentMethod | None
    affiliate: Affiliate | None
    capabilities: Capabilities
    version: Version


class SubscriptionList(Page[Subscription]):
    """The subscriptions, the latest started first."""
