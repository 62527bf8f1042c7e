"""Bodies and answers of signing in and of sessions."""

from typing import Annotated

from pydantic import Field

from frontdesk.entrypoints.schemas.common import (
    Answer,
    Command,
    CustomerId,
    Moment,
    Page,
    id_pattern,
)

SessionId = Annotated[str, id_pattern("ses")]


class SsoExchange(Command):
    """`token` is the shop's JWT; `return_to` is one of the shop's return addresses."""

    token: str
    return_to: Annotated[str, Field(max_length=2048)] | None = None


class SessionOpened(Answer):
    """`token` is the bearer token, told once."""

    id: SessionId
    token: Annotated[str, Field(pattern=r"^fds_[A-Za-z0-9_-]{43}$")]
    customer_id: CustomerId
    created_at: Moment
    expires_at: Moment
    return_to: str | None


class Session(Answer):
    """`expires_at` moves on with each use, to a day after `created_at` at most."""

    id: SessionId
    created_at: Moment
    last_seen_at: Moment
    expires_at: Moment
    ip_address: str
    is_current: bool


class SessionList(Page[Session]):
    """The caller's own sessions that are live, newest first."""
