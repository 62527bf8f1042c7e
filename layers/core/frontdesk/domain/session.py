"""A session: one hour from the last use, a day at most, revocable at any moment."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

IDLE_LIMIT = timedelta(hours=1)
LONGEST_LIFE = timedelta(hours=24)
EXTENSION_INTERVAL = timedelta(minutes=5)
"""A busy session is written once in this time, not at every request."""


class SessionKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Session:
    """`digest` is the token's SHA-256: what the session is stored under, never shown."""

    id: str
    kind: SessionKind
    principal_id: str
    created_at: datetime
    created_ip: str
    last_seen_at: datetime
    expires_at: datetime
    digest: str = field(repr=False)

    def is_live(self, *, at: datetime) -> bool:
        """False once expired, whether or not the table has deleted it yet."""
        return at < self.expires_at

    def is_due_for_extension(self, *, at: datetime) -> bool:
        return at - self.last_seen_at >= EXTENSION_INTERVAL


def opened(
    session_id: str,
    *,
    kind: SessionKind,
    principal_id: str,
    digest: str,
    ip: str,
    at: datetime,
) -> Session:
    return Session(
        id=session_id,
        kind=kind,
        principal_id=principal_id,
        created_at=at,
        created_ip=ip,
        last_seen_at=at,
        expires_at=at + IDLE_LIMIT,
        digest=digest,
    )


def extended(session: Session, *, at: datetime) -> Session:
    """created ──────── seen ──── +1 h, but never later than ──── created + 24 h"""
    expires_at = min(at + IDLE_LIMIT, session.created_at + LONGEST_LIFE)
    return replace(session, last_seen_at=at, expires_at=expires_at)
