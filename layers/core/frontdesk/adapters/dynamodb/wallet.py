"""A customer's payment methods and which of them pays what, in one read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Query
from frontdesk.domain.payment_method import PaymentMethod
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Wallet:
    """`methods` by the provider's id; `default` names one of them, perhaps one not seen yet."""

    has_owner: bool
    default: str | None
    methods: dict[str, PaymentMethod]

    def pays(self, subscription: Subscription) -> PaymentMethod | None:
        """Its own method, or the customer's default as the provider does
        (https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method)."""
        wanted = subscription.payment_method or self.default
        method = self.methods.get(wanted) if wanted else None
        return method if method and method.provider is subscription.provider else None


def wallet_query(customer_id: str) -> Query:
    shared = keys.profile_and_payment_methods(customer_id)
    return Query(shared.table, shared.pk, prefix=shared.sk)


def wallet_of(items: Iterable[Item]) -> Wallet:
    profile: Item | None = None
    methods: dict[str, PaymentMethod] = {}
    for item in items:
        if item.get("entity") == "customer":
            profile = item
        elif item.get("entity") == "payment_method":
            method = _method(item)
            methods[method.provider_id] = method
    return Wallet(
        has_owner=profile is not None,
        default=cast("str | None", (profile or {}).get("default_payment_method")),
        methods=methods,
    )


def _method(item: Item) -> PaymentMethod:
    fields = cast("dict[str, Any]", item)
    return PaymentMethod(
        id=fields["id"],
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        type=fields["type"],
        brand=fields.get("brand"),
        last4=fields.get("last4"),
    )
