"""Where subscriptions are read, and what is shown beside them."""

from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.payment_method import PaymentMethod
from frontdesk.domain.subscription import Subscription
from frontdesk.ports.paging import PageOf, Window


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """`name` is its product's, None while the product has not been seen.

    `payment_method` is what the next payment is taken from, where that is known.
    """

    subscription: Subscription
    name: str | None = None
    payment_method: PaymentMethod | None = None


class SubscriptionStore(Protocol):
    def find(self, subscription_id: str, *, owner: str | None = None) -> SubscriptionView | None:
        """With `owner`, somebody else's is as a missing one, and found out at the same cost."""
        ...

    def of_customer(self, customer_id: str, *, window: Window) -> PageOf[SubscriptionView] | None:
        """The latest started first; None when there is no such customer."""
        ...
