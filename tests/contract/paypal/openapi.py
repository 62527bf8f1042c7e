"""Requests and answers held against PayPal's own OpenAPI descriptions.

`validate_request` is for what the product sends, `validate_response` for what the stand-in says.
The descriptions lie beside the project, never in it; callers skip when `AVAILABLE` is false.
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs

from tests.contract.paypal.deviations import CHANGES, OTHER_ANSWERS, PATHS_WITHOUT_DESCRIPTION

type Json = dict[str, Any]

FOLDER = Path(__file__).parents[3] / "../shared/contracts/paypal"
AVAILABLE = FOLDER.is_dir() and any(FOLDER.iterdir())
WHY_SKIPPED = f"SKIPPED: PayPal's OpenAPI descriptions are not in {FOLDER}"

_METHODS = ("get", "post", "patch", "delete")
# Without `minItems`: PayPal describes lists as never empty and answers empty ones all the same.
_KEPT = {
    "type",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "maxItems",
    "required",
}


class ContractError(AssertionError):
    """A request or an answer that PayPal's description does not allow."""


def validate_request(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """`path` from the version on, without its query; `body` decoded, None where there is none."""
    if (method.upper(), path) in PATHS_WITHOUT_DESCRIPTION:
        return
    name, template = _found(method, path)
    operation = _operation(name, template, method)
    problems = [
        *_parameter_problems(name, operation, "query", dict(query or {})),
        *_header_problems(name, operation, dict(headers or {})),
        *_body_problems(name, template, method, body),
    ]
    _report(f"{method} {path} request", problems)


def validate_response(method: str, path: str, status: int, body: Any) -> None:
    """Required fields, types, patterns, enumerations, and no field that PayPal does not know."""
    if (method.upper(), path) in PATHS_WITHOUT_DESCRIPTION:
        return
    for knows in OTHER_ANSWERS:
        if knows(status, body):
            return
    name, template = _found(method, path)
    validator = _answer_validator(name, template, method.lower(), status)
    if validator is None:
        problems = ["a body where PayPal sends none"] if body is not None else []
    else:
        problems = _problems(validator, body)
    _report(f"{method} {path} answer {status}", problems)


def validate_object(name: str, schema: str, value: Any) -> None:
    """A part of an answer, or of an event: `validate_object("payments_payment_v1", "sale", …)`."""
    _report(f"{name} {schema}", _problems(_object_validator(name, schema), value))


def recorded_requests(log: Iterable[Json]) -> list[Json]:
    """`GET /_control/requests` as keyword arguments of `validate_request`."""
    return [
        {
            "method": entry["method"],
            "path": entry["path"],
            "query": dict(parse_qsl(entry["query"], keep_blank_values=True)),
            "body": json.loads(entry["body"]) if entry["body"] else None,
            "headers": {"PayPal-Request-Id": entry["request_id"]} if entry["request_id"] else {},
        }
        for entry in log
        if (entry["method"], entry["path"]) not in PATHS_WITHOUT_DESCRIPTION
    ]


# -- the descriptions ------------------------------------------------------------------------


@cache
def published(name: str) -> Json:
    loaded: Json = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return loaded


@cache
def description(name: str) -> Json:
    """As published, with what `deviations.py` changes in it."""
    changed: Json = json.loads(json.dumps(published(name)))
    for change in CHANGES:
        if change.file == name:
            change.apply(changed)
    _relax_details(changed)
    return changed


def _relax_details(node: Any) -> None:
    """An error's details always may say where; their texts "can change over the lifetime"."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _relax_details(child)
    properties = node.get("properties") if isinstance(node, dict) else None
    if isinstance(properties, dict) and "issue" in properties:
        node["additionalProperties"] = True
        properties.get("description", {}).pop("enum", None)


@cache
def _templates() -> list[tuple[re.Pattern[str], str, str]]:
    """Literal paths before those with a parameter."""
    found = []
    for file in sorted(FOLDER.glob("*.json.gz")):
        name = file.name.removesuffix(".json.gz")
        for path in description(name)["paths"]:
            pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
            found.append((pattern, path, name))
    return sorted(found, key=lambda row: row[1].count("{"))


def _found(method: str, path: str) -> tuple[str, str]:
    for pattern, template, name in _templates():
        is_known = method.lower() in description(name)["paths"][template]
        if pattern.fullmatch(path) and is_known:
            return name, template
    raise ContractError(f"PayPal has no {method} {path}")


def operations() -> set[tuple[str, str]]:
    return {
        (method.upper(), template)
        for _, template, name in _templates()
        for method in description(name)["paths"][template]
        if method in _METHODS
    }


def _operation(name: str, template: str, method: str) -> Json:
    operation: Json = description(name)["paths"][template][method.lower()]
    return operation


def _resolved(name: str, node: Json) -> Json:
    while "$ref" in node:
        _, kind, target = node["$ref"].rsplit("/", 2)
        node = description(name)["components"][kind][target]
    return node


def _content(name: str, node: Json | None) -> Json | None:
    """The JSON schema of a request's or an answer's body."""
    if node is None:
        return None
    schema: Json | None = (
        _resolved(name, node).get("content", {}).get("application/json", {}).get("schema")
    )
    return schema


# -- what may be wrong -----------------------------------------------------------------------


def _report(what: str, problems: Iterable[str]) -> None:
    listed = [f"  {problem}" for problem in problems]
    if listed:
        raise ContractError("\n".join([f"{what} breaks PayPal's contract:", *listed]))


def _problems(validator: Any, value: Any) -> list[str]:
    return [
        f"at {'/'.join(map(str, error.instance_path)) or '(top)'}: {str(error.message)[:300]}"
        for error in validator.iter_errors(value)
    ]


def _parameters(name: str, operation: Json, place: str) -> dict[str, Json]:
    listed = [_resolved(name, parameter) for parameter in operation.get("parameters", [])]
    return {parameter["name"]: parameter for parameter in listed if parameter["in"] == place}


def _parameter_problems(
    name: str, operation: Json, place: str, given: dict[str, str]
) -> Iterable[str]:
    known = _parameters(name, operation, place)
    for parameter in sorted(given.keys() - known.keys()):
        yield f"PayPal knows no parameter {parameter} in the {place}"
    for parameter, described in known.items():
        if parameter not in given:
            if described.get("required"):
                yield f"{parameter} is missing in the {place}"
            continue
        schema = _adapted(_as_text(described["schema"]), is_closed=False)
        validator = jsonschema_rs.Draft202012Validator(schema)
        yield from (f"{parameter}: {problem}" for problem in _problems(validator, given[parameter]))


def _header_problems(name: str, operation: Json, given: dict[str, str]) -> Iterable[str]:
    """Only the request id matters; other headers are not PayPal's business."""
    known = {key.lower(): value for key, value in _parameters(name, operation, "header").items()}
    described = known.get("paypal-request-id")
    request_id = {key.lower(): value for key, value in given.items()}.get("paypal-request-id")
    if described is None:
        if request_id is not None:
            yield "PayPal ignores PayPal-Request-Id on this call: nothing may rely on it"
        return
    if request_id is None:
        if described.get("required"):
            yield "PayPal-Request-Id is missing"
        return
    validator = jsonschema_rs.Draft202012Validator(_adapted(described["schema"], is_closed=False))
    yield from (f"PayPal-Request-Id: {problem}" for problem in _problems(validator, request_id))


def _body_problems(name: str, template: str, method: str, body: Any) -> Iterable[str]:
    operation = _operation(name, template, method)
    schema = _content(name, operation.get("requestBody"))
    if schema is None:
        return ["a body where PayPal takes none"] if body else []
    if body is None:
        is_required = _resolved(name, operation["requestBody"]).get("required")
        return ["the body is missing"] if is_required else []
    return _problems(_request_validator(name, template, method.lower()), body)


# -- from OpenAPI 3.0 to JSON Schema -----------------------------------------------------------


@cache
def _request_validator(name: str, template: str, method: str) -> Any:
    schema = _content(name, _operation(name, template, method)["requestBody"])
    return _validator(name, schema or {})


@cache
def _answer_validator(name: str, template: str, method: str, status: int) -> Any:
    responses = _operation(name, template, method)["responses"]
    described = responses.get(str(status))
    if described is None and status >= 400:
        described = responses.get("default")
    if described is None:
        raise ContractError(f"PayPal never answers {status} to {method} {template}")
    schema = _content(name, described)
    return None if schema is None else _validator(name, schema)


@cache
def _object_validator(name: str, schema: str) -> Any:
    return _validator(name, {"$ref": f"#/components/schemas/{schema}"})


def _validator(name: str, schema: Json) -> Any:
    components = description(name)["components"]["schemas"]
    adapted = _adapted(schema, is_closed=True)
    adapted["components"] = {
        "schemas": {
            key: _adapted(value or {}, is_closed=False) for key, value in components.items()
        }
    }
    return jsonschema_rs.Draft202012Validator(adapted)


def _adapted(schema: Json, *, is_closed: bool) -> Json:
    """Objects are closed from outside: the parts of an `allOf` cannot know each other."""
    if "$ref" in schema:
        closed = {"unevaluatedProperties": False} if is_closed else {}
        return {"$ref": schema["$ref"], **closed}
    adapted: Json = {key: value for key, value in schema.items() if key in _KEPT}
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            adapted[key] = [_adapted(part, is_closed=False) for part in schema[key]]
    if "properties" in schema:
        adapted["properties"] = {
            key: _adapted(value, is_closed=True) for key, value in schema["properties"].items()
        }
    if "items" in schema:
        adapted["items"] = _adapted(schema["items"], is_closed=True)
    extra = schema.get("additionalProperties")
    if extra:
        adapted["additionalProperties"] = extra is True or _adapted(extra, is_closed=True)
    has_parts = any(key in schema for key in ("properties", "allOf", "anyOf", "oneOf"))
    if is_closed and has_parts and not extra:
        adapted["unevaluatedProperties"] = False
    return {"anyOf": [adapted, {"type": "null"}]} if schema.get("nullable") else adapted


def _as_text(schema: Json) -> Json:
    """A parameter's schema for its value in a query string, which is text."""
    match schema.get("type"):
        case "integer":
            return {"type": "string", "pattern": r"^-?\d+$"}
        case "boolean":
            return {"type": "string", "enum": ["true", "false"]}
        case _:
            return schema
