"""Query parameters: declared as data, validated without pydantic.

Read routes are the hot ones, and pydantic is a third of a small function's cold start. The OpenAPI
document is generated from the same declarations.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

from frontdesk.domain.errors import FieldProblem, InvalidInputError

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})", re.ASCII)
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. `choices` makes it an enumeration; lengths are in characters."""

    name: str
    kind: Literal["text", "integer", "boolean"] = "text"
    description: str = ""
    default: str | int | bool | None = None
    is_required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    min_length: int = 0
    max_length: int = 200


def parse_query(query: Mapping[str, str], parameters: tuple[Parameter, ...]) -> SimpleNamespace:
    """Every declared parameter as an attribute: its value, its default or None."""
    declared = {parameter.name: parameter for parameter in parameters}
    problems = [
        FieldProblem(name[:100], "unknown_parameter", _unknown(declared))
        for name in query
        if name not in declared
    ]
    values: dict[str, Any] = {}
    for parameter in parameters:
        try:
            values[parameter.name] = _value(parameter, query.get(parameter.name))
        except _InvalidError as invalid:
            problems.append(FieldProblem(parameter.name, invalid.code, invalid.message))
    if problems:
        raise InvalidInputError(
            "Some query parameters are not valid.", problems=tuple(problems[:50])
        )
    return SimpleNamespace(**values)


class _InvalidError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def _unknown(declared: Mapping[str, Parameter]) -> str:
    known = ", ".join(declared) or "none"
    return f"This parameter is not known here; known are: {known}."


def _value(parameter: Parameter, text: str | None) -> str | int | bool | None:
    if text is None:
        if parameter.is_required:
            raise _InvalidError("required", "This parameter is required.")
        return parameter.default
    match parameter.kind:
        case "integer":
            return _integer(parameter, text)
        case "boolean":
            return _boolean(text)
        case "text":
            return _text(parameter, text)


def _integer(parameter: Parameter, text: str) -> int:
    low, high = parameter.minimum, parameter.maximum
    if _INTEGER.fullmatch(text) and low <= int(text) <= high:
        return int(text)
    raise _InvalidError("out_of_range", f"Give a whole number from {low} to {high}.")


def _boolean(text: str) -> bool:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    raise _InvalidError("invalid_boolean", "Give 'true' or 'false'.")


def _text(parameter: Parameter, text: str) -> str:
    if parameter.choices:
        if text in parameter.choices:
            return text
        raise _InvalidError("unknown_value", f"Give one of: {', '.join(parameter.choices)}.")
    if len(text) < parameter.min_length:
        raise _InvalidError("too_short", f"Give at least {parameter.min_length} characters.")
    if len(text) > parameter.max_length:
        raise _InvalidError("too_long", f"Give at most {parameter.max_length} characters.")
    if not _PRINTABLE.fullmatch(text):
        raise _InvalidError("invalid_characters", "Control characters are not allowed.")
    return text
