"""Bodies and answers of API keys."""

from typing import Annotated

from pydantic import Field

from frontdesk.domain.scopes import Role, Scope
from frontdesk.entrypoints.schemas.common import Answer, Command, Line, Moment, Page, id_pattern

ApiKeyId = Annotated[str, id_pattern("key")]


class ApiKeyCreation(Command):
    """Takes either a role or scopes, and no more than the maker's own."""

    name: Line
    role: Role | None = None
    scopes: Annotated[tuple[Scope, ...], Field(max_length=len(Scope))] = ()


class ApiKey(Answer):
    """`scopes` is what the key may do now; a key with a role may do what the role may."""

    id: ApiKeyId
    name: str
    role: Role | None
    scopes: list[Scope]
    created_by: str
    created_at: Moment
    last_used_at: Moment | None


class ApiKeyCreated(ApiKey):
    """`secret` is told once; null when the answer is repeated for the same Idempotency-Key."""

    secret: Annotated[str, Field(pattern=r"^fd_(live|test)_[A-Za-z0-9_-]{43}$")] | None


class ApiKeyList(Page[ApiKey]):
    """The keys that work, newest first."""
