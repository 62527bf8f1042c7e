"""Requests and answers held against Stripe's own OpenAPI description.

`validate_request` is for what the product sends, `validate_response` for what the stand-in says.
The description lives beside the project, never in it; callers skip when `AVAILABLE` is false.
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from infra.local.stripe.wire import parse_form

type Json = dict[str, Any]

DESCRIPTION = Path(__file__).parents[3] / "../shared/contracts/stripe-openapi.json.gz"
AVAILABLE = DESCRIPTION.exists()
WHY_SKIPPED = f"SKIPPED: Stripe's OpenAPI description is not at {DESCRIPTION}"

_FORM = "application/x-www-form-urlencoded"
_TEXT: Json = {"type": "string"}
_NOTHING: Json = {"type": "object", "properties": {}, "additionalProperties": False}

# The description is `2026-08-26.dahlia`, the SDK pins `2026-10-28.endive`. Where they differ the
# SDK is right. Each entry: what endive has more, and where stripe-python 16.1 says so.
ENDIVE_PROPERTIES: dict[str, Json] = {
    # stripe/_subscription.py, class StatusDetails: why a subscription is in status `paused`.
    "subscription": {
        "status_details": {
            "type": "object",
            "nullable": True,
            "required": ["paused"],
            "additionalProperties": False,
            "properties": {
                "paused": {
                    "type": "object",
                    "required": ["subscription", "transitioned_at", "type"],
                    "additionalProperties": False,
                    "properties": {
                        "subscription": {
                            "type": "object",
                            "required": ["type"],
                            "properties": {
                                "type": {
                                    "type": "string",
                                    "enum": [
                                        "final_payment_failure",
                                        "first_payment_failure",
                                        "pause_requested",
                                        "system",
                                        "trial_end_without_payment_method",
                                    ],
                                }
                            },
                        },
                        "transitioned_at": {"type": "integer"},
                        "type": {"type": "string", "enum": ["subscription"]},
                    },
                }
            },
        }
    },
}
# stripe/_subscription_service.py, `pause`, and params/_subscription_pause_params.py,
# params/_subscription_resume_params.py (the anchor became an object).
ENDIVE_REQUESTS: dict[tuple[str, str], Json] = {
    ("post", "/v1/subscriptions/{subscription}/pause"): {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "bill_for": {"type": "object"},
            "expand": {"type": "array", "items": _TEXT},
            "invoicing_behavior": {"type": "string", "enum": ["invoice", "pending_invoice_item"]},
            "type": {"type": "string", "enum": ["subscription"]},
        },
    },
    ("post", "/v1/subscriptions/{subscription}/resume"): {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "billing_cycle_anchor": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"type": "string", "enum": ["now", "unchanged"]}},
            },
            "expand": {"type": "array", "items": _TEXT},
            "payment_behavior": {
                "type": "string",
                "enum": ["resume_on_payment_attempt", "resume_on_payment_success"],
            },
            "proration_behavior": {
                "type": "string",
                "enum": ["always_invoice", "create_prorations", "none"],
            },
            "proration_date": {"type": "integer"},
        },
    },
}


class ContractError(AssertionError):
    """A request or an answer that Stripe's description does not allow."""


def validate_request(method: str, path: str, params: Mapping[str, Any]) -> None:
    """`params` nested as the SDK takes them; numbers and booleans may be text, as in a form."""
    validator = _validator("request", method.lower(), _template(method, path))
    _report(f"{method} {path} request", validator, dict(params))


def validate_response(method: str, path: str, status: int, body: Any) -> None:
    """Required fields, types, enumerations, and no field that Stripe does not know."""
    template = _template(method, path)
    part = "success" if status == 200 else "error"
    _report(f"{method} {path} answer {status}", _validator(part, method.lower(), template), body)


def validate_object(kind: str, body: Any) -> None:
    _report(kind, _validator("object", "", kind), body)


def _report(what: str, validator: Any, value: Any) -> None:
    problems = [
        f"  at {'/'.join(map(str, error.instance_path)) or '(top)'}: {str(error.message)[:400]}"
        for error in validator.iter_errors(value)
    ]
    if problems:
        raise ContractError("\n".join([f"{what} breaks Stripe's contract:", *problems]))


