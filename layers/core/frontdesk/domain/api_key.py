"""A server's key: made by an owner, shown once, stored as its SHA-256."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from frontdesk.domain.errors import FieldProblem, ForbiddenError, InvalidInputError
from frontdesk.domain.scopes import Role, granted

LIVE_PREFIX = "fd_live_"
TEST_PREFIX = "fd_test_"
USE_IS_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Has either a role, which follows what the role may do, or fixed scopes."""

    id: str
    name: str
    digest: str = field(repr=False)
    role: Role | None
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def granted_scopes(self) -> frozenset[str]:
        return granted(self.role, self.scopes)

    def is_use_worth_noting(self, *, at: datetime) -> bool:
        return self.last_used_at is None or at - self.last_used_at >= USE_IS_NOTED_EVERY


def new_secret(*, is_livemode: bool, randomness: str) -> str:
    return (LIVE_PREFIX if is_livemode else TEST_PREFIX) + randomness


def ensure_grantable(
    role: Role | None, scopes: tuple[str, ...], *, maker_scopes: frozenset[str]
) -> None:
    """A key is given a role or scopes, and never more than its maker has."""
    if (role is None) == (not scopes):
        problem = FieldProblem("scopes", "role_or_scopes", "Give a role, or at least one scope.")
        raise InvalidInputError(problems=(problem,))
    wanted = granted(role, scopes)
    if not wanted >= frozenset(scopes):
        problem = FieldProblem("scopes", "unknown_value", "A scope is not known.")
        raise InvalidInputError(problems=(problem,))
    if not wanted <= maker_scopes:
        raise ForbiddenError("A key cannot be given more than its maker may do.")
