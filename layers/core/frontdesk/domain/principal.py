"""Who is calling, and how the authorizer tells the functions behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    STAFF = "staff"
    STOREFRONT = "storefront"


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is a customer's, a member of staff's or an API key's; `session_id` is its session's."""

    kind: Kind
    id: str = ""
    session_id: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def is_customer(self) -> bool:
        return self.kind is Kind.CUSTOMER

    @property
    def is_merchant(self) -> bool:
        return self.kind in (Kind.STAFF, Kind.STOREFRONT)

    @property
    def key(self) -> str:
        """`customer#cus_1`: what belongs to one caller is stored under it."""
        return f"{self.kind.value}#{self.id}"


ANONYMOUS = Principal(Kind.ANONYMOUS)


def to_context(principal: Principal) -> dict[str, str]:
    """What the authorizer answers: text only, as API Gateway passes it on."""
    return {
        "principal": principal.kind.value,
        "principal_id": principal.id,
        "session_id": principal.session_id or "",
        "scopes": " ".join(sorted(principal.scopes)),
    }


def from_context(context: Mapping[str, Any]) -> Principal:
    """The authorizer's answer as a principal; whatever is not clearly somebody is nobody."""
    kind, identifier = context.get("principal"), context.get("principal_id")
    if kind not in (Kind.CUSTOMER, Kind.STAFF, Kind.STOREFRONT):
        return ANONYMOUS
    if not isinstance(identifier, str) or not identifier:
        return ANONYMOUS
    return Principal(
        kind=Kind(kind),
        id=identifier,
        session_id=str(context.get("session_id") or "") or None,
        scopes=frozenset(str(context.get("scopes") or "").split()),
    )
