"""PayPal through the deployed stack: by webhooks in, by the API out."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from infra.local.paypal.forgery import forge
from infra.local.paypal.resources.notifications import as_event
from tests.e2e.calls import Answer, wait_until
from tests.e2e.market import Market
from tests.paypal_shop import URLS, money

pytestmark = pytest.mark.timeout(600)  # the first test builds and deploys

VISIBLE_SECONDS = 60
EMAIL = "petra@personal.example"


def subscribed(market: Market, email: str) -> str:
    """A subscription at PayPal that was paid for once."""
    buyer = {"email_address": email, "name": {"given_name": "Petra", "surname": "Påls"}}
    made = market.paypal.subscription(market.paypal.plan("49.00"), buyer=buyer)
    market.settle()
    return made


def customer_with(market: Market, email: str) -> Any:
    (known,) = market.owner("GET", f"/v1/customers?search={email.partition('@')[0]}").body["data"]
    return known


@pytest.fixture(scope="module")
def subscription(market: Market) -> str:
    return subscribed(market, EMAIL)


@pytest.fixture(scope="module")
def customer(market: Market, subscription: str) -> Any:
    return customer_with(market, EMAIL)


def subscription_of(market: Market, customer: Any, provider_id: str) -> Any:
    listed = market.owner("GET", f"/v1/customers/{customer['id']}/subscriptions").body["data"]
    return next(one for one in listed if one["provider"]["id"] == provider_id)


def transactions_of(market: Market, customer: Any) -> list[Any]:
    listed: list[Any] = market.owner(
        "GET", f"/v1/customers/{customer['id']}/transactions?limit=100"
    ).body["data"]
    return listed


def shown[Found](look: Callable[[], Found], *, what: str) -> Found:
    """Visible as fast as the contract says, on a machine that does other things as well."""
    began = time.monotonic()
    found = wait_until(look, seconds=VISIBLE_SECONDS, what=what)
    assert time.monotonic() - began < VISIBLE_SECONDS
    return found


class TestWebhooks:
    def test_a_subscription_and_its_sale_come_in(
        self, market: Market, subscription: str, customer: Any
    ) -> None:
        assert (customer["name"], customer["email"]) == ("Petra Påls", EMAIL)
        assert customer["lifetime_values"] == [{"amount": 4900, "currency": "eur"}]
        mine = subscription_of(market, customer, subscription)
        assert (mine["status"], mine["name"]) == ("active", "Course")
        assert mine["amount"] == {"amount": 4900, "currency": "eur"}
        (sale,) = transactions_of(market, customer)
        assert sale["provider"] == {
            "name": "paypal",
            "id": market.paypal.payments(subscription)[0]["id"],
        }
        assert (sale["status"], sale["captured"]) == (
            "succeeded",
            {"amount": 4900, "currency": "eur"},
        )

    @pytest.mark.parametrize("certificate", ["self_signed", "wrong_root", "expired"])
    def test_one_that_somebody_else_signed_is_refused(
        self, market: Market, subscription: str, certificate: str
    ) -> None:
        courier = market.paypal.standin.dispatcher
        courier.configure_signing(certificate=certificate)
        try:
            answer = deliver(market, *signed(market))
        finally:
            courier.configure_signing(certificate="genuine")

        assert (answer.status, answer.code) == (400, "invalid_signature")

    def test_a_captured_signature_carries_no_other_body(
        self, market: Market, subscription: str
    ) -> None:
        body, headers = signed(market)
        forged = forge({**json.loads(body), "event_type": "PAYMENT.SALE.REVERSED"}, like=body)

        genuine, other = deliver(market, body, headers), deliver(market, forged, headers)

        assert (genuine.status, other.status, other.code) == (200, 400, "invalid_signature")


def signed(market: Market) -> tuple[bytes, dict[str, str]]:
    """The newest event, as PayPal would send it once more."""
    standin = market.paypal.standin
    document = as_event(standin.account, standin.events()[-1])
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    (endpoint,) = standin.dispatcher.endpoints
    transmission = standin.dispatcher.new_transmission(document["id"], endpoint)
    return body, standin.dispatcher.headers_for(transmission, body)


def deliver(market: Market, body: bytes, headers: dict[str, str]) -> Answer:
    return market.anyone("POST", "/webhooks/paypal", raw=body, **headers)


@pytest.mark.case("C10")
@pytest.mark.feature("K2-21")
class TestDashboard:
    """What the merchant or the buyer does on PayPal's own site."""

    def test_a_refund_appears(self, market: Market, subscription: str, customer: Any) -> None:
        (sale,) = transactions_of(market, customer)
        payment = sale["provider"]["id"]
        made = market.paypal.client.act("refund", payment=payment, amount=money("15.00"))

        def refunds() -> Any:
            return transactions_of(market, customer)[0]["refunds"]

        (found,) = shown(refunds, what="the refund")
        assert found["provider"] == {"name": "paypal", "id": made["id"]}
        assert (found["status"], found["amount"]) == (
            "succeeded",
            {"amount": 1500, "currency": "eur"},
        )
        assert transactions_of(market, customer)[0]["status"] == "partially_refunded"

    def test_a_pause_a_resumption_and_a_cancellation_appear(
        self, market: Market, subscription: str, customer: Any
    ) -> None:
        steps = [("suspend", "paused"), ("reactivate", "active"), ("cancel", "canceled")]

        def has(status: str) -> bool:
            return bool(subscription_of(market, customer, subscription)["status"] == status)

        for person, status in steps:
            market.paypal.client.act(person, subscription=subscription)
            shown(partial(has, status), what=person)

        over = subscription_of(market, customer, subscription)
        assert over["access"]["state"] == "ending", "what is paid for is not taken away"

    def test_a_change_of_plan_appears_once_the_buyer_has_agreed(
        self, market: Market, bought: "Bought"
    ) -> None:
        paypal, provider_id = market.paypal, bought.provider_id
        plan = paypal.plan(
            "79.00", product=paypal.get(provider_id, fields="plan")["plan"]["product_id"]
        )
        body = {"plan_id": plan, "application_context": URLS}
        paypal.client.ok("POST", f"/v1/billing/subscriptions/{provider_id}/revise", body)
        market.settle()
        asked = bought.subscription["amount"]

        paypal.client.act("approve_revision", subscription=provider_id)

        def is_seen() -> bool:
            return bool(bought.subscription["amount"] == {"amount": 7900, "currency": "eur"})

        shown(is_seen, what="the new plan")
        assert asked == {"amount": 4900, "currency": "eur"}


