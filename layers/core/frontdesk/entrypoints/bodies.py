"""From the bytes of a body to a validated command, or to a clear refusal."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from frontdesk.domain.errors import FieldProblem, InvalidInputError
from frontdesk.entrypoints.problem import RequestError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

DEEPEST_NESTING = 32
_MOST_PROBLEMS = 50
_LONGEST_FIELD = 200

_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_pattern_mismatch": "invalid_format",
    "literal_error": "unknown_value",
    "enum": "unknown_value",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "value_error": "invalid_value",
}
"""pydantic's names, which are not ours to promise, as codes that are."""


def read_command(raw: bytes, *, content_type: str, schema: str) -> BaseModel:
    """The validated command in `raw`. Raises RequestError, InvalidInputError."""
    read_object(raw, content_type=content_type)
    return validated(raw, schema=schema)


def read_object(raw: bytes, *, content_type: str) -> dict[str, Any]:
    """The JSON object in `raw`. Raises RequestError, InvalidInputError."""
    if not raw:
        raise _malformed("The body is empty; send a JSON object.")
    if not _is_json(content_type):
        raise RequestError("unsupported_media_type", "Send Content-Type: application/json.")
    value = _parsed(raw)
    if not isinstance(value, dict):
        problem = FieldProblem("", "not_an_object", "The body is a JSON object, nothing else.")
        raise InvalidInputError("The body is not an object.", problems=(problem,))
    return value


def validated(raw: bytes, *, schema: str) -> BaseModel:
    """The command in `raw`, which `read_object` has accepted. Raises InvalidInputError."""
    from pydantic import ValidationError  # noqa: PLC0415 - only where a body is validated

    try:
        return model(schema).model_validate_json(raw)
    except ValidationError as error:
        problems = _problems(error)
    # Outside the except: the cause would carry the input into a log.
    raise InvalidInputError(problems=problems)


def model(schema: str) -> type[BaseModel]:
    """The pydantic class that "module:Class" names."""
    module, _, name = schema.partition(":")
    found: type[BaseModel] = getattr(import_module(f"frontdesk.entrypoints.schemas.{module}"), name)
    return found


def _malformed(detail: str) -> RequestError:
    return RequestError("malformed_json", detail)


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    return media_type.strip().lower() == "application/json" and charset in ("", "utf-8", "utf8")


def _parsed(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise _malformed("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"Not JSON at line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise _malformed("A number is too long.") from None
    except RecursionError:
        raise _too_deep() from None
    _ensure_plain(value)
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two equal names counts is different from parser to parser."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _malformed("An object has the same name twice.")
    return value


def _refuse_constant(name: str) -> Any:
    raise _malformed(f"{name} is not JSON.")


def _ensure_plain(value: Any) -> None:
    """No nesting beyond reason, and no half of a surrogate pair, which no UTF-8 can carry."""
    level = [value]
    for _ in range(DEEPEST_NESTING):
        deeper: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                deeper += [*one, *one.values()]
            elif isinstance(one, list):
                deeper += one
            elif isinstance(one, str):
                _ensure_encodable(one)
        if not deeper:
            return
        level = deeper
    raise _too_deep()


def _ensure_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _malformed("A text holds half of a surrogate pair.") from None


def _too_deep() -> RequestError:
    return _malformed(f"The body is nested deeper than {DEEPEST_NESTING} levels.")


_TYPE_TAG = re.compile(r"[\[(]")


def _problems(error: ValidationError) -> tuple[FieldProblem, ...]:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        FieldProblem(
            field=".".join(str(part) for part in one["loc"] if _is_named(part))[:_LONGEST_FIELD],
            code=_CODES.get(one["type"], "wrong_type" if "type" in one["type"] else "invalid"),
            message=one["msg"].removeprefix("Value error, "),
        )
        for one in details[:_MOST_PROBLEMS]
    )


def _is_named(part: int | str) -> bool:
    """Of what may be one of several types, pydantic names the type as if it were a field."""
    return isinstance(part, int) or not _TYPE_TAG.search(part)
