"""The authorizer's event and answer."""

from typing import Any

import pytest

from frontdesk.domain.principal import ANONYMOUS, Kind, Principal
from frontdesk.entrypoints.authorizer import authorizer_function, call_of
from frontdesk.use_cases.authorization import Call

TOKEN = "fds_" + "A" * 43


def event(*, method: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeKey": f"{method} /v1/me",
        "headers": {},
        "requestContext": {"http": {"method": method, "sourceIp": "192.0.2.7"}},
    } | more


class TestCall:
    def test_reads_header_cookie_and_origin(self) -> None:
        call = call_of(
            event(
                method="PATCH",
                headers={"authorization": f"Bearer {TOKEN}", "origin": "https://shop.example"},
                cookies=["theme=dark", f"frontdesk_session={TOKEN}"],
            )
        )

        assert call == Call(
            method="PATCH",
            authorization=f"Bearer {TOKEN}",
            cookie=TOKEN,
            origin="https://shop.example",
        )

    def test_case_of_header_names_does_not_matter(self) -> None:
        call = call_of(event(headers={"Authorization": f"Bearer {TOKEN}", "ORIGIN": "null"}))

        assert (call.authorization, call.origin) == (f"Bearer {TOKEN}", "null")

    def test_empty_header_is_still_a_header(self) -> None:
        assert call_of(event(headers={"authorization": ""})).authorization == ""

    @pytest.mark.parametrize("cookies", [None, [], ["frontdesk_sessions=x"], ["frontdesk_session"]])
    def test_without_our_cookie_there_is_none(self, cookies: list[str] | None) -> None:
        assert not call_of(event(cookies=cookies)).cookie

    def test_cookie_that_came_as_a_header_is_read(self) -> None:
        call = call_of(event(headers={"cookie": f"theme=dark; frontdesk_session={TOKEN}"}))

        assert call.cookie == TOKEN

    def test_request_that_shows_nothing(self) -> None:
        assert call_of(event(headers=None)) == Call(method="GET")


class TestAnswer:
    @pytest.mark.parametrize(
        "principal",
        [
            ANONYMOUS,
            Principal(Kind.CUSTOMER, "cus_1", session_id="ses_1"),
            Principal(Kind.STOREFRONT, "key_1", scopes=frozenset(("b:read", "a:read"))),
        ],
    )
    def test_is_always_authorized_with_texts_only(self, principal: Principal) -> None:
        answer = authorizer_function(lambda call: principal)(event(), None)

        assert answer["isAuthorized"] is True
        assert answer["context"]["principal"] == principal.kind.value
        assert all(isinstance(value, str) for value in answer["context"].values())

    def test_scopes_stand_in_order(self) -> None:
        principal = Principal(Kind.STOREFRONT, "key_1", scopes=frozenset(("b:read", "a:read")))

        answer = authorizer_function(lambda call: principal)(event(), None)

        assert answer["context"]["scopes"] == "a:read b:read"

    def test_failure_behind_it_is_its_own(self) -> None:
        def fail(call: Call) -> Principal:
            raise TimeoutError

        with pytest.raises(TimeoutError):
            authorizer_function(fail)(event(), None)
