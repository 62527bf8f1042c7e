"""Eight ways in which a memory of answers repeats or mixes up what it should protect, and ours.

They were found in a widely used library for such memories; each is played here with refunds, whose
effect is counted where it happens: at the local Stripe.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import TableUnavailableError
from frontdesk.adapters.dynamodb.requests import LEASE, DynamoRequests
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.routes import Caller, Idempotency, Route
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.refunding_at_stripe import StripeRefundShop, in_process, key
from tests.stripe_in_process import StripeInProcess

pytestmark = pytest.mark.case("D13")

REFUND = "POST /v1/transactions/{id}/refunds"
AFTER_THE_LEASE = LEASE + timedelta(seconds=1)


class Shop:
    def __init__(self) -> None:
        self.shop: StripeRefundShop = in_process()
        self.charge = self.shop.pay(1000)
        self.answers: list[Answer] = []

    @property
    def stripe(self) -> StripeInProcess:
        client = self.shop.client()
        assert isinstance(client, StripeInProcess)
        return client

    @property
    def tables(self) -> MemoryGateway:
        assert isinstance(self.shop.gateway, MemoryGateway)
        return self.shop.gateway

    def refund(self, amount: int = 300, *, number: int = 1) -> Answer:
        return self.shop.refund(self.charge, amount, number=number)

    def at_the_command(self, what: Callable[[], None]) -> None:
        """Once, when Stripe is about to be told."""

        def hook(name: str) -> None:
            if name == "post":
                self.stripe.before_call = lambda name: None
                what()

        self.stripe.before_call = hook

    def effects(self) -> list[int]:
        return [refund["amount"] for refund in self.shop.refunds_at_stripe(self.charge)]

    def memory(self) -> Mapping[str, Any]:
        (row,) = [item for item in self.tables.items.values() if item["entity"] == "request"]
        return row


@pytest.fixture
def shop() -> Shop:
    return Shop()


def outlived(shop: Shop) -> None:
    """The first execution sleeps past its lease; the same command is sent again meanwhile."""
    shop.shop.clock.advance(AFTER_THE_LEASE)
    shop.answers.append(shop.refund())


def test_1_an_execution_that_outlives_its_lease_and_fails_takes_nothing_away(shop: Shop) -> None:
    def outlived_and_failing() -> None:
        outlived(shop)
        raise RuntimeError("the first execution fails after all")

    shop.at_the_command(outlived_and_failing)

    assert shop.refund().status == 500
    third = shop.refund()

    (second,) = shop.answers
    assert (second.status, third.text) == (201, second.text)
    assert third.headers["Idempotency-Replayed"] == "true"
    assert shop.effects() == [300]


def test_2_a_late_success_does_not_overwrite_the_answer_that_was_given(shop: Shop) -> None:
    shop.at_the_command(lambda: outlived(shop))

    shop.refund()
    stored = shop.memory()["body"]

    (second,) = shop.answers
    assert stored == second.text
    assert shop.refund().text == second.text
    assert shop.effects() == [300]


def test_3_without_a_key_nothing_runs_unprotected(shop: Shop) -> None:
    made = event(
        REFUND,
        caller=STAFF,
        path={"id": shop.shop.transaction_id(shop.charge)},
        headers={"content-type": "application/json"},
        body='{"reason": "duplicate"}',
    )

    answer = ask(shop.shop.function, made)

    assert (answer.status, answer.code) == (400, "idempotency_key_required")
    assert shop.effects() == []


def test_4_another_amount_under_the_same_key_is_refused_without_any_setting(shop: Shop) -> None:
    shop.refund(300)

    answer = shop.refund(301)

    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
    assert shop.effects() == [300]


def test_5_a_memory_that_fails_after_the_effect_does_not_repeat_it(shop: Shop) -> None:
    def fail(name: str) -> None:
        if name == "write" and shop.effects():
            raise TableUnavailableError

    shop.tables.before_call = fail  # the answer is never kept
    first = shop.refund()
    shop.tables.before_call = lambda name: None
    shop.shop.clock.advance(AFTER_THE_LEASE)

    again = shop.refund()

    assert {first.status, again.status} <= {201, 503}
    assert again.status == 201
    assert shop.effects() == [300]


def test_5_nor_does_a_memory_that_was_lost_altogether(shop: Shop) -> None:
    first = shop.refund()
    for row in [k for k, item in shop.tables.items.items() if item["entity"] == "request"]:
        del shop.tables.items[row]

    assert shop.refund().json == first.json
    assert shop.effects() == [300]


# --- one memory for several functions -------------------------------------------------------------


def numbered(answer: int) -> Callable[[Request], Response]:
    return lambda request: Response({"answer": answer})


def route(path: str) -> Route:
    return Route(f"POST {path}", "test", "Do it", Caller.ANYONE, idempotency=Idempotency.REQUIRED)


def call(function: Any, path: str, *, number: int = 1) -> Any:
    headers = {"idempotency-key": key(number)}
    return ask(function, event(f"POST {path}", headers=headers)).json["answer"]


def test_6_one_memory_for_two_routes_mixes_nothing_up() -> None:
    records = DynamoRequests(MemoryGateway(), clock=FakeClock(), ids=CountingIds())
    function = http_function(
        "test",
        {"POST /v1/one": numbered(1), "POST /v1/two": numbered(2)},
        requests=lambda: records,
        table=(route("/v1/one"), route("/v1/two")),
    )

    asked = [call(function, path) for path in ("/v1/one", "/v1/two", "/v1/one", "/v1/two")]

    assert asked == [1, 2, 1, 2]


def test_7_a_command_that_runs_inside_another_ends_under_its_own_key() -> None:
    records = DynamoRequests(MemoryGateway(), clock=FakeClock(), ids=CountingIds())
    runs: list[str] = []

    def inner(request: Request) -> Response:
        runs.append("inner")
        return Response({"answer": 1})

    def outer(request: Request) -> Response:
        runs.append("outer")
        return Response({"answer": 10 + call(function, "/v1/inner")})

    function = http_function(
        "test",
        {"POST /v1/inner": inner, "POST /v1/outer": outer},
        requests=lambda: records,
        table=(route("/v1/inner"), route("/v1/outer")),
    )

    assert call(function, "/v1/outer") == 11
    assert [call(function, "/v1/outer"), call(function, "/v1/inner")] == [11, 1]
    assert runs == ["outer", "inner"]


def test_8_a_function_that_is_ended_by_its_time_out_is_followed_by_the_next_try(
    shop: Shop,
) -> None:
    class TimedOutError(BaseException):
        pass

    def time_out() -> None:
        raise TimedOutError

    shop.at_the_command(time_out)
    with pytest.raises(TimedOutError):
        shop.refund()
    assert shop.refund().code == "operation_in_progress"
    shop.shop.clock.advance(AFTER_THE_LEASE)

    assert shop.refund().status == 201
    assert shop.effects() == [300]


def test_the_records_of_answers_go_and_those_of_operations_stay(shop: Shop) -> None:
    shop.refund()

    assert "expires_at_epoch_seconds" in shop.memory()
    (operation,) = [i for i in shop.tables.items.values() if i["entity"] == "operation"]
    assert "expires_at_epoch_seconds" not in operation
    assert keys.operation(str(operation["operation_id"])) in shop.tables.items
