"""What a customer pays with."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from frontdesk.domain.customer_change import UNSET, AddressChange
from frontdesk.domain.payment_method import Expiry as DomainExpiry
from frontdesk.domain.payment_method_change import PaymentMethodChange
from frontdesk.entrypoints.schemas.common import (
    Answer,
    Change,
    Command,
    Page,
    Provider,
    SubscriptionId,
    Version,
    id_pattern,
)
from frontdesk.entrypoints.schemas.contact import Address, AddressPatch

PaymentMethodId = Annotated[str, id_pattern("pm")]
ProviderName = Literal["stripe", "paypal"]
Offered = Literal["native", "none"]

_Month = Annotated[int, Field(ge=1, le=12)]
_Year = Annotated[int, Field(ge=2000, le=2100)]


# --- bodies ------------------------------------------------------------------------------------


class SetupOrder(Command):
    """`return_to` is one of the shop's return addresses, by default its first: the buyer comes
    back there from a provider that asks on pages of its own."""

    provider: ProviderName
    return_to: Annotated[str, Field(max_length=2048)] | None = None


class SetupConfirmation(Command):
    """`setup_id` is the provider's id of the setup."""

    provider: ProviderName
    setup_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,255}$")]


class CardExpiry(Command):
    month: _Month
    year: _Year


class PaymentMethodPatch(Change):
    """Merged into what stands (RFC 7396): what is left out stays, null empties."""

    # Not optional, though it may be left out: a card without a date is none.
    expiry: Annotated[CardExpiry, Field(default=None)]
    billing_address: AddressPatch | None = None

    def change(self) -> PaymentMethodChange:
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        expiry, address = given.get("expiry"), given.get("billing_address", UNSET)
        if isinstance(address, AddressPatch):
            named = {name: getattr(address, name) for name in address.model_fields_set}
            address = AddressChange(**named)
        return PaymentMethodChange(
            expiry=DomainExpiry(expiry.month, expiry.year) if expiry else UNSET,
            billing_address=address,
        )


# --- answers -----------------------------------------------------------------------------------


class Setup(Answer):
    """Go on with `client_secret` in the provider's form, or send the buyer to `approve_url`.

    The secret is told once: a repeat of the request has null in its place.
    """

    provider: Provider
    client_secret: str | None
    approve_url: str | None


class Expiry(Answer):
    """The last month in which it pays."""

    month: _Month
    year: int


class PaymentMethodCapabilities(Answer):
    default: Offered
    edit: Offered
    remove: Offered


class MyPaymentMethod(Answer):
    """`subscriptions` are paid with it. With billing information switched off, `payer_email` and
    `billing_address` are null. What the buyer's account at the provider pays is changed there, at
    `update_url`."""

    id: PaymentMethodId
    provider: Provider
    type: str
    brand: str | None
    last4: str | None
    expiry: Expiry | None
    payer_email: str | None
    billing_address: Address | None
    is_default: bool
    subscriptions: list[SubscriptionId]
    capabilities: PaymentMethodCapabilities
    update_url: str | None
    version: Version


class MyPaymentMethodList(Page[MyPaymentMethod]):
    """What the customer pays with, newest first."""
