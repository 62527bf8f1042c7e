"""What a merchant's callers may do, and which role may do what."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

SCOPES = frozenset(
    (
        "customers:read",
        "customers:write",
        "transactions:read",
        "subscriptions:read",
        "settings:read",
        "settings:write",
        "exports:read",
        "exports:write",
        "sessions:read",
        "sessions:write",
        "api_keys:write",
    )
)


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    SUPPORT = "support"
    ANALYST = "analyst"


_SCOPES_OF_ROLES: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.OWNER: SCOPES,
        Role.MANAGER: SCOPES - {"api_keys:write", "settings:write"},
        Role.SUPPORT: frozenset(
            (
                "customers:read",
                "customers:write",
                "transactions:read",
                "subscriptions:read",
                "settings:read",
            )
        ),
        Role.ANALYST: frozenset(
            {scope for scope in SCOPES if scope.endswith(":read")} | {"exports:write"}
        ),
    }
)


def granted(role: Role | None, scopes: Iterable[str]) -> frozenset[str]:
    """What a role, or a list of scopes, allows today: a scope that no longer exists is nothing."""
    return _SCOPES_OF_ROLES[role] if role else SCOPES & frozenset(scopes)
