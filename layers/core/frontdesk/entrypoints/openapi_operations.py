"""One route as an OpenAPI operation: what it takes, and every answer that it can give."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from frontdesk.entrypoints import problem
from frontdesk.entrypoints.parameters import Parameter
from frontdesk.entrypoints.routes import (
    OWN_EDGE_FUNCTIONS,
    Caller,
    Idempotency,
    IfMatch,
    Route,
)

JSON = "application/json"
PREVIEW = "plans:Preview"
_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_KEY = "A fresh UUID for each command, the same for its repeats."
_KEY_OF_PREVIEWS = " Required, but for a preview, which needs none."
_TAG = '^(W/)?"[!#-~]*"$'
_TEXT = "^[^\\x00-\\x1f\\x7f]*$"

_SECURITY: Mapping[Caller, tuple[str, ...]] = {
    Caller.ANYONE: (),
    Caller.CUSTOMER: ("customer",),
    Caller.MERCHANT: ("merchant",),
    Caller.SIGNED_IN: ("customer", "merchant"),
}
HEADERS: Mapping[str, dict[str, Any]] = {
    "X-Request-Id": {"description": "The same in the logs.", "schema": {"type": "string"}},
    "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
    "Location": {"description": "Where to go now.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` when this is the first answer once more.",
        "schema": {"type": "string", "const": "true"},
    },
    "WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string"}},
}
_PROBLEM_HEADERS = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}
_GATEWAY_MESSAGE = {
    "type": "object",
    "properties": {"message": {"type": "string"}},
    "required": ["message"],
}


@dataclass(frozen=True, slots=True)
class Schemas:
    """References to the schemas by the names that routes use."""

    refs: Mapping[str, dict[str, Any]]
    problem: dict[str, Any]
    versioned: frozenset[str]


def operation(route: Route, *, schemas: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _operation_id(route),
        "tags": [route.function],
        "summary": route.summary,
        "description": _description(route),
        "security": [
            {scheme: [route.scope] if scheme == "merchant" and route.scope else []}
            for scheme in _SECURITY[route.caller]
        ],
    }
    parameters = list(_parameters(route))
    if parameters:
        described["parameters"] = parameters
    if route.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": schemas.refs[route.body]}},
        }
    described["responses"] = dict(sorted(_responses(route, schemas).items()))
    return described


def _operation_id(route: Route) -> str:
    words = [word.strip("{}") for word in route.path.replace(".", "/").split("/") if word]
    return "_".join([route.method.lower(), *(w.replace("-", "_") for w in words if w != "v1")])


def _description(route: Route) -> str:
    sentences = {
        Caller.ANYONE: "For everybody, without a token.",
        Caller.CUSTOMER: "For the customer itself.",
        Caller.MERCHANT: "For the merchant.",
        Caller.SIGNED_IN: "For customers and for the merchant.",
    }
    text = sentences[route.caller]
    if route.scope:
        text += f" A merchant's token needs the scope `{route.scope}`."
    if route.feature:
        what = ", ".join(f"`{name}`" for name in route.feature_fields) or "This"
        text += f" {what}: only while the shop's switch `{route.feature}` is on."
    return text


# --- what it takes ---------------------------------------------------------------------------


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    if route.id_prefix is not None:
        pattern = f"^{route.id_prefix}_[0-9a-hjkmnp-tv-z]{{26}}$"
        yield _parameter("id", "path", {"type": "string", "pattern": pattern}, is_required=True)
    for parameter in route.query:
        yield _parameter(
            parameter.name,
            "query",
            _query_schema(parameter),
            is_required=parameter.is_required,
            description=parameter.description,
        )
    if route.if_match is not IfMatch.NONE:
        yield _parameter(
            "If-Match",
            "header",
            {"type": "string", "pattern": _TAG},
            is_required=route.if_match is IfMatch.REQUIRED,
            description="The ETag of the version that was read.",
        )
    if route.idempotency is not Idempotency.NONE:
        yield _parameter(
            "Idempotency-Key",
            "header",
            {"type": "string", "format": "uuid", "pattern": _UUID},
            is_required=route.idempotency is Idempotency.REQUIRED and not _has_preview(route),
            description=_KEY + (_KEY_OF_PREVIEWS if _has_preview(route) else ""),
        )


def _parameter(
    name: str, place: str, schema: Mapping[str, Any], *, is_required: bool, description: str = ""
) -> dict[str, Any]:
    parameter = {"name": name, "in": place, "required": is_required, "schema": schema}
    return parameter | ({"description": description} if description else {})


def _query_schema(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    match parameter.kind:
        case "integer":
            schema = {
                "type": "integer",
                "minimum": parameter.minimum,
                "maximum": parameter.maximum,
            }
        case "boolean":
            schema = {"type": "boolean"}
        case "text" if parameter.choices:
            schema = {"type": "string", "enum": list(parameter.choices)}
        case "text":
            schema = {
                "type": "string",
                "minLength": parameter.min_length,
                "maxLength": parameter.max_length,
                "pattern": _TEXT,
            }
    if parameter.default is not None:
        schema["default"] = parameter.default
    return schema


# --- what it answers -------------------------------------------------------------------------


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    problems = problem_codes(route)
    return {
        str(route.status): _success(route, schemas),
        **_other_successes(route, schemas),
        "429": {"$ref": "#/components/responses/too_many_requests"},
        **{
            str(status): {"$ref": f"#/components/responses/{problem_name(codes)}"}
            for status, codes in problems.items()
        },
    }


def problem_codes(route: Route) -> dict[int, tuple[str, ...]]:
    """The codes that a route can answer, by status."""
    codes: dict[int, set[str]] = {}
    for code in _problem_codes(route):
        codes.setdefault(problem.PROBLEMS[code][0], set()).add(code)
    return {status: tuple(sorted(of_status)) for status, of_status in codes.items()}


def problem_name(codes: tuple[str, ...]) -> str:
    return "-".join(codes)


def _success(route: Route, schemas: Schemas) -> dict[str, Any]:
    names = ["X-Request-Id"]
    if route.response in schemas.versioned:
        names.append("ETag")
    if route.status in (202, 303):
        names.append("Location")
    if route.idempotency is not Idempotency.NONE:
        names.append("Idempotency-Replayed")
    success: dict[str, Any] = {
        "description": _SUCCESSES[route.status],
        "headers": {name: _header(name) for name in names},
    }
    if route.response is not None:
        success["content"] = {JSON: {"schema": schemas.refs[route.response]}}
    elif route.status == 200:
        success["content"] = {JSON: {"schema": {"type": "object"}}}
    return success


def _other_successes(route: Route, schemas: Schemas) -> dict[str, Any]:
    """A preview's plan, and the answer while it is not known what came of the command."""
    others: dict[str, Any] = {}
    if route.may_be_open:
        others["202"] = _success(replace(route, status=202), schemas)
        del others["202"]["headers"]["Location"]
    if _has_preview(route):
        plan = schemas.refs[PREVIEW]
        shown = _success(replace(route, status=200), schemas)
        if route.status == 200 and route.response is not None:
            plan = {"anyOf": [schemas.refs[route.response], plan]}
        others["200"] = shown | {"content": {JSON: {"schema": plan}}}
    return others


