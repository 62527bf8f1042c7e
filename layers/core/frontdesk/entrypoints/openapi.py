"""The OpenAPI document, made of the route table, the schemas and the table of problems.

It is made when one of them changes (`make openapi`), committed, and compared by a test; functions
serve the committed file and never import this module.
"""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from frontdesk.entrypoints.bodies import model
from frontdesk.entrypoints.openapi_operations import (
    HEADERS,
    PREVIEW,
    Schemas,
    operation,
    problem_codes,
    problem_name,
    problem_response,
    too_many_requests,
)
from frontdesk.entrypoints.routes import ROUTES, Route
from frontdesk.entrypoints.schemas.common import Problem

_REF_TEMPLATE = "#/components/schemas/{model}"
_MODE: JsonSchemaMode = "validation"

_INFO = {
    "title": "Frontdesk",
    "version": "1",
    "summary": "The customer centre of a shop that sells with Stripe and PayPal.",
    "description": (
        "Times are RFC 3339 in UTC. Money is an integer number of minor units with its currency. "
        "Ids are opaque. Lists are read page by page with `cursor`. "
        "Every answer carries `X-Request-Id`, which the logs carry too. Errors are RFC 9457 "
        "problem documents with a stable `code`. Somebody else's object answers as a missing one."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
_SECURITY_SCHEMES = {
    "customer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A customer's session token, from POST /v1/sessions/sso.",
    },
    "merchant": {
        "type": "http",
        "scheme": "bearer",
        "description": "A staff session token or an API key, within its scopes.",
    },
}


def document(routes: Iterable[Route] = ROUTES) -> dict[str, Any]:
    chosen = tuple(routes)
    schemas, components = _schemas(chosen)
    paths: dict[str, dict[str, Any]] = {}
    for route in chosen:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, schemas=schemas)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": _INFO,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": _problem_responses(chosen, schemas),
            "headers": HEADERS,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _problem_responses(routes: tuple[Route, ...], schemas: Schemas) -> dict[str, Any]:
    found = {codes: status for r in routes for status, codes in problem_codes(r).items()}
    responses = {
        problem_name(codes): problem_response(status, codes, schemas=schemas)
        for codes, status in sorted(found.items())
    }
    return {"too_many_requests": too_many_requests(), **responses}


def document_text(routes: Iterable[Route] = ROUTES) -> str:
    return json.dumps(document(routes), indent=1, ensure_ascii=False) + "\n"


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names: they say nothing new."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(routes: tuple[Route, ...]) -> tuple[Schemas, dict[str, Any]]:
    names = sorted(
        {n for route in routes for n in (route.body, route.response, PREVIEW) if n is not None}
    )
    models: dict[str, type[BaseModel]] = {name: model(name) for name in names}
    wanted: list[type[BaseModel]] = [*models.values(), Problem]
    refs, definitions = models_json_schema(
        [(one, _MODE) for one in wanted],
        ref_template=_REF_TEMPLATE,
        schema_generator=_Untitled,
    )
    components = dict(sorted(definitions["$defs"].items()))
    for one in components.values():
        one.pop("title", None)
    schemas = Schemas(
        refs={name: refs[(one, _MODE)] for name, one in models.items()},
        problem=refs[(Problem, _MODE)],
        versioned=frozenset(n for n, one in models.items() if "version" in one.model_fields),
    )
    return schemas, components
