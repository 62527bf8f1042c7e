"""The routes that read transactions, through the edge, over tables in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Put, Unconditional
from frontdesk.adapters.dynamodb.transaction_item import transaction_item
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import PaymentStatus, ProviderName, RefundStatus
from frontdesk.domain.transaction import Dispute, Refund, Transaction
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.schemas.transactions import Transaction as TransactionAnswer
from frontdesk.entrypoints.schemas.transactions import TransactionList
from frontdesk.entrypoints.transactions import transaction_handlers
from tests.fakes.api_gateway import CUSTOMER, STAFF, Answer, ask, event
from tests.fakes.customers import SPRING, a_customer, customer_id, keep
from tests.fakes.gateway import MemoryGateway

ANN, BO = a_customer("ann", name="Ann"), a_customer("bo", name="Bo")
ANYHOW = Unconditional("test data")
REFUND = Refund(
    id=derived_id("ref", origin="re_1", at=SPRING),
    provider_id="re_1",
    amount_minor=1000,
    status=RefundStatus.SUCCEEDED,
    created_at=SPRING + timedelta(days=1),
    reason="requested_by_customer",
)


def a_transaction(
    origin: str = "ch_1", *, customer: str = ANN.id, at: datetime = SPRING, **changes: object
) -> Transaction:
    transaction = Transaction(
        id=derived_id("txn", origin=origin, at=at),
        customer_id=customer,
        provider=ProviderName.STRIPE,
        provider_id=origin,
        created_at=at,
        payment_status=PaymentStatus.SUCCEEDED,
        amount_minor=2900,
        captured_minor=2900,
        currency="usd",
        method_type="card",
        method_brand="visa",
        method_last4="4242",
        version=2,
    )
    return replace(transaction, **changes)  # type: ignore[arg-type]


class Api:
    def __init__(self, *transactions: Transaction) -> None:
        self.gateway = MemoryGateway()
        for customer in (ANN, BO):
            keep(self.gateway, customer)
        for one in transactions:
            key = keys.transaction(one.customer_id, one.id)
            self.gateway.write(Put(key, transaction_item(one, at=SPRING), ANYHOW))
            pointer = {"entity": "transaction_pointer", "customer_id": one.customer_id}
            self.gateway.write(Put(keys.transaction_pointer(one.id), {**pointer}, ANYHOW))
        store = DynamoTransactions(self.gateway)
        self.handler = http_function(
            "transactions",
            transaction_handlers(
                transactions=lambda: store, cursors=Cursors(lambda: "a secret of the deployment")
            ),
        )

    def read(self, identifier: str) -> Answer:
        path = {"id": identifier}
        return ask(self.handler, event("GET /v1/transactions/{id}", caller=STAFF, path=path))

    def list_of(self, customer: str = ANN.id, **query: str) -> Answer:
        key = "GET /v1/customers/{id}/transactions"
        return ask(self.handler, event(key, caller=STAFF, path={"id": customer}, query=query))


class TestReadingATransaction:
    @pytest.mark.feature("L3-11")
    @pytest.mark.feature("L3-12")
    def test_answers_the_whole_document(self) -> None:
        one = a_transaction(refunds=(REFUND,), description="Gold plan")

        answer = Api(one).read(one.id)

        assert answer.headers["ETag"] == '"2"'
        assert answer.json == {
            "id": one.id,
            "customer_id": ANN.id,
            "provider": {"name": "stripe", "id": "ch_1"},
            "kind": "payment",
            "status": "partially_refunded",
            "amount": {"amount": 2900, "currency": "usd"},
            "captured": {"amount": 2900, "currency": "usd"},
            "refunded": {"amount": 1000, "currency": "usd"},
            "created_at": "2026-03-01T09:30:00Z",
            "description": "Gold plan",
            "payment_method": {"type": "card", "brand": "visa", "last4": "4242"},
            "failure_code": None,
            "refunds": [
                {
                    "id": REFUND.id,
                    "amount": {"amount": 1000, "currency": "usd"},
                    "status": "succeeded",
                    "reason": "requested_by_customer",
                    "created_at": "2026-03-02T09:30:00Z",
                    "provider": {"name": "stripe", "id": "re_1"},
                }
            ],
            "disputes": [],
            "offer": None,
            "affiliate": None,
            "invoice_id": None,
            "subscription_id": None,
            "version": 2,
        }

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, "succeeded"),
            ({"payment_status": PaymentStatus.FAILED, "captured_minor": 0}, "failed"),
            ({"payment_status": PaymentStatus.PENDING, "captured_minor": 0}, "pending"),
            ({"refunds": (replace(REFUND, amount_minor=2900),)}, "refunded"),
            ({"refunds": (replace(REFUND, status=RefundStatus.FAILED),)}, "succeeded"),
            ({"disputes": (Dispute("du_1", 2900, "needs_response", SPRING),)}, "disputed"),
            ({"method_type": None}, "succeeded"),
        ],
    )
    def test_the_answer_has_the_documented_shape_in_every_state(
        self, changes: dict[str, Any], status: str
    ) -> None:
        one = a_transaction(**changes)

        answer = Api(one).read(one.id)

        assert TransactionAnswer.model_validate_json(answer.text or "").status == status

    def test_an_unknown_one_is_not_found(self) -> None:
        assert Api().read(derived_id("txn", origin="nothing")).code == "not_found"

    @pytest.mark.case("G1")
    def test_customers_do_not_reach_it(self) -> None:
        one = a_transaction()
        made = event("GET /v1/transactions/{id}", caller=CUSTOMER, path={"id": one.id})

        assert ask(Api(one).handler, made).status == 403


@pytest.mark.feature("L3-10")
class TestListingTransactions:
    MANY = tuple(a_transaction(f"ch_{n}", at=SPRING + timedelta(hours=n // 2)) for n in range(7))

    @pytest.mark.parametrize("limit", ["1", "2", "3", "7", "100"])
    def test_shows_each_once_newest_first(self, limit: str) -> None:
        api = Api(*self.MANY, a_transaction("ch_bo", customer=BO.id))
        query, seen = {"limit": limit}, []
        while True:
            answer = api.list_of(**query)
            seen += [(row["created_at"], row["id"]) for row in answer.json["data"]]
            if answer.json["next_cursor"] is None:
                break
            query["cursor"] = answer.json["next_cursor"]

        assert sorted(one for _, one in seen) == sorted(one.id for one in self.MANY)
        assert seen == sorted(seen, reverse=True)

    def test_the_answer_has_the_documented_shape(self) -> None:
        TransactionList.model_validate_json(Api(*self.MANY).list_of().text or "")

    def test_costs_one_query(self) -> None:
        api = Api(*self.MANY)
        api.gateway.calls.clear()

        api.list_of()

        assert api.gateway.calls == ["query"]

    def test_a_customer_without_any_is_told_from_an_unknown_one(self) -> None:
        api = Api()

        assert api.list_of().json == {"data": [], "next_cursor": None}
        assert api.list_of(customer_id("nobody")).code == "not_found"

    def test_a_cursor_is_one_customers(self) -> None:
        api = Api(*self.MANY)
        cursor = api.list_of(limit="1").json["next_cursor"]

        assert api.list_of(BO.id, cursor=cursor).code == "invalid_cursor"
