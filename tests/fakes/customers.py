"""Customers in the in-memory tables, as the mirror would have left them."""

from dataclasses import replace
from datetime import UTC, datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Present, Update, Value
from frontdesk.adapters.dynamodb.profile_item import lifetime_value_attribute, profile_steps
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.customer import Customer
from frontdesk.domain.ids import derived_id
from frontdesk.domain.times import to_sortable

SPRING = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def customer_id(name: str) -> str:
    return derived_id("cus", origin=name)


def a_customer(origin: str = "ann", *, created_at: datetime = SPRING, **fields: object) -> Customer:
    return replace(Customer(id=customer_id(origin), created_at=created_at), **fields)  # type: ignore[arg-type]


def keep(gateway: Gateway, customer: Customer, *, currency: str = "usd") -> Customer:
    """Writes a new customer with its ledger's sums, subscriptions and last activity."""
    gateway.transact(
        profile_steps(None, customer, at=customer.created_at), token=RandomIds().new("op")
    )
    put: dict[str, Value] = {"subscription_statuses": dict(customer.subscription_statuses)}
    if customer.last_activity_at:
        moment = to_sortable(customer.last_activity_at)
        put |= {"last_activity_at": moment, "last_activity_key": f"{moment}#{customer.id}"}
    for code, amount in customer.lifetime_values.items():
        put[lifetime_value_attribute(code)] = amount
        if code == currency:
            put["lifetime_value_minor"] = amount
    gateway.write(Update(keys.profile(customer.id), Present(), put=put))
    return replace(customer, version=1)
