"""What people do at PayPal, the pages they do it on, and the account's memory on disk."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.local.paypal.__main__ import build_standin, parse_arguments
from infra.local.paypal.certificates import Authority
from infra.local.paypal.control import Control
from infra.local.paypal.server import Server, running
from infra.local.paypal.standin import StandIn
from infra.local.paypal.webhooks import Endpoint
from tests.paypal_shop import START, URLS, Shop, money
from tests.unit.infra.paypal.conftest import InProcess

type PayPal = Shop[InProcess]


def ask(control: Control, method: str, path: str, /, **body: Any) -> tuple[int, Any]:
    status, answer = control.handle(method, f"/_control/{path}", json.dumps(body).encode())
    return status, json.loads(answer)


@pytest.fixture
def control(shop: PayPal) -> Control:
    return Control(shop.standin)


class TestBuyers:
    def pending(self, shop: PayPal, **context: str) -> str:
        body = {"plan_id": shop.plan(), "application_context": {**URLS, **context}}
        return str(shop.client.ok("POST", "/v1/billing/subscriptions", body)["id"])

    def test_approve_within_three_hours(self, shop: PayPal, control: Control) -> None:
        in_time, too_late = self.pending(shop), self.pending(shop)
        shop.client.act("approve", subscription=in_time)
        shop.client.advance(seconds=3 * 3600)

        status, _ = ask(control, "POST", "dashboard/approve", subscription=too_late)

        assert shop.get(in_time)["status"] == "ACTIVE"
        assert (status, shop.get(too_late)["status"]) == (400, "APPROVAL_PENDING")

    def test_approve_and_leave_the_rest_to_the_merchant(self, shop: PayPal) -> None:
        subscription = self.pending(shop, user_action="CONTINUE")
        shop.client.act("approve", subscription=subscription)
        assert shop.get(subscription)["status"] == "APPROVED"

        path = f"/v1/billing/subscriptions/{subscription}/activate"
        shop.client.ok("POST", path, {"reason": "Go"})

        assert shop.get(subscription)["status"] == "ACTIVE"

    def test_with_the_same_address_are_the_same_payer(self, shop: PayPal) -> None:
        plan, buyer = shop.plan(), {"email_address": "zoe@example.com"}

        payers = {
            shop.get(shop.subscription(plan, buyer=buyer))["subscriber"]["payer_id"]
            for _ in range(2)
        }

        assert len(payers) == 1

    @pytest.mark.parametrize(
        ("action", "status", "event"),
        [("suspend", "SUSPENDED", "SUSPENDED"), ("cancel", "CANCELLED", "CANCELLED")],
    )
    def test_suspend_and_cancel_on_paypals_site(
        self, shop: PayPal, action: str, status: str, event: str
    ) -> None:
        subscription = shop.subscription()

        shop.client.act(action, subscription=subscription)

        assert shop.get(subscription)["status"] == status
        assert shop.event_types()[-1] == f"BILLING.SUBSCRIPTION.{event}"

    def test_come_back_and_the_event_is_called_as_set(self, shop: PayPal) -> None:
        subscription = shop.subscription()
        shop.standin.account.settings.reactivated_event = "BILLING.SUBSCRIPTION.RE-ACTIVATED"
        shop.client.act("suspend", subscription=subscription)

        shop.client.act("reactivate", subscription=subscription)

        assert shop.event_types()[-1] == "BILLING.SUBSCRIPTION.RE-ACTIVATED"

    def test_let_a_revision_lapse_or_decline_it(self, shop: PayPal, control: Control) -> None:
        subscription = shop.subscription()
        path = f"/v1/billing/subscriptions/{subscription}/revise"
        for wait in (0, 3 * 3600):
            shop.client.ok("POST", path, {})
            if not wait:
                shop.client.act("decline_revision", subscription=subscription)
            shop.client.advance(seconds=wait)

            status, _ = ask(
                control, "POST", "dashboard/approve_revision", subscription=subscription
            )

            assert status == 400


class TestPages:
    @pytest.fixture
    def server(self, authority: Authority) -> Iterator[Server]:
        standin = StandIn(seed=7, authority=authority)
        standin.clock.freeze(START)
        with running(standin, prefix="/pp") as server:
            yield server

    def fetch(self, server: Server, url: str, **headers: str) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        found = answer.status, answer.getheader("Location") or "", answer.read()
        connection.close()
        return found

    def approve_link(self, document: Any) -> str:
        links = {link["rel"]: link["href"] for link in document["links"]}
        return str(links.get("approve") or links["payer-action"])

    def test_a_buyer_agrees_by_a_link_and_is_sent_back(self, server: Server) -> None:
        shop = Shop(InProcess(server.standin))
        body = {"plan_id": shop.plan(), "application_context": URLS}
        made = shop.client.ok("POST", "/v1/billing/subscriptions", body)
        page = self.approve_link(made)

        shown, _, html = self.fetch(server, page)
        status, location, _ = self.fetch(server, f"{page}&answer=yes")

        assert (shown, b"Agree" in html) == (200, True)
        assert status == 302
        assert location.startswith(f"{URLS['return_url']}?subscription_id={made['id']}&ba_token=")
        assert shop.get(made["id"])["status"] == "ACTIVE"

    def test_or_goes_back_without(self, server: Server) -> None:
        shop = Shop(InProcess(server.standin))
        subscription = shop.subscription()
        path = f"/v1/billing/subscriptions/{subscription}/revise"
        page = self.approve_link(shop.client.ok("POST", path, {"application_context": URLS}))

        status, location, _ = self.fetch(server, f"{page}&answer=no")

        assert (status, location.startswith(URLS["cancel_url"])) == (302, True)

    def test_orders_and_wallets_have_pages_too(self, server: Server) -> None:
        shop = Shop(InProcess(server.standin))
        order = shop.client.ok("GET", f"/v2/checkout/orders/{shop.order()}")
        wallet = {"payment_source": {"paypal": {"experience_context": URLS}}}
        setup = shop.client.ok("POST", "/v3/vault/setup-tokens", wallet, key="k")

        self.fetch(server, f"{self.approve_link(order)}&answer=yes")
        self.fetch(server, f"{self.approve_link(setup)}&answer=yes")

        account = server.standin.account
        assert account.get("order", order["id"])["status"] == "APPROVED"
        assert account.get("setup_token", setup["id"])["status"] == "APPROVED"

    @pytest.mark.parametrize(
        "headers", [{"Host": "evil.example"}, {"Origin": "http://127.0.0.1:1"}]
    )
    def test_web_pages_and_foreign_names_are_refused(
        self, server: Server, headers: dict[str, str]
    ) -> None:
        assert self.fetch(server, "/pp/checkoutnow?token=x", **headers)[0] == 403

    def test_the_published_certificate_can_be_fetched_without_a_token(self, server: Server) -> None:
        leaf = server.standin.authority.leaf()

        status, _, chain = self.fetch(server, f"/pp/v1/notifications/certs/{leaf.id}")
        unknown, _, _ = self.fetch(server, "/pp/v1/notifications/certs/CERT-other")

        assert (status, chain.count(b"BEGIN CERTIFICATE")) == (200, 2)
        assert unknown == 404

    def test_the_api_lives_under_the_prefix_only(self, server: Server) -> None:
        assert self.fetch(server, "/pp/v1/catalogs/products")[0] == 401
        assert self.fetch(server, "/v1/catalogs/products")[0] == 404
        assert self.fetch(server, "/_control/health")[0] == 200


class TestControl:
    def test_unknown_controls_answer_with_those_that_exist(self, control: Control) -> None:
        status, answer = ask(control, "POST", "dashboard/nothing")

        assert status == 404
        assert "POST /_control/dashboard/approve" in answer["known"]
        assert "POST /_control/clock" in answer["known"]

    def test_refusals_come_in_paypals_words(self, control: Control) -> None:
        status, answer = ask(control, "POST", "dashboard/refund", payment="nobody")

        assert (status, answer["details"][0]["issue"]) == (404, "INVALID_RESOURCE_ID")

    def test_endpoints_and_signing_are_configured_and_reported(self, control: Control) -> None:
        endpoint = {"url": "http://x", "webhook_id": "1JE4291016473214C"}

        _, report = ask(control, "POST", "webhooks", endpoints=[endpoint], certificate="expired")

        assert report["endpoints"] == [{**endpoint, "event_types": ["*"]}]
        assert report["signing"]["certificate"] == "expired"
        assert ask(control, "POST", "webhooks", certificate="no such")[0] == 400

    def test_the_root_to_pin_is_told(self, control: Control, shop: PayPal) -> None:
        _, told = ask(control, "GET", "certificates")

        assert told["root_pem"].encode() == shop.standin.authority.root_pem
        assert told["addresses"]["genuine"].endswith(shop.standin.authority.leaf().id)

    def test_any_call_can_be_made_as_the_merchant(self, control: Control) -> None:
        body = {"name": "Course", "type": "DIGITAL"}

        status, made = ask(
            control,
            "POST",
            "dashboard/call",
            method="POST",
            path="/v1/catalogs/products",
            body=body,
        )

        assert (status, made["name"]) == (200, "Course")

    def test_events_can_be_made_up_and_sent_again(self, control: Control) -> None:
        ask(control, "POST", "dashboard/simulate", event_type="SOMETHING.NEW")

        _, told = ask(control, "GET", "events")
        _, report = ask(control, "POST", "webhooks/resend")

        assert [event["event_type"] for event in told["events"]] == ["SOMETHING.NEW"]
        assert report["events"] == 1

    def test_tokens_are_revoked_and_settings_changed(self, control: Control, shop: PayPal) -> None:
        shop.client.sign_in()

        assert ask(control, "POST", "tokens/revoke")[1] == {"revoked": 1, "issued": 1}
        assert ask(control, "POST", "settings", token_seconds=60)[1]["token_seconds"] == 60
        assert shop.client.sign_in().body["expires_in"] == 60


class TestStateFile:
    def test_a_restarted_account_goes_on_where_it_was(
        self, tmp_path: Path, authority: Authority
    ) -> None:
        path = tmp_path / "deep" / "paypal.json"
        first = Shop(InProcess(StandIn(state=path, authority=authority)))
        first.standin.clock.freeze(START)
        subscription = first.subscription()
        first.client.act("buyer", subscription=subscription, conduct="refund_pends")
        sale = first.payments(subscription)[0]["id"]
        first.client.ok("POST", f"/v2/payments/captures/{sale}/refund", {"amount": money("1.00")})
        first.standin.save()

        second = Shop(InProcess(StandIn(state=path, authority=authority)))
        assert second.standin.account.store.dump() == first.standin.account.store.dump()
        for shop in (first, second):
            shop.client.token = ""
            shop.standin.account.ids.issued = 10_000  # both signed in differently often
            shop.client.advance(days=40)

        assert second.standin.clock.now() == first.standin.clock.now()
        assert len(second.payments(subscription)) == 2
        [refund] = second.standin.account.store.of_kind("refund")
        assert refund["status"] == "COMPLETED"

    def test_events_that_were_not_acknowledged_go_out_again(
        self, tmp_path: Path, authority: Authority
    ) -> None:
        path = tmp_path / "paypal.json"
        first = StandIn(state=path, authority=authority)
        first.dispatcher.set_endpoints([Endpoint("http://x", "A1")])
        first.dispatcher.pause()
        Shop(InProcess(first)).subscription()
        told = [event["id"] for event in first.events()]
        first.save()

        second = StandIn(state=path, authority=authority)
        received: list[bytes] = []
        second.dispatcher._post = lambda _u, body, _h, _t: received.append(body) or 200  # type: ignore[func-returns-value]  # append is what is wanted
        second.dispatcher.set_endpoints([Endpoint("http://x", "A1")])
        second.deliver_what_was_left()
        assert second.dispatcher.drain(5)

        assert sorted(json.loads(body)["id"] for body in received) == sorted(told)


class TestCommandLine:
    def test_arguments_become_a_stand_in(self, tmp_path: Path) -> None:
        arguments = parse_arguments(
            [
                "--port=4243",
                "--webhook-url=http://x",
                "--webhook-id=A1",
                "--webhook-events=A,B",
                "--client-id=me",
                f"--authority={tmp_path / 'authority.pem'}",
                f"--root={tmp_path / 'root.pem'}",
            ]
        )

        standin = build_standin(arguments)

        assert standin.dispatcher.endpoints == (Endpoint("http://x", "A1", ("A", "B")),)
        assert standin.account.settings.client_id == "me"
        assert (tmp_path / "root.pem").read_bytes() == standin.authority.root_pem