def _has_preview(route: Route) -> bool:
    return any(parameter.name == "preview" for parameter in route.query)


_SUCCESSES = {
    200: "Done.",
    201: "Made.",
    202: "Begun; read it again to see how far it is.",
    204: "Done; there is nothing to say about it.",
    303: "Go there.",
}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def too_many_requests() -> dict[str, Any]:
    return {
        "description": "Too many requests; said by the gateway, before Frontdesk is asked.",
        "content": {JSON: {"schema": _GATEWAY_MESSAGE}},
    }


def problem_response(status: int, codes: tuple[str, ...], *, schemas: Schemas) -> dict[str, Any]:
    names = ("X-Request-Id", *_PROBLEM_HEADERS.get(status, ()))
    told = " · ".join(f"`{code}`: {problem.PROBLEMS[code][1]}" for code in codes)
    only_these = {"properties": {"code": {"enum": list(codes)}}}
    return {
        "description": told,
        "headers": {name: _header(name) for name in names},
        "content": {problem.MEDIA_TYPE: {"schema": {"allOf": [schemas.problem, only_these]}}},
    }


def _problem_codes(route: Route) -> Iterator[str]:
    """What follows from the row, and what the row adds."""
    yield from route.errors
    yield from ("internal_error", "service_unavailable")
    if route.function in OWN_EDGE_FUNCTIONS:
        return
    yield "invalid_input"
    if route.caller is not Caller.ANYONE:
        yield from ("unauthenticated", "forbidden")
    if route.feature is not None:
        yield "feature_disabled"
    if route.id_prefix is not None:
        yield "not_found"
    if any(parameter.name == "cursor" for parameter in route.query):
        yield "invalid_cursor"
    if route.body is not None:
        yield from ("malformed_json", "body_too_large", "unsupported_media_type")
    yield from _IF_MATCH_CODES[route.if_match]
    yield from _IDEMPOTENCY_CODES[route.idempotency]


_IF_MATCH_CODES = {
    IfMatch.NONE: (),
    IfMatch.OPTIONAL: ("invalid_if_match", "version_conflict"),
    IfMatch.REQUIRED: ("invalid_if_match", "precondition_required", "version_conflict"),
}
_OPTIONAL_KEY = ("invalid_idempotency_key", "idempotency_key_reused", "operation_in_progress")
_IDEMPOTENCY_CODES: Mapping[Idempotency, tuple[str, ...]] = {
    Idempotency.NONE: (),
    Idempotency.OPTIONAL: _OPTIONAL_KEY,
    Idempotency.REQUIRED: ("idempotency_key_required", *_OPTIONAL_KEY),
}
