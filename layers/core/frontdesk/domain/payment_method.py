"""What is paid with, as far as it may be shown, and what can be done with it.

A stored method is one that the provider keeps for the shop: a card, a saved wallet. An account is
the buyer's own at the provider: what was agreed on there is paid from it, nothing is stored, and
only the buyer can change how it pays.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from frontdesk.domain.capabilities import Capability
from frontdesk.domain.customer import Address, Customer
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ProviderName

_VERBS = ("default", "edit", "remove")
_NOTHING: Mapping[str, Capability] = MappingProxyType(dict.fromkeys(_VERBS, Capability.NONE))
_CAPABILITIES: Mapping[ProviderName, Mapping[str, Capability]] = MappingProxyType(
    {
        # https://docs.stripe.com/api/payment_methods
        ProviderName.STRIPE: MappingProxyType(dict.fromkeys(_VERBS, Capability.NATIVE)),
        # A saved wallet can be taken away and nothing else; no subscription is paid with it:
        # https://developer.paypal.com/docs/api/payment-tokens/v3/
        ProviderName.PAYPAL: MappingProxyType({**_NOTHING, "remove": Capability.NATIVE}),
    }
)
PAYS_FROM_ACCOUNT = frozenset((ProviderName.PAYPAL,))
"""Whose subscriptions are paid from the buyer's account there, whatever else is stored:
https://developer.paypal.com/docs/subscriptions/"""
APPROVES_ELSEWHERE = frozenset((ProviderName.PAYPAL,))
"""Who asks the buyer on pages of its own, and so needs an address to send the buyer back to."""
_LARGEST_VERSION = 10**15
_NOWHERE = Address()


@dataclass(frozen=True, slots=True)
class Expiry:
    """The last month in which a card pays."""

    month: int
    year: int


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    id: str
    provider: ProviderName
    provider_id: str
    type: str
    brand: str | None = None
    last4: str | None = None
    expiry: Expiry | None = None
    payer_email: str | None = None
    billing_address: Address = _NOWHERE
    is_stored: bool = True

    @property
    def version(self) -> int:
        """Another one as soon as anything of it is different: it is made of what it says.

        The provider alone changes it, so there is no counter of ours to go by.
        """
        digest = hashlib.sha256(repr(self).encode()).digest()
        return int.from_bytes(digest[:8]) % _LARGEST_VERSION

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        if not self.is_stored:
            return _NOTHING
        offered = _CAPABILITIES[self.provider]
        if self.type == "card":
            return offered
        # What else is kept has no date, and its address is the bank's or the wallet's to change.
        return {**offered, "edit": Capability.NONE}


def account_of(customer: Customer) -> PaymentMethod | None:
    """The customer's own account, where the provider is one that lets it pay by itself."""
    reference = customer.provider
    if reference is None or reference.name not in PAYS_FROM_ACCOUNT or reference.is_guest:
        return None
    origin = f"{reference.name}:account:{reference.id}"
    return PaymentMethod(
        id=derived_id("pm", origin=origin),
        provider=reference.name,
        provider_id=reference.id,
        type=reference.name.value,
        payer_email=customer.mirrored.email,
        is_stored=False,
    )
