"""Somebody else's object costs what a missing one costs: time must not tell them apart (G1)."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.document_items import document_id, document_item, document_key
from frontdesk.adapters.dynamodb.operations import Put, Unconditional
from frontdesk.adapters.dynamodb.subscription_item import subscription_item
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import PaymentMethodSnapshot, ProviderName
from frontdesk.domain.subscription import Subscription
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.routes import ROUTES, Caller
from frontdesk.entrypoints.sessions import session_handlers
from frontdesk.use_cases.wallets import WalletWorld
from tests.fakes.api_gateway import CUSTOMER, ID, Answer, ask, event
from tests.fakes.settings import FixedSettings
from tests.paying import DEFAULT, EDIT, REMOVE, wallet_function, wallet_world
from tests.subscribing import subscription_function
from tests.unit.use_cases.sign_in_world import World

CURSORS = Cursors(lambda: "a secret of the deployment")


class Shop(World):
    """Where the caller owns nothing, and somebody else a subscription and a session."""

    def subscription_of_another(self) -> str:
        now = self.clock.now()
        subscription = Subscription(
            id=derived_id("sub", origin="another's"),
            customer_id=self.add_customer("another"),
            provider=ProviderName.STRIPE,
            provider_id="sub_1",
            created_at=now,
            started_at=now,
            billing_status="active",
            amount_minor=2900,
            currency="usd",
            interval="month",
            interval_count=1,
            quantity=1,
            product="prod_1",
            price="price_1",
            current_period_start=now,
            current_period_end=now,
        )
        item = subscription_item(subscription, at=now)
        key = keys.subscription(subscription.id)
        self.gateway.write(Put(key, item, Unconditional("test data")))
        return subscription.id

    def session_of_another(self) -> str:
        self.add_customer("another")
        return self.enter(self.token(subject="another")).session.id

    def read_subscription(self, identifier: str) -> Answer:
        function = subscription_function(self.gateway, clock=self.clock)
        made = event("GET /v1/me/subscriptions/{id}", caller=CUSTOMER, path={"id": identifier})
        return ask(function, made)

    def change_subscription(self, identifier: str, *, key: str, body: str) -> Answer:
        function = subscription_function(self.gateway, clock=self.clock)
        made = event(
            key,
            caller=CUSTOMER,
            path={"id": identifier},
            headers={"content-type": "application/json", "idempotency-key": str(uuid4())},
            body=body,
        )
        return ask(function, made)

    def method_of_another(self) -> str:
        customer = self.add_customer("another")
        method = PaymentMethodSnapshot(
            ProviderName.STRIPE, "pm_1", "cus_1", self.clock.now(), "card"
        )
        key = document_key(method, customer_id=customer)
        item = document_item(method, customer_id=customer, at=self.clock.now())
        self.gateway.write(Put(key, item, Unconditional("test data")))
        return document_id(method)

    def change_method(self, identifier: str, *, key: str, body: str) -> Answer:
        function = wallet_function(self.gateway, clock=self.clock, world=self.wallet_world)
        made = event(
            key,
            caller=CUSTOMER,
            path={"id": identifier},
            headers={"content-type": "application/json", "if-match": '"1"'},
            body=body,
        )
        return ask(function, made)

    def wallet_world(self) -> WalletWorld:
        """With no provider to ask: whoever gets as far as that fails."""
        nobody: Any = None
        return wallet_world(
            self.gateway, commands={}, mirror=nobody, settings=FixedSettings(), clock=self.clock
        )

    def end_session(self, identifier: str) -> Answer:
        handlers = session_handlers(
            sign_in=lambda: self.sign_in,
            sessions=lambda: self.sessions,
            cursors=CURSORS,
            clock=self.clock,
            note_refusal=lambda _: None,
        )
        table = [r for r in ROUTES if r.key in handlers]
        function = http_function("sessions", handlers, table=table)
        made = event("DELETE /v1/sessions/{id}", caller=CUSTOMER, path={"id": identifier})
        return ask(function, made)


BODIES = {
    "POST /v1/me/subscriptions/{id}/cancel": '{"when": "period_end"}',
    "POST /v1/me/subscriptions/{id}/undo-cancel": "{}",
    "POST /v1/me/subscriptions/{id}/pause": "{}",
    "POST /v1/me/subscriptions/{id}/resume": "{}",
    "POST /v1/me/subscriptions/{id}/change": json.dumps({"offer_id": f"off_{ID}"}),
    "DELETE /v1/me/subscriptions/{id}/pending-change": "",
}
METHOD_BODIES = {DEFAULT: "", EDIT: '{"expiry": {"month": 1, "year": 2033}}', REMOVE: ""}
CASES: dict[str, tuple[Callable[[Shop], str], Callable[[Shop, str], Answer]]] = {
    **{
        key: (Shop.subscription_of_another, partial(Shop.change_subscription, key=key, body=body))
        for key, body in BODIES.items()
    },
    **{
        key: (Shop.method_of_another, partial(Shop.change_method, key=key, body=body))
        for key, body in METHOD_BODIES.items()
    },
    "GET /v1/me/subscriptions/{id}": (Shop.subscription_of_another, Shop.read_subscription),
    "DELETE /v1/sessions/{id}": (Shop.session_of_another, Shop.end_session),
}


@pytest.mark.case("G1")
class TestForeignIds:
    def test_every_route_on_which_a_customer_names_an_object_is_tried(self) -> None:
        open_to_customers = (Caller.CUSTOMER, Caller.SIGNED_IN)

        assert set(CASES) == {
            r.key for r in ROUTES if r.id_prefix and r.caller in open_to_customers
        }

    @pytest.mark.parametrize("key", CASES)
    def test_a_foreign_id_takes_the_same_calls_as_a_missing_one(self, key: str) -> None:
        put, ask_for = CASES[key]
        shop = Shop()
        foreign = put(shop)
        missing = derived_id(foreign.partition("_")[0], origin="missing")
        answers, calls = [], []
        for identifier in (foreign, missing):
            shop.gateway.calls.clear()
            answers.append(ask_for(shop, identifier))
            calls.append(list(shop.gateway.calls))

        assert answers[0] == answers[1]
        assert answers[0].code == "not_found"
        assert calls[0] == calls[1]
