"""The routes of sessions and API keys, through the edge, over tables in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.domain.principal import Principal, to_context
from frontdesk.domain.scopes import SCOPES, Role
from frontdesk.domain.sso import InvalidSsoTokenError, Refusal, TokenAlreadyUsedError
from frontdesk.entrypoints.api_keys import api_key_handlers
from frontdesk.entrypoints.authorizer import call_of
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.schemas.api_keys import ApiKeyCreated, ApiKeyList
from frontdesk.entrypoints.schemas.sessions import SessionList, SessionOpened
from frontdesk.entrypoints.sessions import session_handlers
from frontdesk.use_cases.api_keys import create_api_key
from frontdesk.use_cases.authorization import authorize
from tests.unit.use_cases.sign_in_world import RETURN_ADDRESS, World

ORIGIN = "https://shop.example"


class Api(World):
    """The sessions function behind its authorizer."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settings.settings = replace(self.settings.settings, allowed_origins=(ORIGIN,))
        self.api_keys = DynamoApiKeys(self.gateway)
        self.refusals: list[InvalidSsoTokenError | TokenAlreadyUsedError] = []
        cursors = Cursors(lambda: "a secret of the deployment")
        self.function = http_function(
            "sessions",
            {
                **session_handlers(
                    sign_in=lambda: self.sign_in,
                    sessions=lambda: self.sessions,
                    cursors=cursors,
                    clock=self.clock,
                    note_refusal=self.refusals.append,
                ),
                **api_key_handlers(
                    api_keys=lambda: self.api_keys,
                    cursors=cursors,
                    is_livemode=lambda: False,
                    clock=self.clock,
                    ids=self.ids,
                ),
            },
            requests=lambda: DynamoRequests(self.gateway, clock=self.clock, ids=self.ids),
        )

    def identify(self, event: dict[str, Any]) -> Principal:
        return authorize(
            call_of(event),
            sessions=self.sessions,
            api_keys=self.api_keys,
            settings=self.settings,
            clock=self.clock,
        )

    def call(
        self,
        key: str,
        *,
        token: str | None = None,
        body: object = None,
        query: dict[str, str] | None = None,
        path: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        cookie: str | None = None,
    ) -> Answer:
        method, _, route = key.partition(" ")
        sent = {"content-type": "application/json", **(headers or {})}
        if token:
            sent["authorization"] = f"Bearer {token}"
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": key,
            "rawPath": route,
            "rawQueryString": urlencode(query or {}),
            "headers": sent,
            "queryStringParameters": query or {},
            "pathParameters": path or {},
            "requestContext": {
                "requestId": "req-1",
                "http": {"method": method, "path": route, "sourceIp": "192.0.2.7"},
            },
            "body": json.dumps(body) if body is not None else None,
        }
        if cookie:
            event["cookies"] = [f"frontdesk_session={cookie}"]
        event["requestContext"]["authorizer"] = {"lambda": to_context(self.identify(event))}
        return Answer(self.function(event, None))

    def signed_in(self, subject: str = "ada") -> str:
        return self.enter(self.token(subject=subject)).token

    def owner_key(self, *, role: Role = Role.OWNER) -> str:
        return create_api_key(
            "Owner",
            role=role,
            maker_id="operator",
            maker_scopes=SCOPES,
            is_livemode=False,
            api_keys=self.api_keys,
            clock=self.clock,
            ids=self.ids,
        ).secret


class Answer:
    def __init__(self, rendered: dict[str, Any]) -> None:
        self.status: int = rendered["statusCode"]
        self.headers: dict[str, str] = rendered["headers"]
        self.cookies: list[str] = rendered.get("cookies", [])
        self.text: str = rendered.get("body") or ""
        self.json: Any = json.loads(self.text) if self.text else None


@pytest.fixture
def api() -> Api:
    api = Api()
    api.add_customer("ada")
    api.add_customer("bob")
    return api


