"""One request to a provider and what the stand-in makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.provider.faults import Fault

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """`fault` tells the server what to do to the connection instead of, or before, answering."""

    answer: Answer
    fault: Fault | None = None


class RefusedError(Exception):
    """An answer that is not a success, in the provider's own words."""

    status: int

    @property
    def envelope(self) -> Json:
        raise NotImplementedError