@dataclass(frozen=True, slots=True)
class Bought:
    """What one test alone has to do with."""

    market: Market
    customer: Any
    provider_id: str

    @property
    def subscription(self) -> Any:
        return subscription_of(self.market, self.customer, self.provider_id)

    @property
    def at_paypal(self) -> Any:
        return self.market.paypal.get(self.provider_id)

    def command(self, path: str, body: dict[str, Any]) -> tuple[Any, Any]:
        """What the preview showed, and what the command that was held to it answered."""
        shown = self._post(f"{path}?preview=true", body)
        assert shown.status == 200, shown.raw
        done = self._post(path, {**body, "plan_token": shown.body["plan_token"]})
        assert done.status in (200, 201), done.raw
        return shown.body["plan"], done.body

    def _post(self, path: str, body: dict[str, Any]) -> Answer:
        return self.market.owner("POST", path, body, Idempotency_Key=str(uuid.uuid4()))


@pytest.fixture
def bought(market: Market, request: pytest.FixtureRequest) -> Bought:
    email = f"{request.node.name.replace('_', '')[-20:]}@personal.example"
    provider_id = subscribed(market, email)
    return Bought(market, customer_with(market, email), provider_id)


class TestCommands:
    """Through our API, each shown before it is done."""

    def test_a_refund_is_made_at_paypal(self, market: Market, bought: Bought) -> None:
        (sale,) = transactions_of(market, bought.customer)
        amount = {"amount": 1500, "currency": "eur"}

        plan, made = bought.command(
            f"/v1/transactions/{sale['id']}/refunds",
            {"amount": amount, "reason": "requested_by_customer"},
        )

        assert plan["amount_due"] == {"amount": -1500, "currency": "eur"}
        assert (made["status"], made["amount"]) == ("succeeded", amount)
        refunds = [
            refund
            for refund in market.paypal.standin.account.store.of_kind("refund")
            if refund["payment"] == sale["provider"]["id"]
        ]
        assert [(one["id"], one["amount_minor"]) for one in refunds] == [
            (made["provider"]["id"], 1500)
        ]

    def test_a_pause_suspends_and_a_resumption_activates(self, bought: Bought) -> None:
        path = f"/v1/subscriptions/{bought.subscription['id']}"

        _, paused = bought.command(f"{path}/pause", {})
        suspended = bought.at_paypal["status"]
        _, resumed = bought.command(f"{path}/resume", {})

        assert (paused["status"], suspended) == ("paused", "SUSPENDED")
        assert (resumed["status"], bought.at_paypal["status"]) == ("active", "ACTIVE")

    def test_an_end_with_the_period_is_held_and_can_be_taken_back(self, bought: Bought) -> None:
        paid_until = bought.subscription["current_period_end"]
        path = f"/v1/subscriptions/{bought.subscription['id']}"

        plan, ending = bought.command(f"{path}/cancel", {"when": "period_end"})
        held = bought.at_paypal["status"]
        _, going_on = bought.command(f"{path}/undo-cancel", {})

        assert paid_until in [effect["effective_at"] for effect in plan["effects"]]
        assert ending["pending"] == {"kind": "cancel", "at": paid_until}
        assert ending["access"]["until"] == paid_until
        assert held == "SUSPENDED", "PayPal cannot wait, and must not bill meanwhile"
        assert (going_on["status"], going_on["pending"]) == ("active", None)
        assert bought.at_paypal["status"] == "ACTIVE"
