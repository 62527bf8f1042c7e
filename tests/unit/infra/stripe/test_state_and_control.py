"""The account on disk, the control address, and who may speak to the server at all."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.provider.clock import VirtualClock
from infra.local.stripe.control import Control
from infra.local.stripe.server import Server, running
from infra.local.stripe.standin import StandIn
from infra.local.stripe.webhooks import Endpoint
from tests.unit.infra.stripe.conftest import START, Provider


def ask(control: Control, method: str, path: str, **body: Any) -> tuple[int, Any]:
    status, answer = control.handle(method, f"/_control/{path}", json.dumps(body).encode())
    return status, json.loads(answer)


@pytest.fixture
def control(provider: Provider) -> Control:
    return Control(provider.standin)


class TestStateFile:
    def test_a_restarted_account_goes_on_where_it_was(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "stripe.json"
        first = Provider()
        first.standin._state = path
        subscription = first.subscribe(first.customer())
        first.call("DELETE", f"customers/{first.customer()}")
        first.standin.save()

        second = Provider()
        second.standin = StandIn(state=path)
        assert second.account.store.dump() == first.account.store.dump()
        assert second.clock.now() == START

        for provider in (first, second):
            provider.advance(days=40)
        assert second.account.store.dump() == first.account.store.dump()
        assert second.get(f"subscriptions/{subscription['id']}")["status"] == "active"

    def test_events_that_were_not_acknowledged_go_out_again(self, tmp_path: Path) -> None:
        path = tmp_path / "stripe.json"
        first = StandIn(state=path)
        first.dispatcher.set_endpoints([Endpoint("http://x", ("whsec_a",))])
        first.dispatcher.pause()
        made = first.api.as_dashboard("POST", "/v1/customers", {"name": "A"})
        first.save()

        second = StandIn(state=path)
        received: list[bytes] = []
        second.dispatcher._post = lambda _u, body, _h, _t: received.append(body) or 200  # type: ignore[func-returns-value]  # append is what is wanted
        second.dispatcher.set_endpoints([Endpoint("http://x", ("whsec_a",))])
        second.deliver_what_was_left()
        assert second.dispatcher.drain(5)

        assert [json.loads(body)["data"]["object"]["id"] for body in received] == [made["id"]]


class TestClock:
    def test_a_running_clock_keeps_its_pace_over_many_ticks(self) -> None:
        wall = [1000.75]
        standin = StandIn(clock=VirtualClock(wall=lambda: wall[0]))

        for _ in range(100):
            wall[0] += 0.5
            standin.agenda.advance(standin.clock.now())

        assert standin.clock.now() == 1050

    def test_advancing_a_running_clock_leaves_it_running_ahead(self) -> None:
        wall = [1000.0]
        standin = StandIn(clock=VirtualClock(wall=lambda: wall[0]))

        standin.advance_to(5000)
        wall[0] += 10

        assert standin.clock.now() == 5010

    def test_time_only_moves_forward(self, control: Control) -> None:
        assert ask(control, "POST", "clock", advance_to=START - 1)[0] == 400

    def test_an_empty_account_may_begin_at_any_time(self, control: Control) -> None:
        assert ask(control, "POST", "clock", set_to=1000)[1]["now"] == 1000

    def test_an_account_with_a_past_may_not(self, provider: Provider, control: Control) -> None:
        provider.customer()

        assert ask(control, "POST", "clock", set_to=1000)[0] == 400


class TestControl:
    def test_an_exported_account_can_be_loaded_elsewhere(
        self, provider: Provider, control: Control
    ) -> None:
        provider.subscribe(provider.customer())
        exported = ask(control, "GET", "export")[1]
        other = StandIn()

        status, _ = ask(Control(other), "POST", "load", **exported)

        assert status == 200
        assert other.account.store.counts() == provider.account.store.counts()

    def test_dashboard_refusals_come_in_stripes_envelope(self, control: Control) -> None:
        status, answer = ask(control, "POST", "dashboard/refund", charge="ch_nobody")

        assert (status, answer["error"]["code"]) == (400, "resource_missing")

    @pytest.mark.parametrize("path", ["nothing", "dashboard/nothing"])
    def test_unknown_controls_answer_with_those_that_exist(
        self, control: Control, path: str
    ) -> None:
        status, answer = ask(control, "POST", path)

        assert status == 404
        assert "POST /_control/dashboard/refund" in answer["known"]

    def test_a_wrong_body_is_a_400_that_says_why(self, control: Control) -> None:
        status, answer = ask(control, "POST", "faults", kind="error", tims=3)

        assert status == 400
        assert "tims" in answer["error"]


class TestServer:
    @pytest.fixture
    def server(self) -> Iterator[Server]:
        with running(StandIn(), prefix="stripe/") as started:
            yield started

    def ask(self, server: Server, path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        connection.request("GET", path, headers={"Authorization": "Bearer sk_test_x"} | headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def test_the_api_lives_under_the_prefix_only(self, server: Server) -> None:
        assert self.ask(server, "/stripe/v1/customers") == 200
        assert self.ask(server, "/v1/customers") == 404

    def test_the_control_address_is_found_with_and_without_it(self, server: Server) -> None:
        assert self.ask(server, "/_control/health") == 200
        assert self.ask(server, "/stripe/_control/health") == 200

    @pytest.mark.parametrize(
        "headers", [{"Host": "evil.example"}, {"Origin": "http://127.0.0.1:1"}]
    )
    def test_web_pages_and_foreign_names_are_refused(
        self, server: Server, headers: dict[str, str]
    ) -> None:
        assert self.ask(server, "/stripe/v1/customers", **headers) == 403
        assert self.ask(server, "/_control/health", **headers) == 403
