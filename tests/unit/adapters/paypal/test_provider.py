"""Fetching: which addresses are asked, and what becomes of odd answers."""

from typing import Any

import pytest

from frontdesk.adapters.paypal.client import PayPalShapeError
from frontdesk.adapters.paypal.http import Answer
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.domain.snapshot import (
    ObjectKind,
    PaymentSnapshot,
    Snapshot,
    SubscriptionSnapshot,
)
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from tests.unit.adapters.paypal.fakes import (
    BASE,
    FakeHttp,
    MemoryRefundIndex,
    as_json,
    client_for,
    reference,
)
from tests.unit.adapters.paypal.test_payments import capture, dispute, refund, sale
from tests.unit.adapters.paypal.test_subscriptions import PLAN, subscription

PAYMENT = ObjectKind.PAYMENT
WHOLE_PLAN = PLAN | {
    "id": "P-1",
    "name": "Course",
    "status": "ACTIVE",
    "create_time": "2026-01-01T00:00:00Z",
}


class World:
    def __init__(self) -> None:
        self.http = FakeHttp()
        self.index = MemoryRefundIndex()
        client = client_for(self.http)
        self.provider = PayPalProvider(lambda: client, refunds=self.index)

    def fetch(self, kind: ObjectKind, provider_id: str) -> Snapshot | None:
        return self.provider.fetch(reference(kind, provider_id))

    def payment(self, provider_id: str) -> PaymentSnapshot:
        found = self.fetch(PAYMENT, provider_id)
        assert isinstance(found, PaymentSnapshot)
        return found

    def asked(self) -> list[str]:
        return [one.url.removeprefix(BASE) for one in self.http.asked]


@pytest.fixture
def world() -> World:
    return World()


class TestPayments:
    def test_a_sale_is_looked_for_before_a_capture(self, world: World) -> None:
        world.http.answers("/v2/payments/captures/C1", capture())

        assert world.payment("C1").provider_id == "C1"
        assert world.asked()[1:3] == ["/v1/payments/sale/C1", "/v2/payments/captures/C1"]

    def test_one_that_is_neither_is_not_there(self, world: World) -> None:
        assert world.fetch(PAYMENT, "X1") is None

    @pytest.mark.parametrize(
        "reply", [Answer(503, b""), Answer(404, b"<html>"), Answer(429, b"")], ids=repr
    )
    def test_while_one_address_fails_the_other_does_not_count(
        self, world: World, reply: Answer
    ) -> None:
        world.http.on("GET", f"{BASE}/v1/payments/sale/C1", reply)

        with pytest.raises(ProviderUnavailableError):
            world.fetch(PAYMENT, "C1")

    def test_the_payer_of_a_sale_is_the_subscriber(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(billing_agreement_id="I-1"))
        world.http.answers("/v1/billing/subscriptions/I-1", subscription())

        assert world.payment("S1").customer == "QYR5Z8XDVJNXQ"

    def test_the_payer_of_an_old_payment_stands_in_it(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(parent_payment="PAY-1"))
        world.http.answers(
            "/v1/payments/payment/PAY-1",
            {
                "id": "PAY-1",
                "create_time": "2026-11-01T10:00:00Z",
                "payer": {"payer_info": {"payer_id": "QYR5Z8XDVJNXQ", "email": "z@example.com"}},
                "transactions": [
                    {
                        "related_resources": [
                            {"sale": sale()},
                            {"refund": v1_refund("R1", "S1")},
                            {"refund": v1_refund("R2", "S2")},
                        ]
                    }
                ],
            },
        )
        found = world.payment("S1")

        assert found.customer == "QYR5Z8XDVJNXQ"
        assert [one.provider_id for one in found.refunds] == ["R1"]

    def test_an_order_tells_payer_refunds_and_what_for(self, world: World) -> None:
        world.http.answers("/v2/payments/captures/C1", capture_of("O1"))
        world.http.answers("/v2/checkout/orders/O1", order())
        found = world.payment("C1")

        assert (found.customer, found.description) == ("QYR5Z8XDVJNXQ", "A course")
        assert (found.method_type, found.method_brand, found.method_last4) == (
            "card",
            "visa",
            "4949",
        )
        assert [one.provider_id for one in found.refunds] == ["R1"]

    def test_a_gone_order_leaves_a_guests_payment(self, world: World) -> None:
        world.http.answers("/v2/payments/captures/C1", capture_of("O1"))

        assert world.payment("C1").customer is None

    def test_disputes_are_read_in_full(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale())
        world.http.answers(
            "/v1/customer/disputes?disputed_transaction_id=S1&page_size=50",
            {"items": [{"dispute_id": "PP-D-1"}]},
        )
        world.http.answers("/v1/customer/disputes/PP-D-1", dispute())

        assert [one.provider_id for one in world.payment("S1").disputes] == ["PP-D-1"]


