"""Subscriptions, as everybody sees them."""

from frontdesk.domain.errors import NotFoundError
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.subscriptions import SubscriptionStore, SubscriptionView


def list_subscriptions(
    customer_id: str, *, window: Window, subscriptions: SubscriptionStore
) -> PageOf[SubscriptionView]:
    """Raises NotFoundError when there is no such customer."""
    page = subscriptions.of_customer(customer_id, window=window)
    if page is None:
        raise NotFoundError
    return page


def read_subscription(
    subscription_id: str, *, subscriptions: SubscriptionStore, owner: str | None = None
) -> SubscriptionView:
    """With `owner`, somebody else's is answered exactly as a missing one: NotFoundError."""
    view = subscriptions.find(subscription_id, owner=owner)
    if view is None:
        raise NotFoundError
    return view