def published_description() -> Json:
    loaded: Json = json.loads(gzip.decompress(DESCRIPTION.read_bytes()))
    return loaded


@cache
def description() -> Json:
    loaded = published_description()
    for kind, properties in ENDIVE_PROPERTIES.items():
        loaded["components"]["schemas"][kind]["properties"] |= properties
    for (method, template), schema in ENDIVE_REQUESTS.items():
        resume = loaded["paths"]["/v1/subscriptions/{subscription}/resume"]["post"]
        operation = loaded["paths"].setdefault(template, {}).setdefault(method, dict(resume))
        operation["requestBody"] = {"content": {_FORM: {"schema": schema}}}
    return loaded


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Literal paths before those with a parameter: `/charges/search` is not a charge's id."""
    ordered = sorted(description()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in ordered]


def _template(method: str, path: str) -> str:
    for pattern, template in _templates():
        if pattern.fullmatch(path) and method.lower() in description()["paths"][template]:
            return template
    raise ContractError(f"Stripe has no {method} {path}")


@cache
def _validator(part: str, method: str, name: str) -> Any:
    schema = _schema(part, method, name)
    if part == "request":  # requests are described without references
        return jsonschema_rs.Draft7Validator(_for_form(schema))
    adapted = {**_for_answer(schema), "components": {"schemas": _answer_schemas()}}
    return jsonschema_rs.Draft7Validator(adapted)


def _schema(part: str, method: str, name: str) -> Json:
    if part == "object":
        return {"$ref": f"#/components/schemas/{name}"}
    operation = description()["paths"][name][method]
    if part == "request":
        return _request_schema(operation)
    response = operation["responses"]["200" if part == "success" else "default"]
    answer: Json = response["content"]["application/json"]["schema"]
    return answer


def _request_schema(operation: Json) -> Json:
    queried = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    body = operation.get("requestBody", {}).get("content", {}).get(_FORM, {}).get("schema", {})
    if not queried:
        return body if body.get("properties") else _NOTHING
    properties = {parameter["name"]: parameter["schema"] for parameter in queried}
    return {
        "type": "object",
        "properties": {**body.get("properties", {}), **properties},
        "required": [p["name"] for p in queried if p.get("required")],
        "additionalProperties": False,
    }


@cache
def _answer_schemas() -> Json:
    schemas = description()["components"]["schemas"]
    return {name: _for_answer(schema) for name, schema in schemas.items()}


def _for_answer(schema: Any) -> Any:
    """OpenAPI's `nullable` in JSON Schema's words, and every object closed."""
    if isinstance(schema, list):
        return [_for_answer(child) for child in schema]
    if not isinstance(schema, dict):
        return schema
    adapted = {k: _for_answer(v) for k, v in schema.items() if k in _KEYWORDS}
    if "properties" in schema:
        adapted["properties"] = {k: _for_answer(v) for k, v in schema["properties"].items()}
        adapted.setdefault("additionalProperties", False)
    if "enum" in schema and schema.get("x-stripeBypassValidation"):
        del adapted["enum"]  # Stripe itself sends values beyond this list
    return {"anyOf": [adapted, {"type": "null"}]} if schema.get("nullable") else adapted


_KEYWORDS = {
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "enum",
    "items",
    "maxLength",
    "pattern",
    "required",
    "type",
}
_AS_TEXT = {
    "integer": {"type": ["integer", "string"], "pattern": r"^-?\d+$"},
    "number": {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"},
    "boolean": {"enum": [True, False, "true", "false"]},
}


def _for_form(schema: Any) -> Any:
    """The same, where every number and truth value may also be its text."""
    if isinstance(schema, list):
        return [_for_form(child) for child in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in _AS_TEXT and "enum" not in schema:
        return _AS_TEXT[schema["type"]]
    adapted = {k: _for_form(v) for k, v in schema.items() if k in _KEYWORDS}
    if "properties" in schema:
        adapted["properties"] = {k: _for_form(v) for k, v in schema["properties"].items()}
    return adapted


def recorded_requests(log: Iterable[Json]) -> list[tuple[str, str, Json]]:
    """`GET /_control/requests` as (method, path, params), ready for `validate_request`."""
    return [
        (entry["method"], entry["path"], parse_form(entry["query"]) | parse_form(entry["form"]))
        for entry in log
    ]