def v1_refund(refund_id: str, sale_id: str, value: str = "5.00", **changes: Any) -> dict[str, Any]:
    return {
        "id": refund_id,
        "state": "completed",
        "sale_id": sale_id,
        "amount": {"currency": "USD", "total": value},
        "create_time": "2026-11-02T10:00:00Z",
    } | changes


def v2_refund(refund_id: str, capture_id: str, **changes: Any) -> dict[str, Any]:
    links = [{"rel": "up", "href": f"{BASE}/v2/payments/captures/{capture_id}"}]
    return refund(id=refund_id, links=links, **changes)


def capture_of(order_id: str, **changes: Any) -> dict[str, Any]:
    return capture(supplementary_data={"related_ids": {"order_id": order_id}}, **changes)


def order() -> dict[str, Any]:
    return {
        "id": "O1",
        "create_time": "2026-11-01T09:00:00Z",
        "payer": {"payer_id": "QYR5Z8XDVJNXQ", "email_address": "zoe@example.com"},
        "payment_source": {"card": {"brand": "VISA", "last_digits": "4949"}},
        "purchase_units": [
            {
                "description": "A course",
                "payments": {
                    "captures": [capture()],
                    "refunds": [v2_refund("R1", "C1"), v2_refund("R2", "C2")],
                },
            }
        ],
    }


class TestRefundsThatNobodyLists:
    def test_a_remembered_one_is_read(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale())
        world.http.answers("/v1/payments/refund/R1", v1_refund("R1", "S1"))
        world.index.remember(reference(PAYMENT, "S1"), "R1")

        assert [one.amount_minor for one in world.payment("S1").refunds] == [500]

    def test_of_a_capture_it_is_read_where_captures_are(self, world: World) -> None:
        world.http.answers("/v2/payments/captures/C1", capture())
        world.http.answers("/v2/payments/refunds/R1", v2_refund("R1", "C1"))
        world.index.remember(reference(PAYMENT, "C1"), "R1")

        assert [one.amount_minor for one in world.payment("C1").refunds] == [500]

    def test_one_of_another_payment_or_none_does_not_count(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale())
        world.http.answers("/v1/payments/refund/R1", v1_refund("R1", "S2"))
        world.http.answers("/v1/payments/refund/R3", v1_refund("R3", "S1") | {"sale_id": None})
        for name in ("R1", "R2", "R3"):
            world.index.remember(reference(PAYMENT, "S1"), name)

        assert world.payment("S1").refunds == ()

    def test_one_that_an_order_lists_is_not_read_again(self, world: World) -> None:
        world.http.answers("/v2/payments/captures/C1", capture_of("O1"))
        world.http.answers("/v2/checkout/orders/O1", order())
        world.index.remember(reference(PAYMENT, "C1"), "R1")

        assert len(world.payment("C1").refunds) == 1
        assert "/v2/payments/refunds/R1" not in world.asked()

    SEARCH = (
        "/v1/reporting/transactions?start_date=2026-11-05T09%3A00%3A00Z"
        "&end_date=2026-11-05T11%3A00%3A00Z&transaction_type=T1107&fields=transaction_info"
        "&page_size=500"
    )
    CHANGED = "2026-11-05T10:00:00Z"

    def searched(self, *rows: tuple[str, str]) -> dict[str, Any]:
        return {
            "transaction_details": [
                {"transaction_info": {"transaction_id": one, "paypal_reference_id": of}}
                for one, of in rows
            ]
        }

    @pytest.mark.parametrize("state", ["refunded", "partially_refunded"])
    def test_what_a_payment_says_and_nobody_named_is_searched_for(
        self, world: World, state: str
    ) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(state=state, update_time=self.CHANGED))
        world.http.answers(self.SEARCH, self.searched(("R9", "S9"), ("R1", "S1")))
        world.http.answers("/v1/payments/refund/R1", v1_refund("R1", "S1"))

        assert [one.provider_id for one in world.payment("S1").refunds] == ["R1"]
        assert world.index.of(reference(PAYMENT, "S1")) == ["R1"]

    @pytest.mark.parametrize(
        ("state", "value"),
        [("refunded", "20.00"), ("partially_refunded", "5.00"), ("completed", "0.00")],
    )
    def test_what_is_accounted_for_is_not(self, world: World, state: str, value: str) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(state=state, update_time=self.CHANGED))
        known = v1_refund("R1", "S1", value) | {"update_time": "2026-11-05T09:59:59Z"}
        world.http.answers("/v1/payments/refund/R1", known)
        world.index.remember(reference(PAYMENT, "S1"), "R1")
        world.payment("S1")

        assert self.SEARCH not in world.asked()

    def test_what_happened_after_the_refund_that_is_known_is(self, world: World) -> None:
        """A second one by hand, whose event was lost."""
        changed = sale(state="partially_refunded", update_time=self.CHANGED)
        world.http.answers("/v1/payments/sale/S1", changed)
        for name, at in (("R1", "2026-11-04T10:00:00Z"), ("R2", self.CHANGED)):
            made = v1_refund(name, "S1", "5.00") | {"create_time": at, "update_time": at}
            world.http.answers(f"/v1/payments/refund/{name}", made)
        world.http.answers(self.SEARCH, self.searched(("R2", "S1")))
        world.index.remember(reference(PAYMENT, "S1"), "R1")

        assert [one.provider_id for one in world.payment("S1").refunds] == ["R1", "R2"]
        world.payment("S1")
        assert world.asked().count(self.SEARCH) == 1

    def test_what_a_dispute_took_back_is_not(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(state="refunded", update_time=self.CHANGED))
        world.http.answers(
            "/v1/customer/disputes?disputed_transaction_id=S1&page_size=50",
            {"items": [{"dispute_id": "PP-D-1"}]},
        )
        world.http.answers("/v1/customer/disputes/PP-D-1", dispute())

        assert world.payment("S1").refunds == ()
        assert self.SEARCH not in world.asked()

    def test_without_the_right_to_search_what_is_known_counts(self, world: World) -> None:
        world.http.answers("/v1/payments/sale/S1", sale(state="refunded", update_time=self.CHANGED))
        forbidden = as_json({"name": "NOT_AUTHORIZED"}, 403)
        world.http.on("GET", BASE + self.SEARCH, forbidden)

        assert world.payment("S1").refunds == ()


