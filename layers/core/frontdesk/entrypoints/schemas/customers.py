"""A customer as the merchant sees and edits it."""

from typing import Annotated, Literal

from pydantic import Field

from frontdesk.entrypoints.schemas.common import (
    Answer,
    CustomerId,
    Moment,
    Money,
    Page,
    Provider,
    SubscriptionId,
)
from frontdesk.entrypoints.schemas.contact import (
    Address,
    Company,
    Contact,
    ContactPatch,
    Email,
    Number,
)

SubscriptionStatus = Literal[
    "active",
    "trialing",
    "past_due",
    "paused",
    "canceled",
    "expired",
    "incomplete",
    "pending_approval",
]


class CustomerPatch(ContactPatch):
    """Merged into what stands (RFC 7396): what is left out stays, null empties."""

    email: Email | None = None
    external_id: Number | None = None
    is_test: bool = False


class SubscriptionState(Answer):
    id: SubscriptionId
    status: SubscriptionStatus


class Customer(Contact):
    """`lifetime_value` is what was kept in the shop's currency, net of refunds and disputes;
    `lifetime_values` the same for every currency, never added together."""

    id: CustomerId
    address: Address
    company: Company
    external_id: str | None
    is_test: bool
    status: Literal["active", "deleted"]
    lifetime_value: Money
    lifetime_values: list[Money]
    subscriptions: list[SubscriptionState]
    last_activity_at: Annotated[
        Moment | None, Field(description="When the customer last changed something itself.")
    ]
    created_at: Moment
    provider: Provider | None


class CustomerList(Page[Customer]):
    """The customers, with where the next page begins."""
