"""What a merchant's callers may do, and which role may do what."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Scope(StrEnum):
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    TRANSACTIONS_READ = "transactions:read"
    REFUNDS_WRITE = "refunds:write"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    EXPORTS_READ = "exports:read"
    EXPORTS_WRITE = "exports:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    API_KEYS_WRITE = "api_keys:write"


SCOPES: frozenset[str] = frozenset(Scope)


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    SUPPORT = "support"
    ANALYST = "analyst"


_SCOPES_OF_ROLES: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.OWNER: SCOPES,
        Role.MANAGER: SCOPES - {Scope.API_KEYS_WRITE, Scope.SETTINGS_WRITE},
        Role.SUPPORT: frozenset(
            (
                Scope.CUSTOMERS_READ,
                Scope.CUSTOMERS_WRITE,
                Scope.TRANSACTIONS_READ,
                Scope.SUBSCRIPTIONS_READ,
                Scope.SUBSCRIPTIONS_WRITE,
                Scope.SETTINGS_READ,
            )
        ),
        Role.ANALYST: frozenset(
            (
                Scope.CUSTOMERS_READ,
                Scope.TRANSACTIONS_READ,
                Scope.SUBSCRIPTIONS_READ,
                Scope.SETTINGS_READ,
                Scope.EXPORTS_READ,
                Scope.EXPORTS_WRITE,
                Scope.SESSIONS_READ,
            )
        ),
    }
)


def granted(role: Role | None, scopes: Iterable[str]) -> frozenset[str]:
    """What a role, or a list of scopes, allows today: a scope that no longer exists is nothing."""
    return _SCOPES_OF_ROLES[role] if role else SCOPES & frozenset(scopes)