class TestExchange:
    def test_answers_a_session_once(self, api: Api) -> None:
        body = {"token": api.token(subject="ada"), "return_to": RETURN_ADDRESS}

        first = api.call("POST /v1/sessions/sso", body=body)
        second = api.call("POST /v1/sessions/sso", body=body)

        assert first.status == 201
        assert SessionOpened.model_validate_json(first.text).return_to == RETURN_ADDRESS
        assert first.headers["Cache-Control"] == "no-store"
        assert (second.status, second.json["code"]) == (401, "token_already_used")

    def test_token_that_it_answers_is_a_bearer_token(self, api: Api) -> None:
        opened = api.call("POST /v1/sessions/sso", body={"token": api.token(subject="ada")})

        assert api.call("GET /v1/sessions", token=opened.json["token"]).status == 200

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 200_000])
    def test_wrong_tokens_are_refused_alike(self, api: Api, token: str) -> None:
        answer = api.call("POST /v1/sessions/sso", body={"token": token})

        assert (answer.status, answer.json["code"]) == (401, "invalid_sso_token")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json) == {"type", "title", "status", "detail", "code", "request_id"}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"token": None},
            {"token": 1},
            {"token": ["x"]},
            {"token": "x", "return_to": 1},
            {"token": "x", "customer_id": "cus_1"},
            {"token": "x", "scopes": ["customers:read"]},
        ],
    )
    def test_wrong_bodies_are_told_which_field(self, api: Api, body: object) -> None:
        answer = api.call("POST /v1/sessions/sso", body=body)

        assert answer.status == 422
        assert answer.json["errors"]

    def test_foreign_return_address_is_told(self, api: Api) -> None:
        body = {"token": api.token(subject="ada"), "return_to": "https://evil.example/"}

        answer = api.call("POST /v1/sessions/sso", body=body)

        assert answer.status == 422
        assert answer.json["errors"][0]["field"] == "return_to"

    def test_refusals_are_noted_with_their_reason(self, api: Api) -> None:
        token = api.token(subject="ada")
        for one in (token, token, "a.b.c"):
            api.call("POST /v1/sessions/sso", body={"token": one})
        replayed, malformed = api.refusals

        assert isinstance(replayed, TokenAlreadyUsedError)
        assert isinstance(malformed, InvalidSsoTokenError)
        assert malformed.reason is Refusal.MALFORMED


class TestBrowserLink:
    def test_sets_the_cookie_and_goes_to_the_address(self, api: Api) -> None:
        address = f"{RETURN_ADDRESS}/orders?page=2"
        answer = api.call(
            "GET /v1/sso", query={"token": api.token(subject="ada"), "return_to": address}
        )

        assert answer.status == 303
        assert answer.headers["Location"] == address
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        (cookie,) = answer.cookies
        name, _, rest = cookie.partition("=")
        assert name == "frontdesk_session"
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=86400"} == set(
            rest.split("; ")[1:]
        )

    def test_token_is_neither_in_body_nor_address(self, api: Api) -> None:
        answer = api.call("GET /v1/sso", query={"token": api.token(subject="ada")})

        assert answer.text == ""
        assert answer.headers["Location"] == RETURN_ADDRESS
        assert "fds_" not in json.dumps(answer.headers)

    @pytest.mark.parametrize(
        "address",
        [
            "//evil.example",
            "https://evil.example",
            "https://shop.example@evil.example/account",
            "https://shop.example\\@evil.example/account",
            "/account",
            "javascript:alert(1)",
        ],
    )
    def test_foreign_address_is_refused_and_the_token_kept(self, api: Api, address: str) -> None:
        token = api.token(subject="ada")

        answer = api.call("GET /v1/sso", query={"token": token, "return_to": address})

        assert answer.status == 422
        assert "Location" not in answer.headers
        assert answer.cookies == []
        assert api.call("GET /v1/sso", query={"token": token}).status == 303

    def test_refusal_is_a_problem_document_and_sets_nothing(self, api: Api) -> None:
        answer = api.call("GET /v1/sso", query={"token": "a.b.c"})

        assert (answer.status, answer.json["code"]) == (401, "invalid_sso_token")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.cookies == []

    def test_ends_the_session_that_the_browser_had(self, api: Api) -> None:
        before = api.signed_in()

        api.call("GET /v1/sso", query={"token": api.token(subject="ada")}, cookie=before)

        assert api.call("GET /v1/sessions", token=before).status == 401


