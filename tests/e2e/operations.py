"""The operations of the committed OpenAPI document, for tests that are generated from it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from infra.openapi import COMMITTED

_ID_PATTERN = re.compile(r"\^([a-z]+)_")


@dataclass(frozen=True, slots=True)
class Operation:
    """`schemes` says whose tokens it takes; `scope` is the merchant's."""

    key: str
    schemes: frozenset[str]
    scope: str | None
    id_prefix: str | None
    query: frozenset[str]
    needs_body: bool

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    def path(self, identifier: str = "") -> str:
        return self.key.partition(" ")[2].replace("{id}", identifier)


def _operation(path: str, method: str, described: dict[str, Any]) -> Operation:
    requirements = {name: s for one in described["security"] for name, s in one.items()}
    parameters = described.get("parameters", [])
    ids = [p["schema"]["pattern"] for p in parameters if p["in"] == "path"]
    prefix = _ID_PATTERN.match(ids[0]) if ids else None
    if path.count("{") != len(ids) or len(ids) > 1 or bool(ids) != bool(prefix):
        raise LookupError(f"{method} {path}: these tests know one {{id}} with a prefix, no more.")
    return Operation(
        key=f"{method.upper()} {path}",
        schemes=frozenset(requirements),
        scope=next(iter(requirements.get("merchant", [])), None),
        id_prefix=prefix[1] if prefix else None,
        query=frozenset(p["name"] for p in parameters if p["in"] == "query"),
        needs_body="requestBody" in described,
    )


DOCUMENT: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
OPERATIONS = tuple(
    _operation(path, method, described)
    for path, methods in DOCUMENT["paths"].items()
    for method, described in methods.items()
)
