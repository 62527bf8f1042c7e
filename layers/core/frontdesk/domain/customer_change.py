"""A change to a customer's own data, as a merge: what is not named stays, None empties.

https://www.rfc-editor.org/rfc/rfc7396
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from frontdesk.domain.customer import Address, Company, Customer, Social

MOST_NAMES = 50
"""Names that a customer's maps may hold: custom fields, preferences, user names."""


class Unset(Enum):
    """Stands for what a change does not name."""

    UNSET = "unset"


UNSET = Unset.UNSET

type Change[T] = T | Unset | None
type CustomValue = str | int | bool


@dataclass(frozen=True, slots=True)
class AddressChange:
    line1: Change[str] = UNSET
    line2: Change[str] = UNSET
    city: Change[str] = UNSET
    state: Change[str] = UNSET
    postal_code: Change[str] = UNSET
    country: Change[str] = UNSET


@dataclass(frozen=True, slots=True)
class CompanyChange:
    name: Change[str] = UNSET
    id: Change[str] = UNSET
    email: Change[str] = UNSET


@dataclass(frozen=True, slots=True)
class SocialChange:
    bio: Change[str] = UNSET
    location: Change[str] = UNSET
    usernames: Change[Mapping[str, str | None]] = UNSET


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """`email`, `external_id` and `is_test` are the merchant's alone to change."""

    name: Change[str] = UNSET
    email: Change[str] = UNSET
    phone: Change[str] = UNSET
    address: Change[AddressChange] = UNSET
    company: Change[CompanyChange] = UNSET
    tax_id: Change[str] = UNSET
    vat_number: Change[str] = UNSET
    time_zone: Change[str] = UNSET
    locale: Change[str] = UNSET
    notification_preferences: Change[Mapping[str, bool | None]] = UNSET
    social: Change[SocialChange] = UNSET
    custom_fields: Change[Mapping[str, CustomValue | None]] = UNSET
    external_id: Change[str] = UNSET
    is_test: Change[bool] = UNSET

    def apply_to(self, customer: Customer) -> Customer:
        return _merged(customer, self)


_EMPTY = {
    "address": Address(),
    "company": Company(),
    "social": Social(),
    "is_test": False,
    "notification_preferences": {},
    "custom_fields": {},
    "usernames": {},
}


def _merged[T: (Customer, Address, Company, Social)](current: T, change: Any) -> T:
    named = {
        field.name: getattr(change, field.name)
        for field in fields(change)
        if getattr(change, field.name) is not UNSET
    }
    return replace(
        current,
        **{name: _merged_value(name, getattr(current, name), to) for name, to in named.items()},
    )


def _merged_value(name: str, current: Any, to: Any) -> Any:
    match to:
        case None:
            return _EMPTY.get(name)
        case AddressChange() | CompanyChange() | SocialChange():
            return _merged(current, to)
        case Mapping():
            merged = {**current, **to}
            return {key: value for key, value in merged.items() if value is not None}
        case _:
            return to
