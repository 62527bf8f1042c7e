"""`PayPal-Request-Id`: how long it is remembered, on which calls, and what a replay tells."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.paypal.route_table import ROUTES
from infra.local.provider.faults import Fault
from tests.paypal_shop import URLS, Shop, money
from tests.unit.infra.paypal.conftest import Answer, InProcess

type PayPal = Shop[InProcess]
type Asked = tuple[str, Any]

HOUR = 3600
DAY = 24 * HOUR


def a_plan(shop: PayPal) -> Asked:
    plan = shop.plan()
    made = shop.client.ok("GET", f"/v1/billing/plans/{plan}")
    cycles = [
        {k: v for k, v in c.items() if k != "pricing_scheme"}
        | {"pricing_scheme": {"fixed_price": money("9.00")}}
        for c in made["billing_cycles"]
    ]
    body = {"product_id": made["product_id"], "name": "Again", "billing_cycles": cycles}
    return "/v1/billing/plans", body


def a_subscription(shop: PayPal) -> Asked:
    return "/v1/billing/subscriptions", {"plan_id": shop.plan()}


def a_product(_shop: PayPal) -> Asked:
    return "/v1/catalogs/products", {"name": "Course", "type": "DIGITAL"}


def an_outstanding_balance(shop: PayPal) -> Asked:
    subscription = shop.subscription()
    shop.client.act("buyer", subscription=subscription, conduct="declines")
    shop.client.advance(days=45)
    shop.client.act("buyer", subscription=subscription, conduct="pays")
    body = {"note": "Owed", "capture_type": "OUTSTANDING_BALANCE", "amount": money("1.00")}
    return f"/v1/billing/subscriptions/{subscription}/capture", body


def a_refund(shop: PayPal) -> Asked:
    return f"/v2/payments/captures/{shop.capture()}/refund", {"amount": money("1.00")}


def an_old_refund(shop: PayPal) -> Asked:
    body = {"amount": {"total": "1.00", "currency": "EUR"}}
    return f"/v1/payments/sale/{shop.sale()}/refund", body


def an_order(_shop: PayPal) -> Asked:
    units = [{"amount": money("5.00")}]
    return "/v2/checkout/orders", {"intent": "CAPTURE", "purchase_units": units}


def a_captured_order(shop: PayPal) -> Asked:
    order = shop.order()
    shop.client.act("approve", order=order)
    return f"/v2/checkout/orders/{order}/capture", {}


def a_setup_token(_shop: PayPal) -> Asked:
    wallet = {"usage_type": "MERCHANT", "experience_context": URLS}
    return "/v3/vault/setup-tokens", {"payment_source": {"paypal": wallet}}


def a_payment_token(shop: PayPal) -> Asked:
    path, body = a_setup_token(shop)
    setup = shop.client.ok("POST", path, body, key="setup")["id"]
    shop.client.act("approve", setup_token=setup)
    source = {"token": {"id": setup, "type": "SETUP_TOKEN"}}
    return "/v3/vault/payment-tokens", {"payment_source": source}


WINDOWS: list[tuple[Callable[[PayPal], Asked], int]] = [
    (a_refund, 45 * DAY),
    (an_old_refund, 30 * DAY),
    (a_product, 72 * HOUR),
    (a_plan, 72 * HOUR),
    (a_subscription, 72 * HOUR),
    (an_outstanding_balance, 72 * HOUR),
    (an_order, 6 * HOUR),
    (a_captured_order, 6 * HOUR),
    (a_setup_token, 3 * HOUR),
    (a_payment_token, 3 * HOUR),
]


def identity(answer: Answer) -> str:
    body = answer.body
    if "purchase_units" in body:
        return str(body["purchase_units"][0]["payments"]["captures"][0]["id"])
    return str(body["id"])


class TestWindows:
    @pytest.mark.parametrize(("make", "seconds"), WINDOWS)
    def test_a_replay_within_the_window_makes_nothing_new(
        self, shop: PayPal, make: Callable[[PayPal], Asked], seconds: int
    ) -> None:
        path, body = make(shop)
        first = shop.client("POST", path, body, key="k")
        shop.client.advance(seconds=seconds - 1)

        again = shop.client("POST", path, body, key="k")

        assert first.status in (200, 201)
        assert again.status == (201 if "/captures/" in path else 200)
        assert identity(again) == identity(first)

    @pytest.mark.parametrize(("make", "seconds"), WINDOWS)
    def test_after_it_the_same_id_is_a_new_request(
        self, shop: PayPal, make: Callable[[PayPal], Asked], seconds: int
    ) -> None:
        path, body = make(shop)
        first = shop.client("POST", path, body, key="k")
        shop.client.advance(seconds=seconds)

        again = shop.client("POST", path, body, key="k")

        # Once captured, vaulted or expired, the second request cannot succeed any more.
        assert again.status >= 400 or identity(again) != identity(first)

    def test_the_table_is_that_of_the_routes(self) -> None:
        remembered = {r.path: r.remembered_seconds for r in ROUTES if r.remembered_seconds}

        assert sorted(remembered.values()) == sorted(seconds for _, seconds in WINDOWS)

    def test_without_an_id_the_request_is_duplicated(self, shop: PayPal) -> None:
        path, body = a_refund(shop)

        first, second = shop.client("POST", path, body), shop.client("POST", path, body)

        assert first.body["id"] != second.body["id"]


class TestCallsThatIgnoreIt:
    @pytest.mark.parametrize(
        ("verb", "status"), [("suspend", 204), ("cancel", 204), ("revise", 200)]
    )
    def test_the_second_request_is_executed_again(
        self, shop: PayPal, verb: str, status: int
    ) -> None:
        subscription = shop.subscription()
        path = f"/v1/billing/subscriptions/{subscription}/{verb}"
        body = {} if verb == "revise" else {"reason": "Because"}

        first = shop.client("POST", path, body, key="k")
        second = shop.client("POST", path, body, key="k")

        assert first.status == status
        if verb == "revise":
            approve = [answer.body["links"][0]["href"] for answer in (first, second)]
            assert approve[0] != approve[1]
        else:
            assert (second.status, second.issue) == (422, "SUBSCRIPTION_STATUS_INVALID")

    def test_activate_twice_is_refused_as_well(self, shop: PayPal) -> None:
        path = f"/v1/billing/subscriptions/{shop.subscription()}"
        shop.client.ok("POST", f"{path}/suspend", {"reason": "x"})

        statuses = [
            shop.client("POST", f"{path}/activate", {"reason": "x"}, key="k").status
            for _ in range(2)
        ]

        assert statuses == [204, 422]


class TestReplays:
    def test_tell_the_latest_status_not_the_first_answer(self, shop: PayPal) -> None:
        path = f"/v2/payments/captures/{shop.capture(conduct='refund_pends')}/refund"
        first = shop.client("POST", path, {}, key="k")
        shop.client.advance(seconds=3601)

        again = shop.client("POST", path, {}, key="k")

        assert (first.body["status"], again.body["status"]) == ("PENDING", "COMPLETED")

    def test_with_another_payload_still_tell_of_the_first_request(self, shop: PayPal) -> None:
        path = f"/v2/payments/captures/{shop.capture()}/refund"
        first = shop.client("POST", path, {"amount": money("1.00")}, key="k", full=True)

        again = shop.client("POST", path, {"amount": money("2.00")}, key="k", full=True)

        assert (again.body["id"], again.body["amount"]) == (first.body["id"], money("1.00"))

    @pytest.mark.parametrize("make", [an_old_refund, a_setup_token])
    def test_unless_the_api_refuses_that(
        self, shop: PayPal, make: Callable[[PayPal], Asked]
    ) -> None:
        path, body = make(shop)
        shop.client.ok("POST", path, body, key="k")
        other = {**body, **({"customer": {"id": "c_1"}} if "setup" in path else {"reason": "x"})}

        refused = shop.client("POST", path, other, key="k")

        assert (refused.status, refused.issue) == (422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")

    def test_a_refused_request_is_not_remembered(self, shop: PayPal) -> None:
        path = f"/v2/payments/captures/{shop.capture()}/refund"
        shop.client("POST", path, {"amount": money("999.00")}, key="k")

        assert shop.client("POST", path, {"amount": money("1.00")}, key="k").status == 201

    def test_the_vault_insists_on_an_id(self, shop: PayPal) -> None:
        path, body = a_setup_token(shop)

        refused = shop.client("POST", path, body)

        assert (refused.status, refused.issue) == (400, "MISSING_REQUIRED_PARAMETER")

    def test_a_500_after_executing_hides_a_refund_that_a_replay_finds(self, shop: PayPal) -> None:
        capture = shop.capture("20.00")
        path = f"/v2/payments/captures/{capture}/refund"
        shop.standin.api.faults.add(Fault("error", when="after", path=".*/refund"))

        first = shop.client("POST", path, {}, key="k")
        again = shop.client("POST", path, {}, key="k")

        assert (first.status, again.status) == (500, 201)
        assert len(shop.standin.account.store.of_kind("refund")) == 1

    def test_a_500_before_executing_leaves_no_trace(self, shop: PayPal) -> None:
        path = f"/v2/payments/captures/{shop.capture()}/refund"
        shop.standin.api.faults.add(Fault("error", when="before", path=".*/refund"))

        assert shop.client("POST", path, {}, key="k").status == 500
        assert shop.standin.account.store.of_kind("refund") == []
        assert shop.client("POST", path, {}, key="k").status == 201


class TestTwoAtOnce:
    @pytest.mark.parametrize("second_key", ["k", "other", ""])
    def test_a_refund_in_progress_is_a_conflict_for_the_next(
        self, shop: PayPal, second_key: str
    ) -> None:
        executing, may_end = threading.Event(), threading.Event()

        def wait(_seconds: float) -> bool:
            executing.set()
            return may_end.wait(10)

        path, body = a_refund(shop)
        shop.client.sign_in()
        shop.standin.api.wait = wait
        shop.standin.api.faults.add(Fault("slow", when="before", path=".*/refund"))

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(shop.client, "POST", path, body, key="k")
            assert executing.wait(10)
            conflict = shop.client("POST", path, body, key=second_key)
            may_end.set()

        assert (conflict.status, conflict.issue) == (409, "PREVIOUS_REQUEST_IN_PROGRESS")
        assert first.result().status == 201

    def test_many_refunds_at_once_never_exceed_the_payment(self, shop: PayPal) -> None:
        path = f"/v2/payments/captures/{shop.capture('20.00')}/refund"
        shop.client.sign_in()

        def ask(number: int) -> int:
            return shop.client("POST", path, {"amount": money("3.00")}, key=f"k{number}").status

        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(ask, range(200)))

        made = shop.standin.account.store.of_kind("refund")
        assert statuses.count(201) == len(made) <= 6
        assert set(statuses) <= {201, 409, 422}
