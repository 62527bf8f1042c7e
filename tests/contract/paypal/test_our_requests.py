"""What the product's PayPal adapter asks, held against PayPal's descriptions.

The stand-in records every request; none may be one that PayPal would not understand, and each
answer has to become a snapshot.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.client import PayPalClient, PayPalRefusedError
from frontdesk.adapters.paypal.events import subject_of
from frontdesk.adapters.paypal.http import exchange
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.snapshot import (
    ObjectKind,
    ObjectReference,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    PriceSnapshot,
    ProductSnapshot,
    RefundStatus,
    Snapshot,
    SubscriptionSnapshot,
    Suspension,
)
from frontdesk.domain.subscription import SubscriptionStatus, subscription_of
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from tests.contract.paypal.openapi import recorded_requests, validate_request
from tests.contract.paypal.shop import Shop, client_for
from tests.fakes.clock import FakeClock
from tests.paypal_shop import cycle, free_trial
from tests.unit.adapters.paypal.fakes import (
    CREDENTIALS,
    FakeSecrets,
    MemoryRefundIndex,
    reference,
)

OPERATION = "op_0123456789abcdefghjkmnpqrs"
FETCHED = (
    ObjectKind.PAYMENT_METHOD,
    ObjectKind.PRICE,
    ObjectKind.PRODUCT,
    ObjectKind.SUBSCRIPTION,
    ObjectKind.PAYMENT,
)


@dataclass
class Adapter:
    """The product's client and provider, with what the webhook would have remembered."""

    shop: Shop
    client: PayPalClient
    refunds: MemoryRefundIndex = field(default_factory=MemoryRefundIndex)

    @property
    def provider(self) -> PayPalProvider:
        return PayPalProvider(lambda: self.client, refunds=self.refunds)

    def hear(self) -> list[ObjectReference]:
        """Reads all events so far, as the webhook does; answers what they are about."""
        found = []
        for event in self.shop.events():
            subject = subject_of(json.loads(json.dumps(event)))
            if subject is None:
                continue
            if subject.refund_id:
                self.refunds.remember(subject.reference, subject.refund_id)
            found.append(subject.reference)
        return found

    def fetch(self, kind: ObjectKind, provider_id: str) -> Snapshot | None:
        return self.provider.fetch(reference(kind, provider_id))

    def payment(self, provider_id: str) -> PaymentSnapshot:
        self.hear()
        found = self.fetch(ObjectKind.PAYMENT, provider_id)
        assert isinstance(found, PaymentSnapshot)
        return found

    def subscription(self, provider_id: str) -> SubscriptionSnapshot:
        found = self.fetch(ObjectKind.SUBSCRIPTION, provider_id)
        assert isinstance(found, SubscriptionSnapshot)
        return found

    def status(self, provider_id: str) -> SubscriptionStatus:
        snapshot = self.subscription(provider_id)
        return subscription_of(snapshot, customer_id="cus_1", version=1).status


@pytest.fixture
def adapter(shop: Shop) -> Iterator[Adapter]:
    made = Adapter(shop, client_for(shop))
    yield made
    requests = recorded_requests(shop.standin.api.log)
    for request in requests:
        validate_request(**request)


