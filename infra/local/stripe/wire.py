"""Stripe's wire format: bracketed forms in, typed values out."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from infra.local.stripe.errors import invalid_request

type Json = dict[str, Any]

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")


def parse_form(encoded: str) -> Json:
    """`a[b][0]=x&c[]=y` becomes `{"a": {"b": ["x"]}, "c": ["y"]}`; every leaf is text."""
    return nest(parse_qsl(encoded, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, str]]) -> Json:
    tree: Json = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match is None:
            raise invalid_request(f"Invalid request: the parameter name {key!r} is malformed.")
        _plant(tree, [match[1], *_BRACKET.findall(match[2])], value)
    return {key: _lists_for_indexes(value) for key, value in tree.items()}


def _plant(tree: Json, path: list[str], value: str) -> None:
    node = tree
    for step in path[:-1]:
        step = step or str(len(node))
        child = node.setdefault(step, {})
        if not isinstance(child, dict):
            raise invalid_request("Invalid request: a parameter is both a value and a map.")
        node = child
    node[path[-1] or str(len(node))] = value


def _lists_for_indexes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists_for_indexes(value[key]) for key in sorted(value, key=int)]
    return {key: _lists_for_indexes(child) for key, child in value.items()}


def text(params: Json, name: str, default: str | None = None) -> str | None:
    """The parameter's text; an empty value means "unset", as Stripe reads it."""
    value = params.get(name, default)
    if value is not None and not isinstance(value, str):
        raise invalid_request(f"Invalid string: {name}", param=name)
    return value or None


def required(params: Json, name: str) -> str:
    value = text(params, name)
    if value is None:
        raise invalid_request(
            f"Missing required param: {name}.", code="parameter_missing", param=name
        )
    return value


def one_of(params: Json, name: str, allowed: Iterable[str], default: str) -> str:
    value = text(params, name) or default
    choices = tuple(allowed)
    if value not in choices:
        raise invalid_request(f"Invalid {name}: must be one of {', '.join(choices)}", param=name)
    return value


def integer(params: Json, name: str) -> int | None:
    raw = text(params, name)
    if raw is None:
        return None
    if not re.fullmatch(r"-?\d{1,18}", raw):
        raise invalid_request(
            f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name
        )
    return int(raw)


def flag(params: Json, name: str, *, default: bool = False) -> bool:
    raw = text(params, name)
    if raw is None:
        return default
    if raw not in ("true", "false"):
        raise invalid_request(f"Invalid boolean: {raw}", param=name)
    return raw == "true"


def mapping(params: Json, name: str) -> Json:
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise invalid_request(f"Invalid object: {name}", param=name)
    return value


def sequence(params: Json, name: str) -> list[Any]:
    value = params.get(name) or []
    if not isinstance(value, list):
        raise invalid_request(f"Invalid array: {name}", param=name)
    return value


def mappings(params: Json, name: str) -> list[Json]:
    values = sequence(params, name)
    if not all(isinstance(value, dict) for value in values):
        raise invalid_request(f"Invalid array: {name}", param=name)
    return values


def texts(params: Json, name: str) -> list[str]:
    values = sequence(params, name)
    if not all(isinstance(value, str) for value in values):
        raise invalid_request(f"Invalid array: {name}", param=name)
    return values


def merged_metadata(current: Json, params: Json) -> Json:
    """Stripe merges metadata: an empty value deletes its key, an empty map deletes all."""
    if "metadata" not in params:
        return current
    given = mapping(params, "metadata")
    if not given:
        return {}
    return {key: value for key, value in {**current, **given}.items() if value != ""}
