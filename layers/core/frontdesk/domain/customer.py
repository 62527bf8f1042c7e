"""A customer of the shop, and how what a provider says is merged with what was edited here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import CustomerSnapshot, ProviderName

_EMPTY: Mapping[str, str] = MappingProxyType({})


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    DELETED = "deleted"
    """Deleted at the provider: the record and its ledger stay, nothing more is billed."""


@dataclass(frozen=True, slots=True)
class Address:
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    name: str | None = None
    id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Social:
    bio: str | None = None
    location: str | None = None
    usernames: Mapping[str, str] = _EMPTY


@dataclass(frozen=True, slots=True)
class ProviderReference:
    name: ProviderName
    id: str

    @property
    def is_guest(self) -> bool:
        """A payment's or an order's buyer, of whom the provider keeps no account."""
        return self.id.startswith("guest:")


@dataclass(frozen=True, slots=True)
class ProviderContact:
    """The contact data as a provider last said it: the base of the next merge."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()
    company_name: str | None = None
    tax_id: str | None = None
    vat_number: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """`lifetime_values` are minor units net of refunds and lost disputes, by currency."""

    id: str
    created_at: datetime
    version: int = 1
    status: CustomerStatus = CustomerStatus.ACTIVE
    provider: ProviderReference | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address = Address()
    company: Company = Company()
    tax_id: str | None = None
    vat_number: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    notification_preferences: Mapping[str, bool] = MappingProxyType({})
    social: Social = Social()
    custom_fields: Mapping[str, str | int | bool | None] = MappingProxyType({})
    external_id: str | None = None
    is_test: bool = False
    default_payment_method: str | None = None
    last_activity_at: datetime | None = None
    mirrored: ProviderContact = ProviderContact()
    lifetime_values: Mapping[str, int] = field(default_factory=dict)
    subscription_statuses: Mapping[str, str] = field(default_factory=dict)

    def account_id_at(self, provider: ProviderName) -> str | None:
        """The provider's id of the customer, None where it keeps no account for them."""
        known = self.provider
        if known is None or known.name is not provider or known.is_guest:
            return None
        return known.id if self.status is CustomerStatus.ACTIVE else None


def customer_id_of(provider: ProviderName, provider_id: str) -> str:
    """The same for ever, and known before the customer itself has been seen."""
    return derived_id("cus", origin=f"{provider}:customer:{provider_id}")


def merge_snapshot(current: Customer | None, snapshot: CustomerSnapshot) -> Customer:
    """What the customer becomes.

    Field by field, whoever changed it last wins: a value that the provider has changed since we
    last looked replaces ours; a value edited here stays while the provider's is the same.
    """
    if current is None:
        current = Customer(
            id=customer_id_of(snapshot.provider, snapshot.provider_id),
            created_at=snapshot.created_at,
            version=0,
            provider=ProviderReference(snapshot.provider, snapshot.provider_id),
        )
    if snapshot.is_deleted:
        return replace(current, status=CustomerStatus.DELETED)
    said = ProviderContact(
        name=snapshot.name,
        email=snapshot.email,
        phone=snapshot.phone,
        address=Address(*snapshot.address),
        company_name=snapshot.company_name,
        tax_id=snapshot.tax_id,
        vat_number=snapshot.vat_number,
        locale=snapshot.locale,
    )
    company_name = _merged("company_name", current.company.name, current.mirrored, said)
    return replace(
        current,
        status=CustomerStatus.ACTIVE,
        name=_merged("name", current.name, current.mirrored, said),
        email=_merged("email", current.email, current.mirrored, said),
        phone=_merged("phone", current.phone, current.mirrored, said),
        address=_merged("address", current.address, current.mirrored, said),
        company=replace(current.company, name=company_name),
        tax_id=_merged("tax_id", current.tax_id, current.mirrored, said),
        vat_number=_merged("vat_number", current.vat_number, current.mirrored, said),
        locale=_merged("locale", current.locale, current.mirrored, said),
        default_payment_method=snapshot.default_payment_method,
        mirrored=said,
    )


def _merged[T](name: str, ours: T, base: ProviderContact, said: ProviderContact) -> T:
    theirs: T = getattr(said, name)
    return ours if getattr(base, name) == theirs else theirs