class TestSubscriptions:
    PATH = "/v1/billing/subscriptions/I-1?fields=plan"

    def fetch(self, world: World) -> SubscriptionSnapshot:
        found = world.fetch(ObjectKind.SUBSCRIPTION, "I-1")
        assert isinstance(found, SubscriptionSnapshot)
        return found

    def test_its_own_plan_counts(self, world: World) -> None:
        cycles = [PLAN["billing_cycles"][1]]
        world.http.answers(self.PATH, subscription(plan={**PLAN, "billing_cycles": cycles}))

        assert self.fetch(world).product == "PROD-1"
        assert "/v1/billing/plans/P-1" not in world.asked()

    def test_what_its_own_plan_leaves_out_stands_in_the_plan(self, world: World) -> None:
        own = {"billing_cycles": PLAN["billing_cycles"]}
        world.http.answers(self.PATH, subscription(plan=own))
        world.http.answers("/v1/billing/plans/P-1", WHOLE_PLAN)

        assert self.fetch(world).product == "PROD-1"

    def test_without_one_it_is_the_plan(self, world: World) -> None:
        world.http.answers(self.PATH, subscription())
        world.http.answers("/v1/billing/plans/P-1", WHOLE_PLAN)

        assert self.fetch(world).amount_minor == 4900

    def test_a_changed_price_that_is_not_told_is_an_error_and_no_guess(self, world: World) -> None:
        world.http.answers(self.PATH, subscription(plan_overridden=True))
        world.http.answers("/v1/billing/plans/P-1", WHOLE_PLAN)

        with pytest.raises(PayPalShapeError):
            self.fetch(world)

    def test_without_its_plan_it_is_an_error_and_not_gone(self, world: World) -> None:
        world.http.answers(self.PATH, subscription())

        with pytest.raises(PayPalShapeError):
            self.fetch(world)


@pytest.mark.parametrize("kind", [ObjectKind.CUSTOMER, ObjectKind.INVOICE, ObjectKind.CREDIT_MEMO])
def test_what_paypal_does_not_have_is_refused_and_not_gone(world: World, kind: ObjectKind) -> None:
    with pytest.raises(ProviderRejectedError):
        world.fetch(kind, "QYR5Z8XDVJNXQ")
    assert world.asked() == []


PLACES = {
    ObjectKind.PRODUCT: "/v1/catalogs/products/X1",
    ObjectKind.PRICE: "/v1/billing/plans/X1",
    ObjectKind.SUBSCRIPTION: "/v1/billing/subscriptions/X1?fields=plan",
    ObjectKind.PAYMENT: "/v1/payments/sale/X1",
    ObjectKind.PAYMENT_METHOD: "/v3/vault/payment-tokens/X1",
}


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": "X1"},
        {"id": "X2"},
        {"id": None},
        {"id": "X1", "create_time": "yesterday", "amount": {}, "payment_source": {}},
        {"id": "X1", "create_time": "2026-11-01T10:00:00", "name": "no zone", "status": []},
        {"id": "X1", "create_time": 7, "amount": [], "payment_source": [], "status": {}},
    ],
    ids=repr,
)
def test_another_shape_is_an_error_that_tells_no_value(
    world: World, kind: ObjectKind, document: dict[str, Any]
) -> None:
    world.http.answers(PLACES[kind], document)

    with pytest.raises(PayPalShapeError) as raised:
        world.fetch(kind, "X1")
    assert "yesterday" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_an_id_never_leaves_its_place_in_the_path(world: World) -> None:
    assert world.fetch(ObjectKind.PRODUCT, "../../v1/oauth2/token?x=") is None
    assert world.asked()[-1] == "/v1/catalogs/products/..%2F..%2Fv1%2Foauth2%2Ftoken%3Fx%3D"
