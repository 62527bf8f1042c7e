"""Refunds through the deployed API: once, however often ordered, and true to the provider."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.calls import Answer, wait_until
from tests.e2e.market import Buyer, Market

pytestmark = pytest.mark.timeout(600)  # the first test builds and deploys

REQUESTS = 1000
SENDERS = 24
PAID, GIVEN_BACK = 1900, 300
"""What every buyer has paid once, and what of it came back before any test."""


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Rita Refund")


@pytest.fixture
def charge(market: Market, buyer: Buyer) -> str:
    """A payment of 1900 that nobody has touched."""
    made = market.pay(buyer.provider_id)
    market.settle()
    return made


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "usd"}


def transaction(market: Market, buyer: Buyer, charge: str) -> Any:
    listed = market.owner("GET", f"/v1/customers/{buyer.id}/transactions?limit=100").body["data"]
    return next(one for one in listed if one["provider"]["id"] == charge)


def refund(
    market: Market, transaction_id: str, *, key: str | None = None, query: str = "", **body: Any
) -> Answer:
    return market.owner(
        "POST",
        f"/v1/transactions/{transaction_id}/refunds{query}",
        {"reason": "requested_by_customer", **body},
        Idempotency_Key=key or str(uuid.uuid4()),
    )


def answered(ask: Callable[[], Answer]) -> Answer:
    """The same request again until somebody answers, as a client does: two cores that start
    dozens of functions at once make the gateway give up on some of them."""
    for _ in range(10):
        try:
            answer = ask()
        except OSError:
            continue
        if answer.status < 500:
            return answer
    pytest.fail("nobody answers")


def refunds_at_stripe(market: Market, charge: str) -> list[int]:
    return [r.amount for r in market.stripe.v1.refunds.list({"charge": charge, "limit": 100}).data]


@pytest.mark.case("D1")
@pytest.mark.feature("K2-20")
def test_a_thousand_identical_requests_are_one_refund(
    market: Market, buyer: Buyer, charge: str
) -> None:
    paid, key = transaction(market, buyer, charge), str(uuid.uuid4())

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(
            senders.map(
                lambda _: answered(lambda: refund(market, paid["id"], key=key, amount=usd(500))),
                range(REQUESTS),
            )
        )

    told = Counter((a.status, a.code) for a in answers)
    assert told.keys() <= {(201, None), (409, "operation_in_progress")}, told
    assert len({a.raw for a in answers if a.status == 201}) == 1
    again = refund(market, paid["id"], key=key, amount=usd(500))
    assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert refunds_at_stripe(market, charge) == [500]
    market.settle()
    seen = transaction(market, buyer, charge)
    assert (seen["refunded"]["amount"], len(seen["refunds"])) == (500, 1)
    assert seen["refunds"][0]["id"] == again.body["id"]


@pytest.mark.case("D2")
def test_many_different_requests_never_give_back_more_than_was_paid(
    market: Market, buyer: Buyer, charge: str
) -> None:
    paid = transaction(market, buyer, charge)

    def order(_: int) -> Answer:
        key = str(uuid.uuid4())
        return answered(lambda: refund(market, paid["id"], key=key, amount=usd(100)))

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(order, range(100)))

    told = Counter((a.status, a.code) for a in answers)
    assert told.keys() <= {(201, None), (202, None), (409, "refund_exceeds_remaining")}, told
    assert refunds_at_stripe(market, charge) == [100] * (PAID // 100)
    market.settle()
    assert transaction(market, buyer, charge)["status"] == "refunded"


def test_a_preview_is_kept_to_and_a_stale_one_is_refused(
    market: Market, buyer: Buyer, charge: str
) -> None:
    paid = transaction(market, buyer, charge)
    first, second = (
        refund(market, paid["id"], query="?preview=true", amount=usd(700)) for _ in range(2)
    )
    assert [p.status for p in (first, second)] == [200, 200]
    assert first.body["plan"]["amount_due"] == usd(-700)

    made = refund(market, paid["id"], amount=usd(700), plan_token=first.body["plan_token"])
    late = refund(market, paid["id"], amount=usd(700), plan_token=second.body["plan_token"])

    assert (made.status, late.status, late.code) == (201, 409, "plan_is_stale")
    assert refunds_at_stripe(market, charge) == [700]


@pytest.mark.case("C10")
@pytest.mark.feature("K2-21")
def test_a_refund_made_in_the_dashboard_appears(market: Market, buyer: Buyer, charge: str) -> None:
    began = time.monotonic()
    made = market.dashboard("refund", charge=charge, amount=400)

    def shown() -> Any:
        listed = market.owner("GET", "/v1/refunds?status=succeeded&limit=100").body["data"]
        return next((one for one in listed if one["provider"]["id"] == made["id"]), None)

    found = wait_until(shown, seconds=60, what="the dashboard's refund")
    assert (found["amount"], found["operation_id"], found["requested_by"]) == (
        usd(400),
        None,
        None,
    )
    assert time.monotonic() - began < 60
    read = market.owner("GET", f"/v1/refunds/{found['id']}")
    assert (read.status, read.body) == (200, found)


@pytest.mark.case("D9")
def test_a_refund_whose_answer_was_lost_is_found_by_the_janitor(
    market: Market, buyer: Buyer, charge: str
) -> None:
    paid = transaction(market, buyer, charge)
    market.break_provider(kind="reset", when="after", method="POST", path="/v1/refunds")
    market.stand_in.dispatcher.pause()  # no webhook tells either

    answer = refund(market, paid["id"], amount=usd(600))
    assert (answer.status, answer.body["status"]) == (202, "unknown")

    def resolved() -> bool:
        market.invoke("janitor")
        read = market.owner("GET", f"/v1/refunds/{answer.body['id']}").body
        return bool(read["status"] == "succeeded")

    try:
        wait_until(resolved, seconds=180, what="the janitor's look")
    finally:
        market.stand_in.dispatcher.resume()
    assert refunds_at_stripe(market, charge) == [600]


def test_an_end_with_money_back_is_one_plan_and_its_tax_is_put_on_paper(market: Market) -> None:
    member = market.new_buyer("Mia Member", subscriptions=0)
    invoice = market.subscribe_with_tax(member.provider_id)
    market.settle()
    (paid_for,) = market.owner("GET", f"/v1/customers/{member.id}/subscriptions").body["data"]
    path, body = f"/v1/subscriptions/{paid_for['id']}/cancel", {"when": "now", "refund": "full"}
    plan = answered(lambda: market.owner("POST", f"{path}?preview=true", body)).body

    key = str(uuid.uuid4())
    body["plan_token"] = plan["plan_token"]
    answer = answered(lambda: market.owner("POST", path, body, Idempotency_Key=key))

    assert (answer.status, answer.body["status"]) == (200, "canceled"), answer.raw
    assert answer.body["refund"]["amount"] == {
        "amount": -plan["plan"]["amount_due"]["amount"],
        "currency": "usd",
    }

    def put_on_paper() -> bool:
        market.invoke("janitor")
        read = market.owner("GET", f"/v1/refunds/{answer.body['refund']['id']}").body
        return bool(read["credit_memo"]["status"] == "succeeded")

    wait_until(put_on_paper, seconds=180, what="the credit note")
    notes = market.stripe.v1.credit_notes.list({"invoice": invoice}).data
    assert [note.amount for note in notes] == [answer.body["refund"]["amount"]["amount"]]


def test_a_customer_asks_and_staff_decide(market: Market, buyer: Buyer, charge: str) -> None:
    paid = transaction(market, buyer, charge)
    rules = {"accepts_requests": True, "window_days": 30, "automatic_up_to": None}
    assert market.owner("PUT", "/v1/settings", {"refunds": rules}).status == 200
    asked = wait_until(
        lambda: _asked(market, buyer, paid["id"]), seconds=30, what="settings to be read again"
    )
    assert asked is not None
    assert (asked.status, asked.body["status"]) == (201, "queued")

    path = f"/v1/refund-requests/{asked.body['id']}/approve"
    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(
            senders.map(lambda _: answered(lambda: market.owner("POST", path)), range(SENDERS))
        )

    told = Counter((a.status, a.code) for a in answers)
    assert told.keys() <= {(200, None), (409, "operation_in_progress")}, told
    assert refunds_at_stripe(market, charge) == [PAID]
    mine = buyer.api("GET", "/v1/me/refund-requests").body["data"]
    assert [(one["status"], one["refund"]["status"]) for one in mine] == [("approved", "succeeded")]


def _asked(market: Market, buyer: Buyer, transaction_id: str) -> Answer | None:
    answer = buyer.api(
        "POST",
        "/v1/me/refund-requests",
        {"transaction_id": transaction_id, "reason": "Not for me."},
        Idempotency_Key=str(uuid.uuid4()),
    )
    return None if answer.code == "feature_disabled" else answer