class TestSessions:
    def test_lists_ones_own_with_ip_and_time(self, api: Api) -> None:
        token = api.signed_in()
        api.signed_in()
        api.signed_in("bob")

        answer = api.call("GET /v1/sessions", token=token)

        sessions = SessionList.model_validate_json(answer.text).data
        assert [session.is_current for session in sessions] == [False, True]
        assert {session.ip_address for session in sessions} == {"192.0.2.7"}
        assert "fds_" not in answer.text

    def test_list_goes_on_where_a_page_ended(self, api: Api) -> None:
        token = [api.signed_in() for _ in range(5)][-1]
        found: list[str] = []
        query = {"limit": "2"}
        for _ in range(3):
            page = api.call("GET /v1/sessions", token=token, query=query).json
            found += [session["id"] for session in page["data"]]
            query["cursor"] = page["next_cursor"]

        assert len(set(found)) == 5
        assert found == sorted(found, reverse=True)
        assert page["next_cursor"] is None

    def test_cursor_of_another_customer_is_refused(self, api: Api) -> None:
        mine, _, other = (api.signed_in(name) for name in ("ada", "ada", "bob"))
        cursor = api.call("GET /v1/sessions", token=mine, query={"limit": "1"}).json["next_cursor"]

        answer = api.call("GET /v1/sessions", token=other, query={"cursor": cursor})

        assert (answer.status, answer.json["code"]) == (400, "invalid_cursor")

    def test_sign_out_ends_the_session_and_the_cookie(self, api: Api) -> None:
        token, other = api.signed_in(), api.signed_in()

        answer = api.call("DELETE /v1/sessions/current", token=token)

        assert (answer.status, answer.text) == (204, "")
        assert "Max-Age=0" in answer.cookies[0]
        assert api.call("GET /v1/sessions", token=token).status == 401
        assert api.call("GET /v1/sessions", token=other).status == 200

    def test_sign_out_by_cookie_needs_the_shops_own_page(self, api: Api) -> None:
        token = api.signed_in()

        foreign = api.call(
            "DELETE /v1/sessions/current", cookie=token, headers={"origin": "https://evil.example"}
        )
        own = api.call("DELETE /v1/sessions/current", cookie=token, headers={"origin": ORIGIN})

        assert (foreign.status, own.status) == (401, 204)

    def test_api_key_has_no_session_to_end(self, api: Api) -> None:
        assert api.call("DELETE /v1/sessions/current", token=api.owner_key()).status == 404

    def test_revokes_one_of_ones_own(self, api: Api) -> None:
        token, other = api.signed_in(), api.signed_in()
        (other_id,) = [
            session["id"]
            for session in api.call("GET /v1/sessions", token=token).json["data"]
            if not session["is_current"]
        ]

        answer = api.call("DELETE /v1/sessions/{id}", token=token, path={"id": other_id})

        assert answer.status == 204
        assert api.call("GET /v1/sessions", token=other).status == 401

    def test_another_customers_answers_as_a_missing_one(self, api: Api) -> None:
        token, other = api.signed_in(), api.signed_in("bob")
        other_id = api.call("GET /v1/sessions", token=other).json["data"][0]["id"]
        ids = {"foreign": other_id, "missing": api.ids.new("ses"), "malformed": "ses_1"}

        answers = {
            name: api.call("DELETE /v1/sessions/{id}", token=token, path={"id": one})
            for name, one in ids.items()
        }

        assert {answer.status for answer in answers.values()} == {404}
        assert len({answer.text for answer in answers.values()}) == 1
        assert api.call("GET /v1/sessions", token=other).status == 200

    def test_expired_session_is_nobody(self, api: Api) -> None:
        token = api.signed_in()
        api.clock.advance(timedelta(hours=1))

        answer = api.call("GET /v1/sessions", token=token)

        assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


