"""What is paid with, as far as it may be shown."""

from dataclasses import dataclass

from frontdesk.domain.snapshot import ProviderName


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    id: str
    provider: ProviderName
    provider_id: str
    type: str
    brand: str | None = None
    last4: str | None = None
