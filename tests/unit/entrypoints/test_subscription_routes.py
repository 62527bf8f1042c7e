"""The routes that read subscriptions, through the edge, over tables in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.document_items import document_id, document_item, document_key
from frontdesk.adapters.dynamodb.operations import Put, Unconditional
from frontdesk.adapters.dynamodb.subscription_item import subscription_item
from frontdesk.domain.ids import derived_id
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.snapshot import (
    PauseBehavior,
    PaymentMethodSnapshot,
    ProductSnapshot,
    ProviderName,
)
from frontdesk.domain.subscription import Subscription
from frontdesk.entrypoints.routes import ROUTES
from frontdesk.entrypoints.schemas.subscriptions import Subscription as SubscriptionAnswer
from frontdesk.entrypoints.schemas.subscriptions import SubscriptionList
from frontdesk.ports.mirror import Document
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.customers import SPRING, a_customer, customer_id, keep
from tests.fakes.gateway import MemoryGateway
from tests.subscribing import subscription_function

STRIPE = ProviderName.STRIPE
ANN = a_customer("ann", name="Ann", default_payment_method="pm_default")
BO = a_customer("bo", name="Bo")
ANYHOW = Unconditional("test data")
NOW = FakeClock().now()


def a_subscription(
    origin: str = "one",
    *,
    customer: str = ANN.id,
    started_at: datetime = SPRING,
    **changes: object,
) -> Subscription:
    subscription = Subscription(
        id=derived_id("sub", origin=origin, at=started_at),
        customer_id=customer,
        provider=STRIPE,
        provider_id=f"sub_{origin}",
        created_at=started_at,
        started_at=started_at,
        billing_status="active",
        amount_minor=2900,
        currency="usd",
        interval="month",
        interval_count=1,
        quantity=1,
        product="prod_1",
        price="price_1",
        current_period_start=NOW - timedelta(days=10),
        current_period_end=NOW + timedelta(days=20),
        version=3,
    )
    return replace(subscription, **changes)  # type: ignore[arg-type]


def a_method(provider_id: str, last4: str) -> PaymentMethodSnapshot:
    return PaymentMethodSnapshot(
        STRIPE, provider_id, "cus_ann", SPRING, "card", brand="visa", last4=last4
    )


class Api:
    def __init__(self, *subscriptions: Subscription) -> None:
        self.gateway = MemoryGateway()
        self.clock = FakeClock()
        for customer in (ANN, BO):
            keep(self.gateway, customer)
        for subscription in subscriptions:
            item = subscription_item(subscription, at=SPRING)
            self.gateway.write(Put(keys.subscription(subscription.id), item, ANYHOW))
        self.handler = subscription_function(self.gateway, clock=self.clock)

    def show(self, document: Document, *, of: str | None = None) -> None:
        item = document_item(document, customer_id=of, at=SPRING)
        self.gateway.write(Put(document_key(document, customer_id=of), item, ANYHOW))

    def sell(self, name: str) -> None:
        self.show(ProductSnapshot(STRIPE, "prod_1", SPRING, name, is_active=True))

    def read(self, identifier: str) -> Answer:
        path = {"id": identifier}
        return ask(self.handler, event("GET /v1/subscriptions/{id}", caller=STAFF, path=path))

    def read_mine(self, identifier: str, *, me: str = ANN.id) -> Answer:
        caller = Principal(Kind.CUSTOMER, me, "ses_1")
        made = event("GET /v1/me/subscriptions/{id}", caller=caller, path={"id": identifier})
        return ask(self.handler, made)

    def list_mine(self, *, me: str = ANN.id, **query: str) -> Answer:
        caller = Principal(Kind.CUSTOMER, me, "ses_1")
        return ask(self.handler, event("GET /v1/me/subscriptions", caller=caller, query=query))

    def list_of(self, customer: str, **query: str) -> Answer:
        key = "GET /v1/customers/{id}/subscriptions"
        return ask(self.handler, event(key, caller=STAFF, path={"id": customer}, query=query))


class TestReadingASubscription:
    @pytest.mark.feature("L3-19")
    @pytest.mark.feature("L3-20")
    @pytest.mark.feature("L3-21")
    @pytest.mark.feature("L3-22")
    @pytest.mark.feature("L3-23")
    @pytest.mark.feature("L3-24")
    def test_answers_the_whole_document(self) -> None:
        one = a_subscription()
        api = Api(one)
        api.sell("Gold plan")
        method = a_method("pm_default", "4242")
        api.show(method, of=ANN.id)

        answer = api.read(one.id)

        assert answer.headers["ETag"] == '"3"'
        assert answer.json == {
            "id": one.id,
            "customer_id": ANN.id,
            "offer": None,
            "name": "Gold plan",
            "provider": {"name": "stripe", "id": "sub_one"},
            "status": "active",
            "billing_status": "active",
            "access": {"state": "active", "until": None, "reason": "paid"},
            "amount": {"amount": 2900, "currency": "usd"},
            "cycle": {"interval": "month", "count": 1},
            "started_at": "2026-03-01T09:30:00Z",
            "current_period_end": "2026-11-21T12:00:00Z",
            "next_payment_at": "2026-11-21T12:00:00Z",
            "installments": None,
            "pending": None,
            "payment_method": {
                "id": document_id(method),
                "type": "card",
                "brand": "visa",
                "last4": "4242",
            },
            "affiliate": None,
            "capabilities": {
                "pause": "native",
                "pause_until": "native",
                "resume": "native",
                "cancel": "native",
                "cancel_at_period_end": "native",
                "cancel_on_date": "native",
                "undo_cancel": "native",
                "change": "native",
                "price": "native",
                "proration": "native",
            },
            "version": 3,
        }

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"billing_status": "past_due"},
            {"billing_status": "canceled", "ended_at": NOW},
            {"billing_status": "incomplete_expired"},
            {"billing_status": "incomplete", "payment_method": "pm_unknown"},
            {"billing_status": "trialing", "trial_end": NOW},
            {"pause": PauseBehavior.VOID, "resumes_at": NOW + timedelta(days=3)},
            {"cancels_at_period_end": True},
            {"amount_minor": None, "interval": None, "interval_count": None, "product": None},
            {"provider": ProviderName.PAYPAL, "billing_status": "ACTIVE"},
        ],
    )
    def test_the_answer_has_the_documented_shape_in_every_state(
        self, changes: dict[str, Any]
    ) -> None:
        one = a_subscription(**changes)

        SubscriptionAnswer.model_validate_json(Api(one).read(one.id).text or "")

    @pytest.mark.feature("L3-30")
    def test_a_cancellation_that_is_set_is_told_apart_from_status_and_access(self) -> None:
        one = a_subscription(cancels_at_period_end=True)

        document = Api(one).read(one.id).json

        assert document["status"] == document["billing_status"] == "active"
        assert document["access"]["state"] == "ending"
        assert document["access"]["until"] == "2026-11-21T12:00:00Z"
        assert document["pending"] == {"kind": "cancel", "at": "2026-11-21T12:00:00Z"}
        assert document["next_payment_at"] is None

    def test_a_pause_is_seen_although_the_provider_calls_it_active(self) -> None:
        resumes_at = NOW + timedelta(days=3)
        one = a_subscription(pause=PauseBehavior.VOID, resumes_at=resumes_at)

        document = Api(one).read(one.id).json

        assert (document["status"], document["billing_status"]) == ("paused", "active")
        assert document["pending"] is None
        assert document["next_payment_at"] == "2026-11-04T12:00:00Z"

    def test_its_own_payment_method_comes_before_the_customers_default(self) -> None:
        one = a_subscription(payment_method="pm_own")
        api = Api(one)
        api.show(a_method("pm_default", "4242"), of=ANN.id)
        api.show(a_method("pm_own", "1881"), of=ANN.id)

        assert api.read(one.id).json["payment_method"]["last4"] == "1881"

    def test_an_unseen_product_or_method_is_unknown_and_not_an_error(self) -> None:
        one = a_subscription()

        document = Api(one).read(one.id).json

        assert document["name"] is None
        assert document["payment_method"] is None

    def test_a_new_name_is_shown_within_a_minute(self) -> None:
        one = a_subscription()
        api = Api(one)
        api.sell("Gold plan")
        api.read(one.id)
        api.sell("Platinum plan")

        assert api.read(one.id).json["name"] == "Gold plan"
        api.clock.advance(timedelta(seconds=60))
        assert api.read(one.id).json["name"] == "Platinum plan"

    def test_a_name_that_comes_later_is_shown_at_once(self) -> None:
        one = a_subscription()
        api = Api(one)
        api.read(one.id)
        api.sell("Gold plan")

        assert api.read(one.id).json["name"] == "Gold plan"


@pytest.mark.case("G1")
class TestForeignSubscriptions:
    def test_somebody_elses_is_answered_exactly_as_a_missing_one(self) -> None:
        bos = a_subscription(customer=BO.id)
        api = Api(bos)

        foreign = api.read_mine(bos.id, me=ANN.id)
        missing = api.read_mine(derived_id("sub", origin="nothing"), me=ANN.id)

        assert foreign == missing
        assert foreign.status == 404
        assert api.read_mine(bos.id, me=BO.id).status == 200

    def test_nor_does_the_work_done_tell_them_apart(self) -> None:
        bos = a_subscription(customer=BO.id)
        api = Api(bos)
        api.gateway.calls.clear()

        api.read_mine(bos.id, me=ANN.id)
        foreign = list(api.gateway.calls)
        api.gateway.calls.clear()
        api.read_mine(derived_id("sub", origin="nothing"), me=ANN.id)

        assert api.gateway.calls == foreign

    def test_a_list_holds_nobody_elses(self) -> None:
        anns, bos = a_subscription("a"), a_subscription("b", customer=BO.id)

        answer = Api(anns, bos).list_mine()

        assert [row["id"] for row in answer.json["data"]] == [anns.id]


class TestListingSubscriptions:
    THREE = tuple(
        a_subscription(f"s{n}", started_at=SPRING + timedelta(days=n % 2)) for n in range(3)
    )

    @pytest.mark.feature("K1-17")
    @pytest.mark.feature("L3-05")
    def test_shows_the_same_to_the_customer_and_to_the_merchant(self) -> None:
        api = Api(*self.THREE)

        mine, theirs = api.list_mine(), api.list_of(ANN.id)

        assert mine.json == theirs.json
        SubscriptionList.model_validate_json(mine.text or "")
        starts = [row["started_at"] for row in mine.json["data"]]
        assert starts == sorted(starts, reverse=True)

    @pytest.mark.feature("K1-17")
    def test_looking_is_governed_by_no_switch(self) -> None:
        routes = [r for r in ROUTES if r.key.startswith("GET /v1/me/subscriptions")]

        assert [route.feature for route in routes] == [None, None]

    @pytest.mark.parametrize("limit", ["1", "2", "3", "9"])
    def test_every_page_size_shows_each_once(self, limit: str) -> None:
        api = Api(*self.THREE)
        query, seen = {"limit": limit}, []
        while True:
            answer = api.list_mine(**query)
            seen += [row["id"] for row in answer.json["data"]]
            if answer.json["next_cursor"] is None:
                break
            query["cursor"] = answer.json["next_cursor"]

        assert sorted(seen) == sorted(one.id for one in self.THREE)

    def test_a_customers_cursor_is_no_others(self) -> None:
        api = Api(*self.THREE)
        cursor = api.list_mine(limit="1").json["next_cursor"]

        assert api.list_mine(me=BO.id, cursor=cursor).code == "invalid_cursor"

    def test_an_unknown_customer_is_not_found(self) -> None:
        api = Api()

        assert api.list_of(BO.id).json == {"data": [], "next_cursor": None}
        assert api.list_of(customer_id("nobody")).code == "not_found"

    def test_costs_two_queries_at_once_and_names_once_a_minute(self) -> None:
        api = Api(*self.THREE)
        api.sell("Gold plan")
        api.list_mine()
        api.gateway.calls.clear()

        api.list_mine()

        assert api.gateway.calls == ["query", "query"]
