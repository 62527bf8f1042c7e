"""The official SDK drives the stand-in; requests and answers are validated on the way."""

import functools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from infra.local.stripe.webhooks import Endpoint
from tests.contract.stripe.conftest import Shop
from tests.contract.stripe.openapi import ContractError, recorded_requests, validate_request


def plain(obj: Any) -> Any:
    return json.loads(str(obj))


class TestObjects:
    def test_created_customer_is_fetched_with_every_character(self, shop: Shop) -> None:
        name = '=1+1 "Ünïcödé", 🦄\nنورة'
        address = {"line1": "A, B", "city": "München", "country": "DE", "postal_code": "80331"}
        created = shop.v1.customers.create({"name": name, "address": address, "phone": "+49"})

        fetched = shop.v1.customers.retrieve(created.id)

        assert (fetched.name, fetched.address.city, fetched.livemode) == (name, "München", False)

    def test_metadata_is_merged_and_an_empty_value_deletes_its_key(self, shop: Shop) -> None:
        created = shop.v1.customers.create({"metadata": {"a": "1", "b": "2"}})

        updated = shop.v1.customers.update(created.id, {"metadata": {"a": "", "c": "3"}})

        assert plain(updated.metadata) == {"b": "2", "c": "3"}

    def test_empty_text_unsets_a_field(self, shop: Shop) -> None:
        created = shop.v1.customers.create({"name": "A", "phone": "+45"})

        updated = shop.v1.customers.update(created.id, {"phone": ""})

        assert updated.phone is None

    def test_deleted_customer_is_answered_as_deleted(self, shop: Shop) -> None:
        customer = shop.customer()
        subscription = shop.subscription(customer, shop.price())

        shop.v1.customers.delete(customer)

        assert shop.v1.customers.retrieve(customer).deleted is True
        assert shop.v1.subscriptions.retrieve(subscription.id).status == "canceled"

    def test_detached_payment_method_is_no_default_and_cannot_return(self, shop: Shop) -> None:
        customer = shop.customer()
        method = shop.v1.payment_methods.list({"customer": customer}).data[0].id

        shop.v1.payment_methods.detach(method)

        settings = shop.v1.customers.retrieve(customer).invoice_settings
        assert settings.default_payment_method is None
        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.payment_methods.attach(method, {"customer": customer})

    def test_setup_intent_attaches_the_card_that_was_confirmed(self, shop: Shop) -> None:
        customer = shop.v1.customers.create({}).id
        intent = shop.v1.setup_intents.create({"customer": customer})

        done = shop.v1.setup_intents.confirm(intent.id, {"payment_method": "pm_card_mastercard"})

        assert done.status == "succeeded"
        listed = shop.v1.customers.payment_methods.list(customer).data
        assert [method.card.brand for method in listed] == ["mastercard"]

    def test_three_decimal_amounts_must_end_in_zero(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.payment_intents.create({"amount": 5124, "currency": "kwd"})


class TestLists:
    def test_auto_paging_finds_all_in_order_newest_first(self, shop: Shop) -> None:
        made = [shop.v1.customers.create({"name": str(n)}).id for n in range(7)]

        listed = shop.v1.customers.list({"limit": 3}).auto_paging_iter()

        assert [customer.id for customer in listed] == made[::-1]

    def test_ending_before_pages_towards_the_newest(self, shop: Shop) -> None:
        made = [shop.v1.customers.create({"name": str(n)}).id for n in range(7)]

        page = shop.v1.customers.list({"limit": 2, "ending_before": made[2]})

        assert [customer.id for customer in page.data] == [made[4], made[3]]
        assert page.has_more

    def test_a_cursor_stays_good_when_its_object_left_the_filter(self, shop: Shop) -> None:
        customer, price = shop.customer(), shop.price()
        made = [shop.subscription(customer, price).id for _ in range(4)]
        first = shop.v1.subscriptions.list({"limit": 2})

        shop.v1.subscriptions.cancel(first.data[-1].id)

        assert [s.id for s in first.next_page().data] == [made[1], made[0]]

    def test_lists_filter_by_customer_status_and_time(self, shop: Shop) -> None:
        customer = shop.customer()
        ended = shop.subscription(customer, shop.price())
        shop.v1.subscriptions.cancel(ended.id)
        shop.advance(days=1)
        later = shop.subscription(customer, shop.price())
        now = shop.standin.clock.now()

        def ids(**params: object) -> list[str]:
            return [s.id for s in shop.v1.subscriptions.list({"customer": customer, **params})]

        assert ids() == [later.id]
        assert ids(status="canceled") == [ended.id]
        assert ids(status="all", created={"lt": now}) == [ended.id]

    def test_unknown_cursor_is_refused(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.v1.charges.list({"starting_after": "ch_nobody"})

        assert refused.value.param == "starting_after"


class TestExpand:
    def test_nested_paths_become_objects(self, shop: Shop) -> None:
        customer = shop.customer()
        created = shop.subscription(customer, shop.price())

        fetched = shop.v1.subscriptions.retrieve(
            created.id,
            {"expand": ["customer", "latest_invoice.payments", "default_payment_method"]},
        )

        assert fetched.customer.name == "Zoë"
        payment = fetched.latest_invoice.payments.data[0].payment.payment_intent
        assert shop.charge(customer).payment_intent == payment

    def test_lists_expand_below_data(self, shop: Shop) -> None:
        customer = shop.customer()
        shop.subscription(customer, shop.price())
        shop.v1.refunds.create({"charge": shop.charge(customer).id, "amount": 100})

        listed = shop.v1.charges.list({"expand": ["data.refunds", "data.balance_transaction"]})

        assert listed.data[0].refunds.data[0].amount == 100
        assert listed.data[0].balance_transaction.net == 4900 - (4900 * 29 // 1000 + 30)

    def test_fields_that_must_be_asked_for_are_absent_otherwise(self, shop: Shop) -> None:
        customer = shop.customer()
        shop.subscription(customer, shop.price())

        fetched = plain(shop.charge(customer))

        assert "refunds" not in fetched

    @pytest.mark.parametrize(
        "path", ["payments.data.payment.payment_intent.customer", "nothing_like_this"]
    )
    def test_too_deep_or_unknown_paths_are_refused(self, shop: Shop, path: str) -> None:
        customer = shop.customer()
        subscription = shop.subscription(customer, shop.price())

        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.invoices.retrieve(subscription.latest_invoice, {"expand": [path]})


class TestErrors:
    def test_unknown_id_is_a_404_with_code_and_request_id(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError) as missing:
            shop.v1.customers.retrieve("cus_nobody")

        error = missing.value
        assert (error.http_status, error.code) == (404, "resource_missing")
        assert error.request_id == shop.standin.api.log[-1]["id"]

    def test_unknown_parameter_is_named(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.v1.customers.create({"nme": "x"})

        assert (refused.value.code, refused.value.param) == ("parameter_unknown", "nme")

    @pytest.mark.parametrize("key", ["sk_live_real", "pk_test_public", "x"])
    def test_only_secret_test_keys_open_the_account(self, shop: Shop, key: str) -> None:
        with pytest.raises(stripe.AuthenticationError):
            shop.v1.customers.list({}, {"api_key": key})

    def test_declined_card_tells_why_and_keeps_the_intent(self, shop: Shop) -> None:
        card = "pm_card_visa_chargeDeclinedInsufficientFunds"
        params = {"amount": 500, "currency": "usd", "payment_method": card, "confirm": True}

        with pytest.raises(stripe.CardError) as declined:
            shop.v1.payment_intents.create(params)

        error: Any = declined.value.error
        assert (error.code, error.decline_code) == ("card_declined", "insufficient_funds")
        kept = shop.v1.payment_intents.retrieve(error.payment_intent.id)
        assert kept.status == "requires_payment_method"

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            ({"kind": "rate_limited", "reason": "endpoint-rate"}, stripe.RateLimitError),
            ({"kind": "error", "status": 500}, stripe.APIError),
            ({"kind": "error", "status": 503}, stripe.APIError),
            ({"kind": "reset"}, stripe.APIConnectionError),
            ({"kind": "reset", "when": "after"}, stripe.APIConnectionError),
            ({"kind": "hang", "seconds": 0.01}, stripe.APIConnectionError),
        ],
    )
    def test_each_fault_raises_the_class_that_the_product_must_handle(
        self, shop: Shop, fault: dict[str, object], expected: type[Exception]
    ) -> None:
        shop.control.post("faults", path="/v1/customers", method="POST", **fault)

        with pytest.raises(expected):
            shop.v1.customers.create({"name": "first"})

        assert shop.v1.customers.create({"name": "second"}).name == "second"

    def test_rate_limit_says_which_limit_it_was(self, shop: Shop) -> None:
        shop.control.post("faults", kind="rate_limited", reason="resource-specific")

        with pytest.raises(stripe.RateLimitError) as limited:
            shop.v1.customers.list()

        headers = limited.value.headers or {}
        assert headers["Stripe-Rate-Limited-Reason"] == "resource-specific"


class TestIdempotency:
    def test_same_key_and_params_replays_the_first_answer(self, shop: Shop) -> None:
        first = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
        again = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

        assert again.id == first.id
        assert shop.http.headers["Idempotent-Replayed"] == "true"
        assert len(shop.v1.customers.list().data) == 1

    def test_same_key_with_other_params_is_an_idempotency_error(self, shop: Shop) -> None:
        shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

        with pytest.raises(stripe.IdempotencyError) as refused:
            shop.v1.customers.create({"name": "B"}, {"idempotency_key": "k"})

        assert refused.value.http_status == 400

    def test_a_500_after_executing_is_replayed_and_nothing_happens_twice(self, shop: Shop) -> None:
        customer = shop.customer()
        shop.subscription(customer, shop.price())
        params = {"charge": shop.charge(customer).id, "amount": 100}
        shop.control.post("faults", kind="error", when="after", path="/v1/refunds")

        for _ in range(2):
            with pytest.raises(stripe.APIError):
                shop.v1.refunds.create(params, {"idempotency_key": "op:1"})

        assert [refund.amount for refund in shop.v1.refunds.list().data] == [100]

    def test_a_500_before_executing_leaves_the_key_unused(self, shop: Shop) -> None:
        shop.control.post("faults", kind="error", when="before", method="POST")

        with pytest.raises(stripe.APIError):
            shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

        assert shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).name == "A"

    def test_the_key_is_forgotten_after_24_hours_of_the_providers_time(self, shop: Shop) -> None:
        first = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
        shop.advance(days=1)

        again = shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

        assert again.id != first.id

    def test_a_validation_error_is_not_remembered(self, shop: Shop) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.customers.create({"nme": "A"}, {"idempotency_key": "k"})

        assert shop.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).name == "A"

    def test_a_key_whose_request_still_executes_is_a_conflict(self, shop: Shop) -> None:
        executing, may_end = threading.Event(), threading.Event()

        def wait(_seconds: float) -> bool:
            executing.set()
            return may_end.wait(10)

        shop.standin.api.wait = wait
        shop.control.post("faults", kind="slow", when="before", path="/v1/customers")
        create = functools.partial(
            shop.v1.customers.create, {"name": "A"}, {"idempotency_key": "k"}
        )

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(create)
            assert executing.wait(10)
            with pytest.raises(stripe.APIError) as conflict:
                create()
            may_end.set()

        error: Any = conflict.value.error
        assert (conflict.value.http_status, error.code) == (409, "idempotency_key_in_use")
        assert create().id == first.result().id

    def test_get_requests_know_no_keys(self, shop: Shop) -> None:
        customer = shop.v1.customers.create({"name": "A"}).id
        shop.v1.customers.retrieve(customer, options={"idempotency_key": "k"})

        shop.v1.customers.update(customer, {"name": "B"}, {"idempotency_key": "k"})

        assert shop.v1.customers.retrieve(customer).name == "B"


