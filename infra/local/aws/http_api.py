"""Gives HTTP APIs what SAM writes: routes from the `Body`, and the fields of AWS's events."""

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
ANY_METHOD = "x-amazon-apigateway-any-method"
AUTHORIZER = "x-amazon-apigateway-authorizer"
INTEGRATION = "x-amazon-apigateway-integration"
CORS = "x-amazon-apigateway-cors"

Record = dict[str, Any]
Records = dict[str, Record]


def record_id() -> str:
    return uuid.uuid4().hex[:8]


def authorizer_records(body: Record) -> Records:
    """One record per security scheme, under the scheme's name."""
    schemes = body.get("components", {}).get("securitySchemes", {})
    declared = {
        name: scheme[AUTHORIZER] for name, scheme in schemes.items() if AUTHORIZER in scheme
    }
    return {name: authorizer_record(name, item) for name, item in declared.items()}


def authorizer_record(name: str, declared: Record) -> Record:
    return {
        "authorizerId": record_id(),
        "authorizerType": declared["type"].upper(),
        "name": name,
        # Without an identity source AWS asks the authorizer every time and caches nothing.
        "identitySource": declared.get("identitySource", []),
        "jwtConfiguration": declared.get("jwtConfiguration", {}),
        "authorizerUri": declared.get("authorizerUri", ""),
        "authorizerPayloadFormatVersion": declared.get("authorizerPayloadFormatVersion", "2.0"),
        "authorizerResultTtlInSeconds": declared.get("authorizerResultTtlInSeconds", 0),
        "enableSimpleResponses": declared.get("enableSimpleResponses", False),
        "authorizerCredentialsArn": declared.get("authorizerCredentials", ""),
    }


def integration_record(declared: Record) -> Record:
    return {
        "integrationId": record_id(),
        "integrationType": declared["type"].upper(),
        "integrationUri": declared.get("uri", ""),
        "integrationMethod": declared.get("httpMethod", "POST"),
        "payloadFormatVersion": declared.get("payloadFormatVersion", "2.0"),
        "timeoutInMillis": declared.get("timeoutInMillis", 30_000),
        "connectionType": "INTERNET",
        "description": "",
    }


def route_record(key: str, *, integration: Record, authorizer: Record | None) -> Record:
    kinds = {"REQUEST": "CUSTOM", "JWT": "JWT"}
    return {
        "routeId": record_id(),
        "routeKey": key,
        "target": f"integrations/{integration['integrationId']}",
        "authorizationType": kinds[authorizer["authorizerType"]] if authorizer else "NONE",
        "authorizerId": authorizer["authorizerId"] if authorizer else None,
        "apiKeyRequired": False,
        "operationName": "",
    }


def operations(body: Record) -> list[tuple[str, Record]]:
    """Each route key with its OpenAPI operation."""
    found = []
    for path, item in body.get("paths", {}).items():
        for method, operation in item.items():
            if method == ANY_METHOD:
                is_default = path.strip("/") == "$default"
                found.append(("$default" if is_default else f"ANY {path}", operation))
            elif method in METHODS:
                found.append((f"{method.upper()} {path}", operation))
    return [(key, operation) for key, operation in found if INTEGRATION in operation]


def authorizer_of(operation: Record, authorizers: Records) -> Record | None:
    names = [name for requirement in operation.get("security") or [] for name in requirement]
    return next((authorizers[name] for name in names if name in authorizers), None)


def apply_body(gateway: Any, api_id: str, body: Record) -> None:
    """Replaces the API's routes, integrations, authorizers and CORS by the document's."""
    authorizers = authorizer_records(body)
    integrations, routes = {}, {}
    for key, operation in operations(body):
        integration = integration_record(operation[INTEGRATION])
        authorizer = authorizer_of(operation, authorizers)
        route = route_record(key, integration=integration, authorizer=authorizer)
        integrations[integration["integrationId"]] = integration
        routes[route["routeId"]] = route
    gateway._authorizers[api_id] = {item["authorizerId"]: item for item in authorizers.values()}
    gateway._integrations[api_id] = integrations
    gateway._routes[api_id] = routes
    if cors := body.get(CORS):
        gateway._apis[api_id]["corsConfiguration"] = cors


def import_bodies(gateway: Any, resource_handlers: dict[str, dict[str, Any]]) -> None:
    """Lets CloudFormation apply `Body` whenever it creates or updates an HTTP API."""
    handlers = resource_handlers["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def create_with_body(logical_id: str, props: Record, stack_name: str) -> tuple[str, Record]:
        api_id, attributes = create(logical_id, props, stack_name)
        apply_body(gateway, api_id, props.get("Body") or {})
        return api_id, attributes

    def update_with_body(
        physical_id: str,
        old: Record,
        new: Record,
        stack_name: str,
        logical_id: str | None = None,
    ) -> tuple[str, Record]:
        api_id, attributes = update(physical_id, old, new, stack_name, logical_id)
        apply_body(gateway, api_id, new.get("Body") or {})
        return api_id, attributes

    handlers.update(create=create_with_body, update=update_with_body)


def complete_event(event: Record, *, port: int) -> None:
    """Makes it AWS's: cookies stand in their own list only, and what is absent is not null."""
    for name in [name for name, value in event.items() if value is None]:
        del event[name]
    headers = event["headers"]
    context = event["requestContext"]
    if cookie := headers.pop("cookie", None):
        event["cookies"] = cookie.split("; ")
    headers.setdefault("x-forwarded-for", context["http"]["sourceIp"])
    headers.setdefault("x-forwarded-port", str(port))
    headers.setdefault("x-forwarded-proto", "http")
    context["domainPrefix"] = context["domainName"].partition(".")[0]


INTERNAL_SERVER_ERROR = {
    "body": {
        "statusCode": 500,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": "Internal Server Error"}),
    }
}


def without_details(result: Any) -> Any:
    """AWS answers 500 when a function fails, and never says why."""
    if isinstance(result, dict) and result.get("error") and not result.get("throttle"):
        return INTERNAL_SERVER_ERROR
    return result


def repair_requests(gateway: Any, *, port: int) -> None:
    run: Callable[..., Awaitable[Any]] = gateway.run_reentrant

    async def run_with_complete_event(function: Any, *args: Any, thread_name: str) -> Any:
        for event in args:
            if isinstance(event, dict) and event.get("version") == "2.0":
                complete_event(event, port=port)
        result = await run(function, *args, thread_name=thread_name)
        return without_details(result) if thread_name == "ministack-apigw-invoke" else result

    gateway.run_reentrant = run_with_complete_event
