"""A customer as the merchant sees it."""

from dataclasses import asdict
from typing import Any

from frontdesk.domain.customer import Customer
from frontdesk.domain.money import Money
from frontdesk.entrypoints.presenters.common import present_moment, present_money


def present_customer(customer: Customer, *, currency: str) -> dict[str, Any]:
    """`currency` is the shop's: `lifetime_value` is what was kept in it, nothing converted."""
    origin = customer.provider
    return {
        "id": customer.id,
        **present_contact(customer),
        "custom_fields": dict(customer.custom_fields),
        "external_id": customer.external_id,
        "is_test": customer.is_test,
        "status": customer.status.value,
        "avatar_url": None,
        "lifetime_value": present_money(Money(customer.lifetime_values.get(currency, 0), currency)),
        "lifetime_values": [
            present_money(Money(amount, code))
            for code, amount in sorted(customer.lifetime_values.items())
        ],
        "subscriptions": [
            {"id": subscription_id, "status": status}
            for subscription_id, status in sorted(customer.subscription_statuses.items())
        ],
        "last_activity_at": present_moment(customer.last_activity_at),
        "created_at": present_moment(customer.created_at),
        "provider": {"name": origin.name.value, "id": origin.id} if origin else None,
        "version": customer.version,
    }


def present_contact(customer: Customer) -> dict[str, Any]:
    """What merchant and customer alike see and edit."""
    return {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "address": asdict(customer.address),
        "company": asdict(customer.company),
        "tax_id": customer.tax_id,
        "vat_number": customer.vat_number,
        "time_zone": customer.time_zone,
        "locale": customer.locale,
        "notification_preferences": dict(customer.notification_preferences),
        "social": {
            "bio": customer.social.bio,
            "location": customer.social.location,
            "usernames": dict(customer.social.usernames),
        },
    }
