"""A payment method as its customer sees it."""

from dataclasses import asdict
from typing import Any

from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.wallet import WalletEntry
from frontdesk.ports.payment_methods import Setup

BILLING_FIELDS = ("payer_email", "billing_address")
"""What the switch `billing_information` hides."""


def present_payment_method(
    entry: WalletEntry, *, shows_billing: bool, update_url: str | None
) -> dict[str, Any]:
    method = entry.method
    shown = {
        "id": method.id,
        "provider": {"name": method.provider.value, "id": method.provider_id},
        "type": method.type,
        "brand": method.brand,
        "last4": method.last4,
        "expiry": asdict(method.expiry) if method.expiry else None,
        "payer_email": method.payer_email,
        "billing_address": asdict(method.billing_address) if method.is_stored else None,
        "is_default": entry.is_default,
        "subscriptions": list(entry.subscriptions),
        "capabilities": {verb: offered.value for verb, offered in method.capabilities.items()},
        "update_url": None if method.is_stored else update_url,
        "version": entry.version,
    }
    return shown if shows_billing else shown | dict.fromkeys(BILLING_FIELDS)


def present_setup(setup: Setup, *, provider: ProviderName) -> dict[str, Any]:
    return {
        "provider": {"name": provider.value, "id": setup.id},
        "client_secret": setup.client_secret,
        "approve_url": setup.approve_url,
    }
