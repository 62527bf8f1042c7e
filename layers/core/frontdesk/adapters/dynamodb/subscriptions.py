"""Subscriptions with what is shown beside them: the product's name, what is paid with."""

from functools import partial

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.catalog import ProductNames, ProductReference
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.parallel import together
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.wallet import wallet_of, wallet_query
from frontdesk.domain.errors import InvalidInputError
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.wallet import Wallet
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.subscriptions import SubscriptionView


class DynamoSubscriptions:
    def __init__(self, gateway: Gateway, *, names: ProductNames) -> None:
        self._gateway = gateway
        self._names = names

    def find(self, subscription_id: str, *, owner: str | None = None) -> SubscriptionView | None:
        item = self._gateway.get(keys.subscription(subscription_id))
        if item is None or (owner is not None and item["customer_id"] != owner):
            return None
        own = self._gateway.query(wallet_query(str(item["customer_id"])))
        return self._views([item], wallet=wallet_of(own.items))[0]

    def of_customer(self, customer_id: str, *, window: Window) -> PageOf[SubscriptionView] | None:
        queries = (_list_query(customer_id, window), wallet_query(customer_id))
        listed, own = together([partial(self._gateway.query, query) for query in queries])
        wallet = wallet_of(own.items)
        if wallet.customer is None:
            return None
        items = listed.items[: window.limit]
        has_more = len(listed.items) > window.limit
        return PageOf(
            rows=tuple(self._views(items, wallet=wallet)),
            next_position=str(items[-1]["started_key"]) if has_more else None,
        )

    def _views(self, items: list[Item], *, wallet: Wallet) -> list[SubscriptionView]:
        subscriptions = [subscription_from(item) for item in items]
        products = {_product(s): s for s in subscriptions}
        names = self._names.of({product for product in products if product is not None})
        return [
            SubscriptionView(
                subscription=subscription,
                name=names.get(product) if (product := _product(subscription)) else None,
                payment_method=wallet.pays(subscription),
            )
            for subscription in subscriptions
        ]


def _list_query(customer_id: str, window: Window) -> Query:
    """One row more than asked for, to know whether another page follows."""
    if window.position is not None and not isinstance(window.position, str):
        raise InvalidInputError("The cursor belongs to another list.", code="invalid_cursor")
    return Query(
        "subscriptions",
        customer_id,
        index="subscriptions_by_customer",
        ascending=False,
        below=window.position,
        limit=window.limit + 1,
    )


def _product(subscription: Subscription) -> ProductReference | None:
    product = subscription.product
    return (subscription.provider, product) if product else None
