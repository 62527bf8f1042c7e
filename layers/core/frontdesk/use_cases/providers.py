"""All the shop's providers as one: each object is asked of its own."""

from collections.abc import Mapping

from frontdesk.domain.snapshot import ObjectReference, ProviderName, Snapshot
from frontdesk.ports.provider import Provider, ProviderRejectedError


class Providers:
    def __init__(self, by_name: Mapping[ProviderName, Provider]) -> None:
        self._by_name = by_name

    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        """An object must never be asked of another provider: to it, it does not exist, and that
        would be taken for a deletion."""
        provider = self._by_name.get(reference.provider)
        if provider is None:
            raise ProviderRejectedError(f"No {reference.provider} is configured here.")
        return provider.fetch(reference)
