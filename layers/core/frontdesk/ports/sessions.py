"""What signing in needs from the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from frontdesk.domain.customer import Customer
from frontdesk.domain.session import Session, SessionKind
from frontdesk.domain.sso import Assertion, SsoKey


class SsoKeys(Protocol):
    def usable(self) -> Mapping[str, SsoKey]:
        """The keys that may verify, by kid; a few minutes old at most."""
        ...

    def reload(self) -> bool:
        """Has the keys read anew, once a minute at most. False when it was too soon."""
        ...


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key as it is kept, in order; `version` names this state of the ring."""

    keys: tuple[SsoKey, ...]
    version: str


class SsoKeyVault(Protocol):
    """For whoever administers the keys. Both raise UnavailableError."""

    def read(self) -> KeyRing:
        """As it stands now, never from a cache."""
        ...

    def write(self, keys: tuple[SsoKey, ...], *, replacing: KeyRing) -> None:
        """Raises VersionConflictError, and writes nothing, when `replacing` is not the latest."""
        ...


class TokenReader(Protocol):
    """Reads a compact JWT. Both raise InvalidSsoTokenError."""

    def key_id(self, token: str) -> str:
        """The kid that an acceptable header names; nothing of it is proven yet."""
        ...

    def claims(self, token: str, *, key: SsoKey) -> Mapping[str, object]:
        """The claims, once the signature has been verified with `key`."""
        ...


class CustomerDirectory(Protocol):
    def find_by_external_id(self, external_id: str) -> str | None: ...

    def exists(self, customer_id: str) -> bool: ...

    def create(self, customer: Customer, *, external_id: str) -> str:
        """The new customer's id; when another call was first, the id of the one that it made."""
        ...

    def link_by_email(self, email: str, *, external_id: str, at: datetime) -> str | None:
        """Gives the one customer with this address the external id, if it has none yet.

        None, and nothing written, when no customer or several have the address.
        """
        ...


class SessionStore(Protocol):
    def find(self, digest: str) -> Session | None:
        """As stored: whether it is still live is the caller's question."""
        ...

    def is_spent(self, assertion: Assertion) -> bool:
        """Whether a session has been opened with this token."""
        ...

    def open(self, session: Session, *, spending: Assertion, replacing: str | None) -> None:
        """Spends the token and makes the session, both or neither.

        `replacing` is the digest of a session that ends with it.
        Raises TokenAlreadyUsedError, and NotFoundError when the customer is gone.
        """
        ...

    def extend(self, session: Session, *, seen_before: Session) -> None:
        """Writes the later expiry unless another call just did or the session is gone."""
        ...

    def of_principal(self, kind: SessionKind, principal_id: str) -> list[Session]:
        """Newest first, expired ones included."""
        ...

    def revoke(self, digest: str) -> None:
        """Harmless when it is gone already."""
        ...
