"""The document that SAM writes becomes routes, and the events become AWS's."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from infra.local.aws import http_api

BODY: dict[str, Any] = {
    "paths": {
        "/v1/me": {
            "get": {
                http_api.INTEGRATION: {"type": "aws_proxy", "uri": "arn:me"},
                "security": [{"Desk": []}],
            }
        },
        "/v1/health": {
            "get": {
                http_api.INTEGRATION: {"type": "aws_proxy", "uri": "arn:health"},
                "security": [{"NONE": []}],
            },
            "parameters": [],
        },
        "$default": {
            http_api.ANY_METHOD: {http_api.INTEGRATION: {"type": "aws_proxy", "uri": "arn:rest"}}
        },
        "/documented": {"get": {"summary": "without an integration"}},
    },
    "components": {
        "securitySchemes": {
            "Desk": {
                http_api.AUTHORIZER: {
                    "type": "request",
                    "authorizerUri": "arn:authorizer",
                    "authorizerPayloadFormatVersion": "2.0",
                    "enableSimpleResponses": True,
                }
            }
        }
    },
    http_api.CORS: {"allowOrigins": ["https://shop.example"]},
}


@pytest.fixture
def gateway() -> Any:
    return SimpleNamespace(
        _apis={"a": {}}, _routes={"a": {"old": {}}}, _integrations={}, _authorizers={}
    )


def routes_of(gateway: Any) -> dict[str, Any]:
    return {route["routeKey"]: route for route in gateway._routes["a"].values()}


class TestApplyBody:
    def test_each_operation_with_an_integration_is_a_route(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)

        assert set(routes_of(gateway)) == {"GET /v1/me", "GET /v1/health", "$default"}

    def test_each_route_reaches_its_function(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)

        integrations = gateway._integrations["a"]
        targets = {
            key: integrations[route["target"].removeprefix("integrations/")]["integrationUri"]
            for key, route in routes_of(gateway).items()
        }
        assert targets == {
            "GET /v1/me": "arn:me",
            "GET /v1/health": "arn:health",
            "$default": "arn:rest",
        }

    def test_only_secured_routes_ask_the_authorizer(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)

        kinds = {key: route["authorizationType"] for key, route in routes_of(gateway).items()}
        assert kinds == {"GET /v1/me": "CUSTOM", "GET /v1/health": "NONE", "$default": "NONE"}

    def test_an_authorizer_without_identity_source_remembers_nothing(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)

        (authorizer,) = gateway._authorizers["a"].values()
        assert authorizer["identitySource"] == []
        assert authorizer["authorizerResultTtlInSeconds"] == 0
        assert authorizer["enableSimpleResponses"] is True

    def test_applied_again_it_leaves_nothing_of_before(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)
        http_api.apply_body(gateway, "a", BODY | {"paths": {}})

        assert routes_of(gateway) == {}

    def test_cross_origin_rules_are_the_documents(self, gateway: Any) -> None:
        http_api.apply_body(gateway, "a", BODY)

        assert gateway._apis["a"]["corsConfiguration"] == BODY[http_api.CORS]


class TestCompleteEvent:
    @pytest.fixture
    def event(self) -> dict[str, Any]:
        return {
            "version": "2.0",
            "headers": {"cookie": "a=1; b=2", "host": "h"},
            "pathParameters": None,
            "requestContext": {"domainName": "ab.execute-api", "http": {"sourceIp": "127.0.0.1"}},
        }

    def test_cookies_stand_in_a_list_of_their_own(self, event: dict[str, Any]) -> None:
        http_api.complete_event(event, port=4570)

        assert event["cookies"] == ["a=1", "b=2"]
        assert "cookie" not in event["headers"]

    def test_what_is_absent_is_not_null(self, event: dict[str, Any]) -> None:
        http_api.complete_event(event, port=4570)

        assert "pathParameters" not in event

    def test_the_way_here_is_told(self, event: dict[str, Any]) -> None:
        http_api.complete_event(event, port=4570)

        assert event["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert event["headers"]["x-forwarded-port"] == "4570"


class TestFailedFunction:
    @staticmethod
    def answered(result: dict[str, Any], *, thread_name: str) -> Any:
        async def run(_function: Any, *_args: Any, thread_name: str) -> Any:
            return result

        gateway = SimpleNamespace(run_reentrant=run)
        http_api.repair_requests(gateway, port=4570)
        return asyncio.run(gateway.run_reentrant(None, thread_name=thread_name))

    def test_its_error_is_not_told_to_the_caller(self) -> None:
        failed = {"error": True, "body": {"errorMessage": "secret", "errorType": "KeyError"}}

        answer = self.answered(failed, thread_name="ministack-apigw-invoke")

        assert answer["body"]["statusCode"] == 500
        assert "secret" not in json.dumps(answer)

    def test_a_throttle_stays_a_throttle(self) -> None:
        throttled = {"error": True, "throttle": True, "body": {}}

        assert self.answered(throttled, thread_name="ministack-apigw-invoke") == throttled

    def test_a_failed_authorizer_stays_failed(self) -> None:
        failed = {"error": True, "body": {}}

        assert self.answered(failed, thread_name="ministack-apigw-authorizer") == failed
