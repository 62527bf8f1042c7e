"""The edge, as every route has it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from frontdesk.domain.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    UnavailableError,
    VersionConflictError,
)
from frontdesk.entrypoints.http import Request, Response, http_function
from frontdesk.entrypoints.messages import ANY_VERSION
from frontdesk.entrypoints.preconditions import expected_version
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import DEFAULT_ROUTE_KEY, ROUTES
from tests.fakes.api_gateway import CUSTOMER, ID, STAFF, Answer, ask, event

JSON = {"content-type": "application/json"}
UPDATE = "PUT /v1/settings"


class Edge:
    """The settings function with handlers of the test's own; `seen` is what they were given."""

    def __init__(self, handle: Callable[[Request], Response] | None = None) -> None:
        self.seen: list[Request] = []
        self._handle = handle or (lambda request: Response({"fine": True}))
        keys = [route.key for route in ROUTES if route.function == "settings"]
        self._function = http_function("settings", dict.fromkeys(keys, self._noted))

    def _noted(self, request: Request) -> Response:
        self.seen.append(request)
        return self._handle(request)

    def ask(self, key: str, **options: Any) -> Answer:
        return ask(self._function, event(key, **options))

    def put(self, body: bytes | str | None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(
            UPDATE, caller=STAFF, body=body, headers={**JSON, "if-match": '"1"', **named}
        )


def _raises(error: Exception) -> Callable[[Request], Response]:
    def handle(request: Request) -> Response:
        raise error

    return handle


class TestAnswers:
    def test_every_answer_carries_the_gateways_request_id_and_is_not_kept_anywhere(self) -> None:
        edge = Edge()
        fine = edge.ask("GET /v1/health", request_id="abc")
        refused = edge.ask("GET /v1/settings", request_id="def")

        assert fine.headers["X-Request-Id"] == "abc"
        assert refused.headers["X-Request-Id"] == refused.json["request_id"] == "def"
        for answer in (fine, refused):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_text_is_answered_as_it_is_and_not_escaped(self) -> None:
        answer = Edge(lambda request: Response({"name": "Zoë 李"})).ask("GET /v1/health")

        assert answer.text == '{"name":"Zoë 李"}'
        assert answer.headers["Content-Type"] == "application/json"

    def test_a_version_is_answered_as_an_etag_too(self) -> None:
        answer = Edge(lambda request: Response({"version": 7})).ask("GET /v1/health")

        assert answer.headers["ETag"] == '"7"'

    def test_an_answer_without_a_body_has_no_media_type(self) -> None:
        answer = Edge(lambda request: Response(status=204, cookies=("a=b",))).ask("GET /v1/health")

        assert (answer.status, answer.text, answer.cookies) == (204, None, ("a=b",))
        assert "Content-Type" not in answer.headers

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (NotFoundError(), 404, "not_found"),
            (ForbiddenError(), 403, "forbidden"),
            (ConflictError("Still in use."), 409, "conflict"),
            (ConflictError("In use.", code="payment_method_in_use"), 409, "payment_method_in_use"),
            (VersionConflictError(), 412, "version_conflict"),
            (UnavailableError("secret.internal did not answer"), 503, "service_unavailable"),
        ],
    )
    def test_an_error_of_a_use_case_is_a_problem_document(
        self, error: Exception, status: int, code: str
    ) -> None:
        answer = Edge(_raises(error)).ask("GET /v1/health")

        assert answer.status == answer.json["status"] == status
        assert answer.code == code
        assert answer.json["type"] == f"urn:frontdesk:problem:{code}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "code", "request_id"}

    def test_what_is_unavailable_may_be_asked_again_and_is_not_named(self) -> None:
        answer = Edge(_raises(UnavailableError("secret.internal failed"))).ask("GET /v1/health")

        assert answer.headers["Retry-After"] == "2"
        assert "internal" not in answer.json["detail"]

    def test_an_unexpected_error_says_nothing_and_is_logged_without_its_message(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        error = RuntimeError("Ada Lovelace, ada@example.com")
        answer = Edge(_raises(error)).ask("GET /v1/health", request_id="abc")

        assert (answer.status, answer.code) == (500, "internal_error")
        (record,) = caplog.records
        assert "Ada" not in (answer.text or "") + str(vars(record))
        assert vars(record)["request_id"] == "abc"
        assert vars(record)["error_type"] == "RuntimeError"

    def test_a_refusal_of_the_caller_names_the_scheme(self) -> None:
        answer = Edge().ask("GET /v1/settings")

        assert (answer.status, answer.code) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


class TestRequests:
    def test_a_handler_is_given_what_the_request_says(self) -> None:
        edge = Edge()
        edge.put('{"headline": "Hello"}', cookie="a=1; b=2; a=3")
        (request,) = edge.seen

        assert request.caller == STAFF
        assert request.body.headline == "Hello"
        assert request.expected_version == 1
        assert request.raw_body == b'{"headline": "Hello"}'
        assert request.cookies == {"a": "1", "b": "2"}
        assert request.source_ip == "203.0.113.7"
        assert request.request_id == "request-1"

    def test_bytes_and_text_bodies_are_read_alike(self) -> None:
        edge = Edge()
        edge.put('{"headline": "Grüße"}')
        edge.put('{"headline": "Grüße"}'.encode())

        assert edge.seen[0].raw_body == edge.seen[1].raw_body

    def test_header_names_are_read_in_any_case(self) -> None:
        edge = Edge()
        headers = {"Content-Type": "Application/JSON; Charset=UTF-8", "IF-MATCH": 'W/"4"'}
        answer = edge.ask(UPDATE, caller=STAFF, body="{}", headers=headers)

        assert answer.status == 200
        assert edge.seen[0].expected_version == 4

    def test_an_unknown_query_parameter_is_refused_by_name(self) -> None:
        answer = Edge().ask("GET /v1/health", query={"verbose": "1"})

        assert (answer.status, answer.code) == (422, "invalid_input")
        (problem,) = answer.json["errors"]
        assert (problem["field"], problem["code"]) == ("verbose", "unknown_parameter")

    @pytest.mark.parametrize(
        ("key", "path", "allowed"),
        [
            ("DELETE /v1/settings", "/v1/settings", "GET, PUT"),
            ("POST /v1/customers/x", "/v1/customers/x", "GET, PATCH"),
            ("PUT /v1/sessions/current", "/v1/sessions/current", "DELETE"),
        ],
    )
    def test_a_known_path_with_another_method_says_which_ones_it_takes(
        self, key: str, path: str, allowed: str
    ) -> None:
        made = event(DEFAULT_ROUTE_KEY) | {"rawPath": path}
        answer = ask(Edge()._function, made)

        assert (answer.status, answer.code) == (405, "method_not_allowed")
        assert answer.headers["Allow"] == allowed

    @pytest.mark.parametrize("path", ["/", "/v1", "/v1/settings/", "/v1/customers//x", "/etc", ""])
    def test_an_unknown_path_is_not_found(self, path: str) -> None:
        answer = ask(Edge()._function, event(DEFAULT_ROUTE_KEY) | {"rawPath": path})

        assert (answer.status, answer.code) == (404, "not_found")


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            None,
            "",
            "{",
            "nonsense",
            '{"headline": "a"} {}',
            '{"headline": NaN}',
            '{"headline": Infinity}',
            '{"headline": "a", "headline": "b"}',
            '{"headline": "\\ud800"}',
            '{"\\udfff": 1}',
            '{"order_history_days": ' + "9" * 5000 + "}",
            '{"headline": ' + "[" * 100 + "]" * 100 + "}",
            "[" * 100_000,
            '{"a":' * 40_000,
            b'{"headline": "\xff"}',
            b"\xff\xfe{\x00}\x00",
            "\ufeff{}",
            "\udcff",
        ],
    )
    def test_what_is_not_json_is_refused(self, body: str | bytes | None) -> None:
        answer = Edge().put(body)

        assert (answer.status, answer.code) == (400, "malformed_json")

    @pytest.mark.parametrize("body", ["[]", "1", "null", '"text"', "true"])
    def test_json_that_is_no_object_is_refused(self, body: str) -> None:
        answer = Edge().put(body)

        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.json["errors"][0]["code"] == "not_an_object"

    def test_a_body_holds_256_kb_and_not_a_byte_more(self) -> None:
        largest = "{" + " " * (256 * 1024 - 2) + "}"

        assert Edge().put(largest).status == 200
        for body in (largest + " ", (largest + " ").encode(), "é" * (128 * 1024) + "e"):
            assert Edge().put(body).code == "body_too_large"

    def test_base64_that_is_none_is_refused(self) -> None:
        made = event(UPDATE, caller=STAFF, headers={**JSON, "if-match": '"1"'}, body=b"{}")
        answer = ask(Edge()._function, made | {"body": "***"})

        assert (answer.status, answer.code) == (400, "malformed_json")

    @pytest.mark.parametrize(
        "content_type",
        ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"],
    )
    def test_another_media_type_is_refused(self, content_type: str) -> None:
        answer = Edge().put("{}", content_type=content_type)

        assert (answer.status, answer.code) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        ("body", "field", "code"),
        [
            ('{"headlin": "x"}', "headlin", "unknown_field"),
            ('{"headline": 1}', "headline", "wrong_type"),
            ('{"headline": ""}', "headline", "too_short"),
            (f'{{"headline": "{"x" * 256}"}}', "headline", "too_long"),
            ('{"headline": "a\\u0000"}', "headline", "invalid_format"),
            ('{"features": {"order_history": 1}}', "features.order_history", "wrong_type"),
            ('{"features": {"order_history": "true"}}', "features.order_history", "wrong_type"),
            ('{"order_history_days": 1.5}', "order_history_days", "wrong_type"),
            ('{"order_history_days": 0}', "order_history_days", "out_of_range"),
            ('{"sso": {"keys": [{"kid": "a"}]}}', "sso.keys.0.issuer", "required"),
            ('{"export_schedule": {"format": "xls"}}', "export_schedule.format", "unknown_value"),
            ('{"cancellation": {"timing": "later"}}', "cancellation.timing", "unknown_value"),
            ('{"allowed_origins": ["https://a.io/x"]}', "allowed_origins.0", "invalid_format"),
        ],
    )
    def test_a_wrong_field_is_named_with_a_stable_code(
        self, body: str, field: str, code: str
    ) -> None:
        answer = Edge().put(body)

        assert (answer.status, answer.code) == (422, "invalid_input")
        assert (field, code) in [(one["field"], one["code"]) for one in answer.json["errors"]]

    def test_a_refusal_never_repeats_what_was_sent(self) -> None:
        body = json.dumps(
            {
                "headline": ["4242424242424242"],
                "privacy_policy_url": "javascript:4242424242424242",
                "currency": "4242424242424242",
                "features": "4242424242424242",
                "sso": {"keys": [{"kid": "k", "secret": "4242424242424242"}]},
            }
        )
        answer = Edge().put(body)

        assert answer.status == 422
        assert "4242" not in (answer.text or "")

    def test_a_body_with_countless_errors_gets_a_short_answer(self) -> None:
        answer = Edge().put(json.dumps({f"field-{n}": n for n in range(5000)}))

        assert len(answer.json["errors"]) == 50

    def test_a_body_where_none_is_taken_is_not_looked_at(self) -> None:
        assert Edge().ask("GET /v1/health", body="{").status == 200