class TestApiKeys:
    def test_secret_is_shown_once_and_works(self, api: Api) -> None:
        owner = api.owner_key()
        answer = api.call(
            "POST /v1/api-keys",
            token=owner,
            body={"name": "Server", "scopes": ["customers:read", "sessions:write"]},
        )
        listed = api.call("GET /v1/api-keys", token=owner)

        assert answer.status == 201
        made = ApiKeyCreated.model_validate_json(answer.text)
        assert made.secret is not None
        assert made.secret.startswith("fd_test_")
        assert [key.name for key in ApiKeyList.model_validate_json(listed.text).data] == [
            "Server",
            "Owner",
        ]
        assert "fd_test_" not in listed.text
        assert api.call("GET /v1/api-keys", token=made.secret).status == 403

    def test_repeat_of_the_command_does_not_show_it_again(self, api: Api) -> None:
        owner = api.owner_key()
        body = {"name": "Server", "role": "analyst"}
        headers = {"idempotency-key": "0b2f7a1e-3c4d-4e5f-8a9b-0c1d2e3f4a5b"}

        first, second = (
            api.call("POST /v1/api-keys", token=owner, body=body, headers=headers) for _ in range(2)
        )

        assert second.headers["Idempotency-Replayed"] == "true"
        assert second.json == first.json | {"secret": None}
        assert first.json["secret"] not in repr(api.gateway.items)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": "x"},
            {"name": "", "role": "owner"},
            {"name": "x" * 256, "role": "owner"},
            {"name": "x", "role": "king"},
            {"name": "x", "scopes": []},
            {"name": "x", "scopes": ["everything"]},
            {"name": "x", "scopes": "customers:read"},
            {"name": "x", "role": "owner", "scopes": ["customers:read"]},
            {"name": "x", "role": "owner", "created_by": "cus_1"},
        ],
    )
    def test_wrong_bodies_are_told_which_field(self, api: Api, body: object) -> None:
        answer = api.call("POST /v1/api-keys", token=api.owner_key(), body=body)

        assert answer.status == 422
        assert answer.json["errors"]

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
    def test_only_an_owner_makes_keys(self, api: Api, role: Role) -> None:
        answer = api.call(
            "POST /v1/api-keys",
            token=api.owner_key(role=role),
            body={"name": "x", "role": "analyst"},
        )

        assert (answer.status, answer.json["code"]) == (403, "forbidden")

    @pytest.mark.parametrize(
        "key", ["POST /v1/api-keys", "GET /v1/api-keys", "DELETE /v1/api-keys/{id}"]
    )
    def test_customer_reaches_none_of_it(self, api: Api, key: str) -> None:
        answer = api.call(
            key,
            token=api.signed_in(),
            body={"name": "x", "role": "owner"},
            path={"id": api.ids.new("key")},
        )

        assert (answer.status, answer.json["code"]) == (403, "forbidden")

    def test_revoked_key_is_nobody_at_once(self, api: Api) -> None:
        owner = api.owner_key()
        made = api.call("POST /v1/api-keys", token=owner, body={"name": "x", "role": "owner"}).json

        answer = api.call("DELETE /v1/api-keys/{id}", token=owner, path={"id": made["id"]})

        assert answer.status == 204
        assert api.call("GET /v1/api-keys", token=made["secret"]).status == 401
        again = api.call("DELETE /v1/api-keys/{id}", token=owner, path={"id": made["id"]})
        assert again.status == 404
