"""What can be done with a subscription at each provider, and whether by it or around it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.snapshot import ProviderName


class Capability(StrEnum):
    NATIVE = "native"
    """The provider does it."""
    EMULATED = "emulated"
    """The provider cannot; Frontdesk brings it about with what it can."""
    NONE = "none"


_STRIPE = {
    # pause_collection or the pause endpoint, resume, cancel_at_period_end and clearing it, items
    "pause": Capability.NATIVE,
    "resume": Capability.NATIVE,
    "cancel": Capability.NATIVE,
    "undo_cancel": Capability.NATIVE,
    "change": Capability.NATIVE,
}
_PAYPAL = {
    # Suspend and activate exist; a cancellation is at once and for ever, so the period's end and
    # the way back are ours; a revision waits for the buyer's consent.
    "pause": Capability.NATIVE,
    "resume": Capability.NATIVE,
    "cancel": Capability.EMULATED,
    "undo_cancel": Capability.EMULATED,
    "change": Capability.NATIVE,
}
CAPABILITIES: Mapping[ProviderName, Mapping[str, Capability]] = MappingProxyType(
    {
        ProviderName.STRIPE: MappingProxyType(_STRIPE),
        ProviderName.PAYPAL: MappingProxyType(_PAYPAL),
    }
)
