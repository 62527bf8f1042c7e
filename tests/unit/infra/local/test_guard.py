"""What a foreign web page could send is refused before anything looks at it."""

import asyncio
from typing import Any

import pytest

from infra.local.aws.guard import guarded, is_own_host, refusal

ALLOWED = frozenset({"http://localhost:3000"})


def headers(**values: str) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in values.items()]


class TestHost:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1:4570", "localhost", "[::1]:4570", "ab12.execute-api.localhost:4570"]
    )
    def test_own_names_are_known(self, host: str) -> None:
        assert is_own_host(host)

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "notlocalhost"],
    )
    def test_other_names_are_not(self, host: str) -> None:
        assert not is_own_host(host)


class TestRefusal:
    def test_a_call_of_a_program_passes(self) -> None:
        assert refusal(headers(host="127.0.0.1:4570"), allowed_origins=ALLOWED) is None

    def test_a_page_of_an_allowed_origin_passes(self) -> None:
        sent = headers(host="127.0.0.1:4570", origin="http://localhost:3000")

        assert refusal(sent, allowed_origins=ALLOWED) is None

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:3001"])
    def test_a_page_of_another_origin_does_not(self, origin: str) -> None:
        sent = headers(host="127.0.0.1:4570", origin=origin)

        assert refusal(sent, allowed_origins=ALLOWED) == "foreign Origin"

    def test_a_name_that_somebody_pointed_here_does_not(self) -> None:
        assert refusal(headers(host="rebound.example"), allowed_origins=ALLOWED) == "foreign Host"


class TestGuarded:
    @staticmethod
    def statuses(scope: dict[str, Any]) -> list[Any]:
        sent: list[Any] = []

        async def application(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200})

        async def receive() -> None:
            return None

        async def send(message: Any) -> None:
            sent.append(message.get("status") or message.get("code"))

        async def run() -> None:
            await guarded(application, allowed_origins=ALLOWED)(scope, receive, send)

        asyncio.run(run())
        return [status for status in sent if status]

    def test_a_refused_request_never_reaches_the_application(self) -> None:
        assert self.statuses({"type": "http", "headers": headers(host="evil.example")}) == [403]

    def test_a_refused_web_socket_is_closed(self) -> None:
        assert self.statuses({"type": "websocket", "headers": headers(host="evil.example")}) == [
            1008
        ]

    def test_start_and_end_of_the_server_pass(self) -> None:
        assert self.statuses({"type": "lifespan"}) == [200]