class TestEveryKind:
    @pytest.mark.parametrize("kind", FETCHED)
    def test_an_object_that_is_not_there(self, adapter: Adapter, kind: ObjectKind) -> None:
        assert adapter.fetch(kind, "NOBODY-1") is None

    @pytest.mark.parametrize("kind", sorted(set(ObjectKind) - set(FETCHED)))
    def test_what_paypal_does_not_have_is_never_taken_for_deleted(
        self, adapter: Adapter, kind: ObjectKind
    ) -> None:
        with pytest.raises(ProviderRejectedError):
            adapter.fetch(kind, "NOBODY-1")

    def test_a_product(self, shop: Shop, adapter: Adapter) -> None:
        found = adapter.fetch(ObjectKind.PRODUCT, shop.product())

        assert isinstance(found, ProductSnapshot)
        assert (found.name, found.is_active) == ("Course", True)

    def test_a_plan_is_a_price(self, shop: Shop, adapter: Adapter) -> None:
        product = shop.product()
        found = adapter.fetch(ObjectKind.PRICE, shop.plan("49.00", product=product))

        assert isinstance(found, PriceSnapshot)
        assert (found.product, found.unit_amount_minor, found.currency) == (product, 4900, "eur")
        assert (found.interval, found.interval_count, found.is_active) == ("month", 1, True)

    def test_a_saved_wallet(self, shop: Shop, adapter: Adapter) -> None:
        token = saved_wallet(shop)
        found = adapter.fetch(ObjectKind.PAYMENT_METHOD, token)

        assert isinstance(found, PaymentMethodSnapshot)
        assert found.type == "paypal"
        assert found.payer is not None
        assert (found.customer, found.payer_email) == (found.payer.provider_id, found.payer.email)

    def test_a_wallet_that_its_owner_took_away(self, shop: Shop, adapter: Adapter) -> None:
        token = saved_wallet(shop)
        shop.client.act("remove_wallet", payment_token=token)

        assert adapter.fetch(ObjectKind.PAYMENT_METHOD, token) is None


def saved_wallet(shop: Shop) -> str:
    wallet = {"paypal": {"usage_type": "MERCHANT", "experience_context": {}}}
    setup = shop.client.ok(
        "POST", "/v3/vault/setup-tokens", {"payment_source": wallet}, key="setup"
    )
    shop.client.act("approve", setup_token=setup["id"])
    body = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
    made = shop.client.ok("POST", "/v3/vault/payment-tokens", body, key="token")
    return str(made["id"])


