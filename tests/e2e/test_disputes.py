"""Disputes and refunds that fail, on the deployed stack: what is shown follows the money."""

import uuid
from typing import Any

import pytest

from tests.e2e.calls import Answer
from tests.e2e.market import Buyer, Market

pytestmark = pytest.mark.timeout(600)  # the first test builds and deploys

PAID = 1900


class Case:
    """One payment of a buyer, and what the API says of it once all is quiet."""

    def __init__(self, market: Market, buyer: Buyer) -> None:
        self.market, self.buyer = market, buyer
        self.before = self._lifetime_value()
        self.charge = market.pay(buyer.provider_id)
        market.settle()

    def refund(self, amount: int) -> Answer:
        return self.market.owner(
            "POST",
            f"/v1/transactions/{self.transaction['id']}/refunds",
            {"reason": "requested_by_customer", "amount": {"amount": amount, "currency": "usd"}},
            Idempotency_Key=str(uuid.uuid4()),
        )

    def happens(self, action: str, **body: Any) -> Any:
        made = self.market.dashboard(action, **body)
        self.market.settle()
        return made

    @property
    def kept(self) -> int:
        """What the customer's lifetime value has of this payment."""
        return self._lifetime_value() - self.before

    @property
    def transaction(self) -> Any:
        path = f"/v1/customers/{self.buyer.id}/transactions?limit=100"
        listed = self.market.owner("GET", path).body["data"]
        return next(one for one in listed if one["provider"]["id"] == self.charge)

    def _lifetime_value(self) -> int:
        told = self.market.owner("GET", f"/v1/customers/{self.buyer.id}").body["lifetime_value"]
        assert told["currency"] == "usd"
        return int(told["amount"])


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    made = market.new_buyer("Dora Dispute")
    market.settle()
    return made


@pytest.fixture
def case(market: Market, buyer: Buyer) -> Case:
    return Case(market, buyer)


@pytest.mark.case("E5")
@pytest.mark.parametrize(("is_won", "kept"), [(True, PAID - 300), (False, PAID - 300 - 600)])
def test_a_dispute_takes_money_at_once_and_only_a_won_one_returns_it(
    case: Case, is_won: bool, kept: int
) -> None:
    assert case.refund(300).status == 201
    dispute = case.happens("dispute", charge=case.charge, amount=600)

    assert case.kept == PAID - 300 - 600
    assert case.transaction["status"] == "disputed"
    refused = case.refund(100)
    assert (refused.status, refused.code) == (409, "payment_disputed")
    case.happens("dispute_close", dispute=dispute["id"], won=is_won)
    assert case.kept == kept
    assert case.transaction["refunded"]["amount"] == 300


@pytest.mark.case("E5")
def test_an_inquiry_takes_nothing_until_it_becomes_a_dispute(case: Case) -> None:
    inquiry = case.happens("dispute", charge=case.charge, withdraw=False)
    assert case.kept == PAID
    case.happens("dispute_withdraw", dispute=inquiry["id"])

    assert case.kept == 0


@pytest.mark.case("E6")
def test_a_refund_that_fails_after_it_succeeded_gives_everything_back(case: Case) -> None:
    made = case.refund(PAID)
    case.market.settle()
    assert (made.status, made.body["status"], case.kept) == (201, "succeeded", 0)
    case.happens("refund_fails", refund=made.body["provider"]["id"])

    assert case.kept == PAID
    assert case.market.owner("GET", f"/v1/refunds/{made.body['id']}").body["status"] == "failed"
    assert case.refund(PAID).status == 201
    case.market.settle()
    assert case.kept == 0
