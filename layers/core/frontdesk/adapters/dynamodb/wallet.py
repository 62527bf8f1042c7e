"""A customer's payment methods and which of them pays what."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.profile_item import customer_of
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.domain.customer import Address, Customer
from frontdesk.domain.payment_method import Expiry, PaymentMethod
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.wallet import PAY_NOTHING, Wallet


class DynamoWallets:
    """Two reads: the customer's own rows, then the subscriptions that its profile names."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def read(self, customer_id: str) -> Wallet | None:
        query = replace(wallet_query(customer_id), consistent=True)
        wallet = wallet_of(self._gateway.query(query).items)
        if wallet.customer is None:
            return None
        return replace(wallet, subscriptions=self._subscriptions(wallet.customer))

    def _subscriptions(self, customer: Customer) -> tuple[Subscription, ...]:
        """By the profile's own list of them: an index may be behind."""
        wanted = [
            keys.subscription(subscription_id)
            for subscription_id, status in sorted(customer.subscription_statuses.items())
            if status not in PAY_NOTHING
        ]
        found = self._gateway.get_many(wanted) if wanted else {}
        return tuple(
            subscription_from(item) for item in found.values() if item["customer_id"] == customer.id
        )


def wallet_query(customer_id: str) -> Query:
    shared = keys.profile_and_payment_methods(customer_id)
    return Query(shared.table, shared.pk, prefix=shared.sk)


def wallet_of(items: Iterable[Item]) -> Wallet:
    customer: Customer | None = None
    stored: dict[str, PaymentMethod] = {}
    for item in items:
        if item.get("entity") == "customer":
            customer = customer_of(item)
        elif item.get("entity") == "payment_method":
            method = _method(item)
            stored[method.provider_id] = method
    return Wallet(customer, stored)


def _method(item: Item) -> PaymentMethod:
    fields = cast("dict[str, Any]", item)
    return PaymentMethod(
        id=fields["id"],
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        type=fields["type"],
        brand=fields.get("brand"),
        last4=fields.get("last4"),
        expiry=_expiry(fields),
        payer_email=fields.get("payer_email"),
        billing_address=Address(*(fields.get("billing_address") or ())),
    )


def _expiry(fields: Mapping[str, Any]) -> Expiry | None:
    month, year = fields.get("expiry_month"), fields.get("expiry_year")
    return None if month is None or year is None else Expiry(month, year)
