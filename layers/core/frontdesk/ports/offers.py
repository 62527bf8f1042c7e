"""Where offers are read: what is sold, and at which price of each provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.snapshot import ProviderName


@dataclass(frozen=True, slots=True)
class OfferPrice:
    """A provider's recurring price; `amount_minor` is one unit's, for one cycle."""

    provider_id: str
    amount_minor: int
    currency: str
    interval: str
    interval_count: int = 1


@dataclass(frozen=True, slots=True)
class Offer:
    id: str
    name: str
    prices: Mapping[ProviderName, OfferPrice]


class OfferStore(Protocol):
    def find(self, offer_id: str) -> Offer | None: ...