class TestIfMatch:
    @pytest.mark.parametrize(("tag", "version"), [('"3"', 3), ('W/"3"', 3), (' "0" ', 0)])
    def test_names_the_version_that_was_read(self, tag: str, version: int) -> None:
        edge = Edge()

        assert edge.put("{}", if_match=tag).status == 200
        assert edge.seen[0].expected_version == version

    @pytest.mark.parametrize("tag", [None, "", "*"])
    def test_is_required_where_the_route_says_so(self, tag: str | None) -> None:
        (route,) = [route for route in ROUTES if route.key == "PATCH /v1/me"]

        with pytest.raises(RequestError) as refused:
            expected_version(tag, route=route)

        assert refused.value.code == "precondition_required"

    @pytest.mark.parametrize("tag", [None, "*"])
    def test_is_a_choice_where_the_last_to_write_may_win(self, tag: str | None) -> None:
        (route,) = [route for route in ROUTES if route.key == UPDATE]

        assert expected_version(tag, route=route) == ANY_VERSION

    @pytest.mark.parametrize(
        "tag", ["", "3", "W/3", '"3", "4"', '"3"x', '"٣"', '"', "'3'", 'w/"3"']
    )
    def test_what_is_no_tag_is_refused(self, tag: str) -> None:
        answer = Edge().put("{}", if_match=tag)

        assert (answer.status, answer.code) == (400, "invalid_if_match")

    @pytest.mark.parametrize("tag", ['"abc"', '"-1"', '"03"', '""', '"' + "9" * 400 + '"'])
    def test_a_tag_that_we_never_gave_is_stale(self, tag: str) -> None:
        answer = Edge().put("{}", if_match=tag)

        assert (answer.status, answer.code) == (412, "version_conflict")


