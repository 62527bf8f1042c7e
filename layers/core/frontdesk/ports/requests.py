"""What is remembered of commands that came with an Idempotency-Key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RequestIdentity:
    """`caller` and `route` scope the key: nobody is ever shown another's answer."""

    caller: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a command, for two minutes."""

    identity: RequestIdentity
    id: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer; `body` is JSON text."""

    status: int
    body: str | None
    media_type: str
    headers: Mapping[str, str]


class RequestRecords(Protocol):
    def claim(self, identity: RequestIdentity, *, fingerprint: str) -> Claim | StoredAnswer:
        """Takes the command, or finds its answer from the last 30 days.

        A claim that nobody has finished in two minutes is taken over: whoever had it is dead, and
        the operation id is the same. Raises InvalidInputError (idempotency_key_reused) and
        ConflictError (operation_in_progress).
        """
        ...

    def finish(self, claim: Claim, answer: StoredAnswer) -> None:
        """Keeps the answer, unless the claim has been taken over."""
        ...

    def release(self, claim: Claim) -> None:
        """Lets the same command be sent again at once; another one under its key stays refused."""
        ...
