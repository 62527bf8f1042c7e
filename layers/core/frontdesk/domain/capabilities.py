"""What can be done with a subscription at each provider, and whether by it or around it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.snapshot import ProviderName


class Capability(StrEnum):
    NATIVE = "native"
    """The provider does it."""
    EMULATED = "emulated"
    """The provider cannot; Frontdesk brings it about with what it can."""
    NEEDS_BUYER = "needs_buyer"
    """The provider does it once the buyer has agreed."""
    NONE = "none"


_VERBS = (
    "pause",
    "pause_until",
    "resume",
    "cancel",
    "cancel_at_period_end",
    "cancel_on_date",
    "undo_cancel",
    "change",
    "price",
    "proration",
)
_STRIPE = dict.fromkeys(_VERBS, Capability.NATIVE)
_PAYPAL = {
    # Suspend and activate exist; a cancellation is at once and for ever, so every later moment
    # and the way back are ours; a revision waits for the buyer's consent, and nothing is prorated:
    # https://developer.paypal.com/docs/subscriptions/
    "pause": Capability.NATIVE,
    "pause_until": Capability.EMULATED,
    "resume": Capability.NATIVE,
    "cancel": Capability.NATIVE,
    "cancel_at_period_end": Capability.EMULATED,
    "cancel_on_date": Capability.EMULATED,
    "undo_cancel": Capability.EMULATED,
    "change": Capability.NEEDS_BUYER,
    "price": Capability.NATIVE,
    "proration": Capability.NONE,
}
CAPABILITIES: Mapping[ProviderName, Mapping[str, Capability]] = MappingProxyType(
    {
        ProviderName.STRIPE: MappingProxyType(_STRIPE),
        ProviderName.PAYPAL: MappingProxyType(_PAYPAL),
    }
)
ISSUES_CREDIT_MEMOS = frozenset((ProviderName.STRIPE,))
"""Who has invoices of its own, and papers that correct them. PayPal settles no invoices here."""
PRICE_NOTICE: Mapping[ProviderName, timedelta] = MappingProxyType(
    {
        ProviderName.STRIPE: timedelta(0),
        # A new price leaves the cycles of the next ten days as they were:
        # https://developer.paypal.com/docs/subscriptions/customize/revise-subscriptions/
        ProviderName.PAYPAL: timedelta(days=10),
    }
)
"""How long before a renewal its price has to be changed."""


def capability(provider: ProviderName, verb: str) -> Capability:
    return CAPABILITIES[provider].get(verb, Capability.NONE)