class TestEventsAndWebhooks:
    def test_delivered_webhook_passes_the_sdks_own_verification(self, shop: Shop) -> None:
        received: list[tuple[bytes, str]] = []
        shop.standin.dispatcher._post = lambda _url, body, headers, _timeout: (
            received.append((body, headers["Stripe-Signature"])) or 200  # type: ignore[func-returns-value]  # append is what is wanted
        )
        shop.standin.dispatcher.set_endpoints([Endpoint("http://x", ("whsec_old", "whsec_new"))])

        shop.v1.customers.create({"name": "Zoë"}, {"idempotency_key": "mine"})
        shop.standin.dispatcher.drain(5)

        body, signature = received[0]
        for secret in ("whsec_old", "whsec_new"):
            event = stripe.Webhook.construct_event(body, signature, secret)
            assert (event.type, event.data.object["name"]) == ("customer.created", "Zoë")
        assert event.request is not None
        assert event.request.idempotency_key == "mine"
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", signature, "whsec_old")

    def test_events_list_by_type_and_from_a_point_in_time(self, shop: Shop) -> None:
        customer = shop.v1.customers.create({"name": "A"}).id
        shop.v1.customers.update(customer, {"name": "B"})
        created = shop.v1.events.list({"types": ["customer.created"]}).data[0]

        newer = shop.v1.events.list({"ending_before": created.id})

        assert [event.type for event in newer.data] == ["customer.updated"]
        assert plain(newer.data[0].data.previous_attributes) == {"name": "A"}

    def test_undelivered_events_are_found_by_delivery_success(self, shop: Shop) -> None:
        answers = iter([500, 200])
        shop.standin.dispatcher._post = lambda *_: next(answers)
        shop.standin.dispatcher.configure(senders=1, attempts_max=1)
        shop.standin.dispatcher.set_endpoints([Endpoint("http://x", ("whsec_a",))])
        for name in ("lost", "kept"):
            shop.v1.customers.create({"name": name})
            shop.standin.dispatcher.drain(5)

        missing = shop.v1.events.list({"delivery_success": False})

        assert [event.data.object["name"] for event in missing.data] == ["lost"]


class TestRecorder:
    def test_recorded_requests_can_be_held_against_the_contract(self, shop: Shop) -> None:
        shop.v1.charges.list({"created": {"gte": 1}, "expand": ["data.refunds"], "limit": 3})

        method, path, params = recorded_requests(shop.control.get("requests")["requests"])[-1]

        assert (method, path, params["created"]) == ("GET", "/v1/charges", {"gte": "1"})
        validate_request(method, path, params)

    def test_the_validator_refuses_what_stripe_would_refuse(self) -> None:
        validate_request("POST", "/v1/refunds", {"charge": "ch_1", "amount": "100"})

        for wrong in ({"amount": "1.5"}, {"amout": "1"}, {"reason": "because"}):
            with pytest.raises(ContractError):
                validate_request("POST", "/v1/refunds", wrong)
