"""People as PayPal's objects tell of them: there is no customer to fetch.

The payer id is PayPal's own name for a person towards this shop and does not change:
https://developer.paypal.com/docs/api/orders/v2/#definition-payer_base
"""

from datetime import datetime
from typing import Any

from frontdesk.adapters.paypal.fields import Json
from frontdesk.domain.snapshot import AddressParts, CustomerSnapshot, ProviderName

_V2_ADDRESS = (
    "address_line_1",
    "address_line_2",
    "admin_area_2",
    "admin_area_1",
    "postal_code",
    "country_code",
)
_V1_ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country_code")


def subscriber(subscription: Json, *, since: datetime) -> CustomerSnapshot:
    """Before the buyer has approved, nobody knows whose it will be: a guest for the time being."""
    told = subscription.get("subscriber") or {}
    known = payer(told, since=since)
    if known is not None:
        return known
    guest = f"guest:{subscription['id']}"
    return CustomerSnapshot(
        ProviderName.PAYPAL, guest, since, name=_name(told.get("name")), email=_email(told)
    )


def payer(told: Json, *, since: datetime) -> CustomerSnapshot | None:
    """The `payer` of an order, the `subscriber` of a subscription, a wallet: all one shape."""
    payer_id = told.get("payer_id") or told.get("account_id")
    if not payer_id:
        return None
    shipping = told.get("shipping_address") or {}
    return CustomerSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=payer_id,
        created_at=since,
        name=_name(told.get("name")),
        email=_email(told),
        phone=_phone(told),
        address=_address(told.get("address") or shipping.get("address"), _V2_ADDRESS),
    )


def v1_payer(told: Json, *, since: datetime) -> CustomerSnapshot | None:
    """`payer_info` of a v1 payment."""
    if not told.get("payer_id"):
        return None
    names = (told.get("first_name"), told.get("middle_name"), told.get("last_name"))
    return CustomerSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=told["payer_id"],
        created_at=since,
        name=" ".join(filter(None, names)) or None,
        email=told.get("email"),
        address=_address(told.get("billing_address") or told.get("shipping_address"), _V1_ADDRESS),
    )


def v2_address(address: Json | None) -> AddressParts:
    return _address(address, _V2_ADDRESS)


def _name(name: Json | None) -> str | None:
    if not name:
        return None
    if name.get("full_name"):
        return str(name["full_name"])
    parts = (name.get(part) for part in ("prefix", "given_name", "middle_name", "surname"))
    return " ".join(filter(None, parts)) or None


def _email(told: Json) -> str | None:
    email: str | None = told.get("email_address")
    return email


def _phone(told: Json) -> str | None:
    """A subscriber's and a wallet's phone is two parts, an order's payer's one."""
    number = (told.get("phone") or {}).get("phone_number") or told.get("phone_number") or {}
    national = number.get("national_number")
    if not national:
        return None
    return f"+{number['country_code']}{national}" if number.get("country_code") else str(national)


def _address(address: Json | None, names: tuple[str, ...]) -> AddressParts:
    parts: list[Any] = [(address or {}).get(name) for name in names]
    line1, line2, city, state, postal_code, country = parts
    return line1, line2, city, state, postal_code, country
