"""Values out of JSON bodies and query strings, refused in PayPal's words."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from infra.local.paypal.errors import invalid, invalid_value, missing
from infra.local.provider.exchange import Json


def parse_body(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid(
            "MALFORMED_REQUEST_JSON", "The request JSON is not well formed.", field="/"
        ) from error


def known_only(given: Json, names: str, *, within: str = "") -> None:
    """What the stand-in does not know is refused, never ignored."""
    unknown = sorted(given.keys() - set(names.split()))
    if unknown:
        raise invalid_value(f"{within}/{unknown[0]}", given[unknown[0]])


def mapping(given: Json, name: str, *, within: str = "") -> Json:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid_value(f"{within}/{name}", value)
    return value


def mappings(given: Json, name: str, *, within: str = "", largest: int = 100) -> list[Json]:
    value = given.get(name)
    if value is None:
        raise missing(f"{within}/{name}")
    is_list = isinstance(value, list) and 0 < len(value) <= largest
    if not is_list or not all(isinstance(row, dict) for row in value):
        raise invalid_value(f"{within}/{name}")
    return list(value)


def text(given: Json, name: str, *, within: str = "", longest: int = 127) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise invalid_value(f"{within}/{name}", value)
    if len(value) > longest:
        raise invalid(
            "INVALID_STRING_MAX_LENGTH",
            "The value of a field is too long.",
            field=f"{within}/{name}",
        )
    return value


def required_text(given: Json, name: str, *, within: str = "", longest: int = 127) -> str:
    value = text(given, name, within=within, longest=longest)
    if value is None:
        raise missing(f"{within}/{name}")
    return value


def one_of(
    given: Json, name: str, allowed: Iterable[str], default: str, *, within: str = ""
) -> str:
    """`default` "" makes the field required."""
    value = text(given, name, within=within) or default
    if value not in set(allowed):
        raise invalid_value(f"{within}/{name}", value)
    return value


def read_percentage(given: Json, name: str, *, within: str = "") -> str:
    value = required_text(given, name, within=within, longest=32)
    if not re.fullmatch(r"[0-9]{1,3}([.][0-9]{1,6})?", value):
        raise invalid_value(f"{within}/{name}", value)
    return value


def flag(given: Json, name: str, *, default: bool, within: str = "") -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise invalid_value(f"{within}/{name}", value)
    return value


def integer(
    given: Json, name: str, default: int | None, *, least: int, most: int, within: str = ""
) -> int:
    value = given.get(name, default)
    if value is None:
        raise missing(f"{within}/{name}")
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid_value(f"{within}/{name}", value)
    if not least <= value <= most:
        issue = "INVALID_INTEGER_MIN_VALUE" if value < least else "INVALID_INTEGER_MAX_VALUE"
        size = "small" if value < least else "large"
        raise invalid(
            issue, f"The integer value of a field is too {size}.", field=f"{within}/{name}"
        )
    return value


def quantity(given: Json, name: str = "quantity") -> int:
    raw = text(given, name, longest=32)
    if raw is None:
        return 1
    if not re.fullmatch(r"[0-9]{1,9}", raw) or int(raw) < 1:
        raise invalid_value(f"/{name}", raw)
    return int(raw)


def query_integer(query: Json, name: str, default: int, *, least: int = 1, most: int) -> int:
    raw = query.get(name)
    if raw is None:
        return default
    if not re.fullmatch(r"\d{1,9}", raw) or not least <= int(raw) <= most:
        raise invalid_value(name, raw, location="query")
    return int(raw)


def query_flag(query: Json, name: str) -> bool:
    raw = query.get(name, "false")
    if raw not in ("true", "false"):
        raise invalid_value(name, raw, location="query")
    return bool(raw == "true")


def optional[T](given: Json, name: str, read: Callable[[Any, str], T]) -> T | None:
    return None if given.get(name) is None else read(given[name], f"/{name}")