class TestIds:
    function = staticmethod(
        http_function(
            "transactions",
            dict.fromkeys(
                ("GET /v1/customers/{id}/transactions", "GET /v1/transactions/{id}"),
                lambda request: Response({"data": [], "next_cursor": None}),
            ),
        )
    )

    @pytest.mark.parametrize(
        "identifier",
        ["", "x", f"cus_{ID}", f"txn_{ID}0", f"TXN_{ID}", "txn_" + "x" * 5000, "txn_../../etc"],
    )
    def test_what_is_no_id_answers_as_a_missing_object(self, identifier: str) -> None:
        made = event("GET /v1/transactions/{id}", caller=STAFF, path={"id": identifier})
        answer = ask(self.function, made)

        assert (answer.status, answer.code) == (404, "not_found")

    def test_a_word_that_is_a_route_of_its_own_is_not_taken_for_an_id(self) -> None:
        """The gateway fits `DELETE /v1/sessions/sso` to `DELETE /v1/sessions/{id}`."""
        keys = [route.key for route in ROUTES if route.function == "sessions"]
        function = http_function(
            "sessions",
            dict.fromkeys(keys, lambda request: Response()),
            requests=lambda: pytest.fail("not needed"),
        )
        made = event("DELETE /v1/sessions/{id}", caller=STAFF, path={"id": "sso"})
        answer = ask(function, made)

        assert (answer.status, answer.headers["Allow"]) == (405, "POST")

    def test_an_id_of_the_routes_kind_gets_through(self) -> None:
        made = event("GET /v1/transactions/{id}", caller=STAFF, path={"id": f"txn_{ID}"})

        assert ask(self.function, made).status == 200

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "abc", "", "٣", "1e2", "9" * 400])
    def test_a_limit_out_of_range_is_refused(self, limit: str) -> None:
        key = "GET /v1/customers/{id}/transactions"
        made = event(key, caller=STAFF, path={"id": f"cus_{ID}"}, query={"limit": limit})
        answer = ask(self.function, made)

        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "limit")


class TestWiring:
    def test_a_function_without_a_handler_for_each_route_does_not_start(self) -> None:
        with pytest.raises(LookupError, match="GET /v1/health"):
            http_function("settings", {"GET /v1/settings": lambda request: Response()})

    def test_a_governed_route_needs_the_settings(self) -> None:
        keys = ("GET /v1/me", "PATCH /v1/me")
        with pytest.raises(LookupError, match="needs `settings`"):
            http_function("profile", dict.fromkeys(keys, lambda request: Response()))

    def test_a_command_with_a_key_needs_its_records(self) -> None:
        keys = ("POST /v1/exports", "GET /v1/exports", "GET /v1/exports/{id}")
        with pytest.raises(LookupError, match="needs `requests`"):
            http_function("exports", dict.fromkeys(keys, lambda request: Response()))


def test_a_customer_is_not_told_of_another_reason_than_the_token() -> None:
    """The caller is judged before its input is: who may not ask learns nothing from the answer."""
    answer = Edge().ask(UPDATE, caller=CUSTOMER, body="{")

    assert (answer.status, answer.code) == (403, "forbidden")
