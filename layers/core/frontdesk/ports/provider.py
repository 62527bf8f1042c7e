"""A payment provider, as the use cases need it."""

from typing import Protocol

from frontdesk.domain.snapshot import ObjectReference, Snapshot


class ProviderError(Exception):
    """A provider did not do what it was asked."""


class ProviderUnavailableError(ProviderError):
    """No answer, too many requests, or a fault of the provider's: ask again later."""


class ProviderRejectedError(ProviderError):
    """The provider understood and refuses: asking again changes nothing."""


class Provider(Protocol):
    def fetch(self, reference: ObjectReference) -> Snapshot | None:
        """The object as it stands now, None when it does not exist or was deleted.

        Reads only. Raises ProviderUnavailableError, ProviderRejectedError.
        """
        ...
