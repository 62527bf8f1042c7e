"""The house itself: what is deployed answers, and guards what it should."""

import urllib.error
import urllib.request

import pytest

from infra.local.aws import process
from infra.local.stack_file import Stack
from tests.e2e.conftest import Api


class TestDeployedStack:
    def test_health_is_good_when_the_tables_answer(self, anyone: Api) -> None:
        answer = anyone("GET", "/v1/health")

        assert (answer.status, answer.body) == (200, {"status": "ok"})

    def test_an_unknown_path_is_a_problem_document(self, anyone: Api) -> None:
        answer = anyone("GET", "/v1/nowhere")

        assert (answer.status, answer.body["code"]) == (404, "not_found")

    def test_another_method_of_a_known_path_is_a_problem_document(self, anyone: Api) -> None:
        answer = anyone("DELETE", "/v1/me")

        assert (answer.status, answer.body["code"]) == (405, "method_not_allowed")

    def test_a_route_without_a_token_is_refused_by_the_function(self, anyone: Api) -> None:
        answer = anyone("GET", "/v1/me")

        assert (answer.status, answer.body["code"]) == (401, "unauthenticated")

    def test_the_owner_key_opens_the_merchant_routes(self, owner: Api) -> None:
        assert owner("GET", "/v1/customers").status == 200

    @pytest.mark.parametrize(
        ("origin", "status"), [("http://localhost:3000", 204), ("http://evil.example", 403)]
    )
    def test_a_browser_may_call_from_an_allowed_origin_only(
        self, anyone: Api, origin: str, status: int
    ) -> None:
        answer = anyone("OPTIONS", "/v1/me", Origin=origin, Access_Control_Request_Method="GET")

        assert answer.status == status


class TestLocalAws:
    def test_a_name_of_somebody_else_is_refused(self, shop: Stack) -> None:
        request = urllib.request.Request(shop.aws_endpoint, headers={"Host": "evil.example"})

        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=10)

    def test_each_function_has_a_role_of_its_own(self, shop: Stack) -> None:
        functions = process.client("lambda", endpoint=shop.aws_endpoint).list_functions()

        roles = [function["Role"] for function in functions["Functions"]]

        assert len(set(roles)) == len(roles) > 10
