"""JSON Patch as PayPal takes it: a few operations on a few paths."""

from dataclasses import dataclass
from typing import Any

from infra.local.paypal.errors import PayPalError, detail, invalid_value, missing, standard
from infra.local.paypal.reading import text
from infra.local.provider.exchange import Json


@dataclass(frozen=True, slots=True)
class Operation:
    op: str
    path: str
    value: Any
    at: str  # where the operation itself stands in the body

    def refuse_unless(self, *allowed: str) -> None:
        if self.op not in allowed:
            raise standard(
                400,
                detail(
                    "UNSUPPORTED_PATCH_OPERATION",
                    "The specified patch operation not supported for this field.",
                    field=self.path,
                    value=self.op,
                    location="body",
                ),
            )

    def unknown_path(self) -> PayPalError:
        return standard(400, invalid_path(self.path, "The specified field cannot be patched."))

    def text(self, *, longest: int) -> str:
        found = text({"value": self.value}, "value", within=self.at, longest=longest)
        if found is None:
            raise missing(f"{self.at}/value")
        return found

    def mapping(self) -> Json:
        if not isinstance(self.value, dict):
            raise invalid_value(f"{self.at}/value", self.value)
        return self.value


def invalid_path(path: str, description: str) -> Json:
    return detail("INVALID_PATCH_PATH", description, field=path, location="body")


def operations(body: list[Any]) -> list[Operation]:
    """No field twice, and nothing that is not an operation."""
    found = []
    for number, given in enumerate(body):
        at = f"/{number}"
        if not isinstance(given, dict):
            raise invalid_value(at, given)
        op, path = given.get("op"), given.get("path")
        if not isinstance(op, str) or not isinstance(path, str):
            raise missing(f"{at}/{'path' if isinstance(op, str) else 'op'}")
        found.append(Operation(op, path, given.get("value"), at))
    if not found:
        raise missing("/")
    paths = [operation.path for operation in found]
    for path in paths:
        if paths.count(path) > 1:
            why = "Multiple operations on the same field are not allowed."
            raise standard(400, invalid_path(path, why))
    return found
