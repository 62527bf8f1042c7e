"""What the product's Stripe adapter asks, held against Stripe's description.

The stand-in records every request; none may be one that Stripe would not understand, and each
answer has to become a snapshot.
"""

import json
from collections.abc import Iterable, Iterator

import pytest
import stripe

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.events import object_of
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.snapshot import (
    CustomerSnapshot,
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    PaymentSnapshot,
    ProviderName,
    SubscriptionSnapshot,
)
from infra.local.seed import Seeder, seed_shop
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn
from tests.contract.stripe.conftest import Shop
from tests.contract.stripe.openapi import recorded_requests, validate_request


def provider_for(api_base: str) -> StripeProvider:
    client: list[stripe.StripeClient] = []

    def once() -> stripe.StripeClient:
        if not client:
            client.append(make_client("sk_test_product", api_base=api_base))
        return client[0]

    return StripeProvider(once)


def validate_recorded(shop: Shop) -> None:
    for method, path, params in recorded_requests(shop.standin.api.log):
        validate_request(method, path, params)


@pytest.fixture
def provider(shop: Shop) -> Iterator[StripeProvider]:
    yield provider_for(shop.server.api_base)
    validate_recorded(shop)


def reference(kind: ObjectKind, provider_id: str) -> ObjectReference:
    return ObjectReference(ProviderName.STRIPE, kind, provider_id)


class TestEveryKind:
    def test_a_customer(self, shop: Shop, provider: StripeProvider) -> None:
        customer = shop.customer(email="zoe@example.com")

        found = provider.fetch(reference(ObjectKind.CUSTOMER, customer))

        assert isinstance(found, CustomerSnapshot)
        assert (found.name, found.email) == ("Zoë", "zoe@example.com")

    @pytest.mark.parametrize("kind", list(ObjectKind))
    def test_an_object_that_is_not_there(self, provider: StripeProvider, kind: ObjectKind) -> None:
        assert provider.fetch(reference(kind, "nobody_1")) is None

    def test_a_deleted_customer(self, shop: Shop, provider: StripeProvider) -> None:
        customer = shop.customer()
        shop.v1.customers.delete(customer)

        assert provider.fetch(reference(ObjectKind.CUSTOMER, customer)) is None

    def test_a_subscription_and_its_first_invoice(
        self, shop: Shop, provider: StripeProvider
    ) -> None:
        made = shop.subscription(shop.customer(), shop.price(4900))

        subscription = provider.fetch(reference(ObjectKind.SUBSCRIPTION, made.id))
        invoice = provider.fetch(reference(ObjectKind.INVOICE, made.latest_invoice))

        assert isinstance(subscription, SubscriptionSnapshot)
        assert (subscription.status, subscription.amount_minor) == ("active", 4900)
        assert isinstance(invoice, InvoiceSnapshot)
        assert (invoice.paid_minor, invoice.subscription) == (4900, made.id)

    def test_a_charge_with_more_refunds_than_one_page_embeds(
        self, shop: Shop, provider: StripeProvider
    ) -> None:
        customer = shop.customer()
        shop.subscription(customer, shop.price(4900))
        charge = shop.charge(customer).id
        for _ in range(13):
            shop.v1.refunds.create({"charge": charge, "amount": 100})

        found = provider.fetch(reference(ObjectKind.PAYMENT, charge))

        assert isinstance(found, PaymentSnapshot)
        assert [refund.amount_minor for refund in found.refunds] == [100] * 13

    def test_a_disputed_charge(self, shop: Shop, provider: StripeProvider) -> None:
        customer = shop.customer()
        shop.subscription(customer, shop.price(4900))
        charge = shop.charge(customer).id
        dispute = shop.control.post("dashboard/dispute", charge=charge)
        shop.control.post("dashboard/dispute_close", dispute=dispute["id"], won=True)

        found = provider.fetch(reference(ObjectKind.PAYMENT, charge))

        assert isinstance(found, PaymentSnapshot)
        assert [m.amount_minor for m in found.disputes[0].movements] == [-4900, 4900]


def test_every_event_of_a_seeded_shop_leads_to_a_fetch_that_stripe_understands() -> None:
    standin = StandIn(seed=1)
    with running(standin) as server:
        seed_shop(Seeder(server.api_base))
        provider = provider_for(server.api_base)
        standin.api.log.clear()
        for found in sorted(_references(standin.account.store.newest_first("event"))):
            provider.fetch(ObjectReference(ProviderName.STRIPE, ObjectKind(found[0]), found[1]))

    requests = recorded_requests(standin.api.log)
    assert len(requests) > 200
    for method, path, params in requests:
        validate_request(method, path, params)


def _references(events: Iterable[dict[str, object]]) -> set[tuple[str, str]]:
    named = (object_of(json.loads(json.dumps(event))) for event in events)
    return {(found.kind.value, found.provider_id) for found in named if found}