class TestSubscriptions:
    def test_one_that_runs(self, shop: Shop, adapter: Adapter) -> None:
        product = shop.product()
        plan = shop.plan("49.00", product=product, quantity_supported=True)
        made = shop.subscription(plan, quantity="3")
        found = adapter.subscription(made)

        assert (found.status, found.amount_minor, found.currency) == ("ACTIVE", 14_700, "eur")
        assert (found.interval, found.interval_count, found.quantity) == ("month", 1, 3)
        assert (found.product, found.price) == (product, plan)
        assert found.payer is not None
        assert found.customer == found.payer.provider_id
        assert found.current_period_start is not None
        assert found.current_period_end is not None
        assert found.current_period_start < found.current_period_end
        assert adapter.status(made) is SubscriptionStatus.ACTIVE

    def test_one_that_waits_for_its_buyer(self, shop: Shop, adapter: Adapter) -> None:
        body = {"plan_id": shop.plan(), "subscriber": {"email_address": "zoe@example.com"}}
        made = shop.client.ok("POST", "/v1/billing/subscriptions", body)["id"]
        found = adapter.subscription(made)

        assert adapter.status(made) is SubscriptionStatus.PENDING_APPROVAL
        assert found.payer is not None
        assert (found.customer, found.payer.email) == (f"guest:{made}", "zoe@example.com")
        assert found.current_period_end is None

    def test_one_that_the_merchant_paused(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.subscription()
        before = adapter.subscription(made)
        shop.client.act("suspend", subscription=made)
        found = adapter.subscription(made)

        assert found.suspension is Suspension.REQUESTED
        assert adapter.status(made) is SubscriptionStatus.PAUSED
        assert is_about(found.paid_until, before.current_period_end)
        assert found.current_period_end == found.paid_until

    def test_one_whose_payments_failed(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.subscription(shop.plan("49.00"))
        first = adapter.subscription(made)
        shop.client.act("buyer", subscription=made, conduct="declines")
        for _ in range(90):
            shop.client.advance(days=1)
        found = with_a_new_token(adapter).subscription(made)

        assert (found.status, found.suspension) == ("SUSPENDED", Suspension.PAYMENT_FAILED)
        assert is_about(found.paid_until, first.current_period_end)

    def test_one_that_was_canceled_ends_when_the_paid_month_does(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.subscription()
        running = adapter.subscription(made)
        shop.client.advance(days=10)
        shop.client.act("cancel", subscription=made)
        later = with_a_new_token(adapter)
        found = later.subscription(made)

        assert found.canceled_at == found.ended_at == found.created_at + timedelta(days=10)
        assert is_about(found.paid_until, running.current_period_end)
        assert later.status(made) is SubscriptionStatus.CANCELED

    def test_one_in_its_free_trial(self, shop: Shop, adapter: Adapter) -> None:
        plan = shop.plan(billing_cycles=[free_trial(7), cycle("49.00", sequence=2)])
        found = adapter.subscription(shop.subscription(plan))

        assert found.amount_minor == 4900
        assert found.current_period_start is not None
        assert found.current_period_end is not None
        assert is_about(found.current_period_end, found.current_period_start + timedelta(days=7))
        assert found.paid_until == found.current_period_end

    def test_one_with_a_price_of_its_own(self, shop: Shop, adapter: Adapter) -> None:
        plan = shop.plan("49.00")
        own = {"billing_cycles": [{"sequence": 1, "pricing_scheme": fixed("39.00")}]}
        body = {"plan_id": plan, "plan": own}
        made = shop.client.ok("POST", "/v1/billing/subscriptions", body)["id"]
        shop.client.act("approve", subscription=made)
        found = adapter.subscription(made)

        assert (found.amount_minor, found.price) == (3900, plan)
        assert found.product is not None


def is_about(moment: datetime | None, other: datetime | None) -> bool:
    """PayPal bills at ten o'clock, and counts days in a zone of its own."""
    assert moment is not None
    assert other is not None
    return abs(moment - other) < timedelta(days=1)


def fixed(value: str) -> dict[str, Any]:
    return {"fixed_price": {"currency_code": "EUR", "value": value}}


def with_a_new_token(adapter: Adapter) -> Adapter:
    """The one before is nine hours old by PayPal's clock."""
    return Adapter(adapter.shop, client_for(adapter.shop), adapter.refunds)


class TestPayments:
    def test_a_subscriptions_sale(self, shop: Shop, adapter: Adapter) -> None:
        found = adapter.payment(shop.sale("49.00"))

        assert (found.status, found.amount_minor, found.captured_minor, found.currency) == (
            PaymentStatus.SUCCEEDED,
            4900,
            4900,
            "eur",
        )
        assert found.payer is not None
        assert (found.customer, found.method_type) == (found.payer.provider_id, "paypal")

    def test_an_orders_capture(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.capture("20.00", email_address="ann@example.com")
        found = adapter.payment(made)

        assert (found.provider_id, found.captured_minor, found.method_type) == (
            made,
            2000,
            "paypal",
        )
        assert found.payer is not None
        assert (found.customer, found.payer.email) == (
            found.payer.provider_id,
            "ann@example.com",
        )

    def test_the_same_buyer_is_the_same_customer(self, shop: Shop, adapter: Adapter) -> None:
        sale = adapter.payment(shop.sale("49.00", email_address="ann@example.com"))
        capture = adapter.payment(shop.capture("20.00", email_address="ann@example.com"))

        assert sale.customer == capture.customer

    @pytest.mark.parametrize(
        ("currency", "amount_minor"), [("JPY", 2000), ("HUF", 200_000), ("TWD", 200_000)]
    )
    def test_a_currency_that_paypal_counts_whole(
        self, shop: Shop, adapter: Adapter, currency: str, amount_minor: int
    ) -> None:
        found = adapter.payment(shop.capture("2000", currency))

        assert (found.captured_minor, found.currency) == (amount_minor, currency.lower())

    def test_one_that_is_pending_and_one_that_was_denied(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.capture("20.00", conduct="pends")
        assert adapter.payment(made).status is PaymentStatus.PENDING
        assert adapter.payment(made).captured_minor == 0

        shop.client.act("payment_denied", payment=made)
        assert adapter.payment(made).status is PaymentStatus.FAILED

    @pytest.mark.parametrize("make", [Shop.sale, Shop.capture])
    def test_refunds_in_the_dashboard_are_found_by_their_events(
        self, shop: Shop, adapter: Adapter, make: Any
    ) -> None:
        made = make(shop, "49.00")
        for value in ("1.50", "2.25"):
            shop.client.act("refund", payment=made, amount=amount(value))
            shop.client.advance(seconds=1)

        found = adapter.payment(made)
        assert [(r.amount_minor, r.status) for r in found.refunds] == [
            (150, RefundStatus.SUCCEEDED),
            (225, RefundStatus.SUCCEEDED),
        ]

    def test_refunds_of_ours_tell_their_operation(self, shop: Shop, adapter: Adapter) -> None:
        capture, sale = shop.capture("20.00"), shop.sale("49.00")
        v2 = {"amount": amount("5.00"), "custom_id": OPERATION}
        v1 = {"amount": {"currency": "EUR", "total": "5.00"}, "invoice_number": OPERATION}
        key = f"op:{OPERATION}"
        adapter.client.post(f"/v2/payments/captures/{capture}/refund", v2, request_id=key)
        adapter.client.post(f"/v1/payments/sale/{sale}/refund", v1, request_id=key)

        for made in (capture, sale):
            (refund,) = adapter.payment(made).refunds
            assert (refund.amount_minor, refund.operation_id) == (500, OPERATION)

    def test_a_refund_that_fails_after_it_had_succeeded(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.sale("49.00", conduct="refund_reverts")
        shop.client.act("refund", payment=made, amount=amount("9.00"))
        assert adapter.payment(made).refunds[0].status is RefundStatus.SUCCEEDED

        shop.client.advance(seconds=3600)
        assert adapter.payment(made).refunds[0].status is RefundStatus.FAILED

    def test_an_orders_refund_that_no_event_told_is_found_in_the_order(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.capture("49.00")
        shop.client.control.post("settings", generates_events=False)
        shop.client.act("refund", payment=made, amount=amount("9.00"))

        assert [refund.amount_minor for refund in adapter.payment(made).refunds] == [900]

    def test_a_sales_refund_that_no_event_told_is_found_once_the_search_knows_it(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.sale("49.00")
        shop.client.control.post("settings", generates_events=False)
        shop.client.act("refund", payment=made, amount=amount("9.00"))
        assert adapter.payment(made).refunds == ()

        shop.client.advance(seconds=4 * 3600)  # the search is three behind
        (refund,) = adapter.payment(made).refunds
        assert refund.amount_minor == 900
        assert adapter.refunds.of(reference(ObjectKind.PAYMENT, made)) == [refund.provider_id]

    def test_another_payments_refund_does_not_count(self, shop: Shop, adapter: Adapter) -> None:
        one, other = shop.sale("49.00"), shop.sale("49.00")
        shop.client.act("refund", payment=other, amount=amount("9.00"))
        adapter.hear()
        (known,) = adapter.refunds.of(reference(ObjectKind.PAYMENT, other))
        adapter.refunds.remember(reference(ObjectKind.PAYMENT, one), known)

        assert adapter.payment(one).refunds == ()
        assert len(adapter.payment(other).refunds) == 1


class TestDisputes:
    def test_a_chargeback_takes_the_money_and_a_win_brings_it_back(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.sale("49.00")
        opened = shop.client.act("dispute", payment=made, stage="CHARGEBACK")
        found = adapter.payment(made)
        assert found.is_disputed
        assert [m.amount_minor for m in found.disputes[0].movements] == [-4900]
        assert found.disputes[0].status == "needs_response"
        assert found.refunds == ()

        shop.client.advance(days=1)
        dispute = opened["id"]
        shop.client.act("dispute_close", dispute=dispute, outcome="RESOLVED_SELLER_FAVOUR")
        found = with_a_new_token(adapter).payment(made)
        assert not found.is_disputed
        assert found.disputes[0].status == "won"
        assert [m.amount_minor for m in found.disputes[0].movements] == [-4900, 4900]

    def test_an_inquiry_moves_nothing_until_it_is_lost(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.capture("20.00")
        opened = shop.client.act("dispute", payment=made, amount=amount("8.00"))
        assert adapter.payment(made).disputes[0].movements == ()

        dispute = opened["id"]
        shop.client.act("dispute_close", dispute=dispute, outcome="RESOLVED_BUYER_FAVOUR")
        (found,) = adapter.payment(made).disputes
        assert (found.status, found.amount_minor) == ("lost", 800)
        assert [m.amount_minor for m in found.movements] == [-800]


def amount(value: str) -> Mapping[str, str]:
    return {"currency_code": "EUR", "value": value}


class TestTheClient:
    @pytest.mark.case("B7")
    def test_a_token_that_paypal_forgot_is_renewed_once(self, shop: Shop, adapter: Adapter) -> None:
        product = shop.product()
        clock = FakeClock()
        base = shop.client.server.api_base
        secrets = FakeSecrets(CREDENTIALS)
        tokens = AccessTokens(
            api_base=base, http=exchange, secrets=secrets, secret_name="p", clock=clock
        )
        client = PayPalClient(api_base=base, http=exchange, tokens=tokens)
        client.get(f"/v1/catalogs/products/{product}")
        clock.advance(timedelta(hours=1))
        issued = shop.client.control.post("tokens/revoke")["issued"]

        assert client.get(f"/v1/catalogs/products/{product}") is not None
        assert shop.standin.api.tokens.issued == issued + 1

    def test_a_key_that_is_used_again_is_the_same_refund(
        self, shop: Shop, adapter: Adapter
    ) -> None:
        made = shop.capture("20.00")
        path, body = f"/v2/payments/captures/{made}/refund", {"amount": amount("5.00")}
        first = adapter.client.post(path, body, request_id="op:1")
        second = adapter.client.post(path, body, request_id="op:1", wants_representation=True)

        assert first["id"] == second["id"]
        assert len(adapter.payment(made).refunds) == 1

    def test_a_refusal_has_paypals_code(self, shop: Shop, adapter: Adapter) -> None:
        made = shop.capture("20.00")

        with pytest.raises(PayPalRefusedError) as raised:
            adapter.client.post(f"/v2/payments/captures/{made}/refund", {"amount": amount("20.01")})
        assert raised.value.issue == "REFUND_AMOUNT_EXCEEDED"

    @pytest.mark.parametrize("kind", ["error", "rate_limited", "reset"])
    def test_an_answer_that_is_none_says_nothing_about_what_was_done(
        self, shop: Shop, adapter: Adapter, kind: str
    ) -> None:
        made = shop.capture("20.00")
        path = f"/v2/payments/captures/{made}/refund"
        fault = {"kind": kind, "method": "POST", "path": path, "when": "after"}
        shop.client.control.post("faults", **fault)

        with pytest.raises(ProviderUnavailableError):
            adapter.client.post(path, {"amount": amount("5.00")}, request_id="op:1")
        again = adapter.client.post(path, {"amount": amount("5.00")}, request_id="op:1")
        assert [r.provider_id for r in adapter.payment(made).refunds] == [again["id"]]


def test_every_event_of_a_busy_shop_leads_to_a_fetch_that_paypal_understands(
    shop: Shop, adapter: Adapter
) -> None:
    subscription = shop.subscription()
    sale, capture = shop.sale("49.00"), shop.capture("20.00")
    shop.client.act("refund", payment=sale, amount=amount("1.00"))
    shop.client.act("dispute", payment=capture)
    shop.client.act("suspend", subscription=subscription)
    shop.client.act("reactivate", subscription=subscription)
    shop.client.act("cancel", subscription=subscription)
    saved_wallet(shop)
    told = [event["event_type"] for event in shop.events()]
    shop.standin.api.log.clear()

    product = shop.product()
    for event_type, resource in (
        ("CATALOG.PRODUCT.UPDATED", {"id": product}),
        ("BILLING.PLAN.UPDATED", {"id": shop.plan(product=product)}),
    ):
        shop.client.act("simulate", event_type=event_type, resource=resource)
    kinds = set()
    for named in dict.fromkeys(adapter.hear()):
        assert adapter.provider.fetch(named) is not None
        kinds.add(named.kind)

    assert len(set(told)) >= 10
    assert kinds == set(FETCHED)
    assert len(recorded_requests(shop.standin.api.log)) > 10
