"""How Stripe is read: all pages of it, and every way in which it does not answer."""

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from stripe import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    StripeError,
)

from frontdesk.adapters.stripe.provider import StripeProvider, StripeShapeError
from frontdesk.domain.snapshot import (
    InvoiceSnapshot,
    ObjectKind,
    PaymentSnapshot,
    SubscriptionSnapshot,
)
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError
from tests.fakes.provider import reference
from tests.unit.adapters.stripe.test_mapping import NOW, charge, dispute, line, refund, subscription

PAYMENT, CUSTOMER = ObjectKind.PAYMENT, ObjectKind.CUSTOMER


def listed(objects: list[Any], *, url: str, more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": objects, "has_more": more, "url": url}


class FakeStripe:
    """Answers GETs from `objects` by path, and lists in pages; it refuses to be told things twice
    as Stripe does."""

    def __init__(self, objects: dict[str, Any]) -> None:
        self.objects = objects
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def raw_request(self, method: str, url: str, **params: Any) -> Any:
        assert method == "get"
        parts = urlsplit(url)
        self.requests.append((parts.path, params))
        assert parse_qs(parts.query).keys().isdisjoint(params)
        assert set(parts.path.split("/")).isdisjoint(str(value) for value in params.values())
        found = self.objects[parts.path]
        if isinstance(found, Exception):
            raise found
        return SimpleNamespace(data=self._page(found, **params) if self._is_all(found) else found)

    def _is_all(self, found: Any) -> bool:
        return isinstance(found, list)

    def _page(
        self, found: list[Any], *, limit: int, starting_after: str | None = None, **_: Any
    ) -> dict[str, Any]:
        ids = [one["id"] for one in found]
        start = ids.index(starting_after) + 1 if starting_after else 0
        end = start + min(limit, 5)
        return {"data": found[start:end], "has_more": end < len(found)}


def provider(objects: dict[str, Any]) -> StripeProvider:
    client = FakeStripe(objects)
    return StripeProvider(lambda: cast("Any", client))


class TestLists:
    @pytest.mark.parametrize("count", [0, 1, 10, 11, 37])
    def test_every_refund_of_a_payment_is_read(self, count: int) -> None:
        refunds = [refund(id=f"re_{number}") for number in range(count)]
        url = "/v1/charges/ch_1/refunds"
        embedded = listed(refunds[:10], url=url, more=count > 10)
        found = provider({"/v1/charges/ch_1": charge(refunds=embedded), url: refunds}).fetch(
            reference(PAYMENT, "ch_1")
        )

        assert isinstance(found, PaymentSnapshot)
        assert [one.provider_id for one in found.refunds] == [one["id"] for one in refunds]

    def test_refunds_are_asked_for_where_the_payment_does_not_carry_them(self) -> None:
        refunds = [refund(id=f"re_{number}") for number in range(7)]
        found = provider({"/v1/charges/ch_1": charge(), "/v1/refunds": refunds}).fetch(
            reference(PAYMENT, "ch_1")
        )

        assert isinstance(found, PaymentSnapshot)
        assert len(found.refunds) == 7

    def test_disputes_are_read_where_there_is_one(self) -> None:
        embedded = listed([], url="/v1/charges/ch_1/refunds")
        found = provider(
            {
                "/v1/charges/ch_1": charge(disputed=True, refunds=embedded),
                "/v1/disputes": [dispute(id="dp_1"), dispute(id="dp_2")],
            }
        ).fetch(reference(PAYMENT, "ch_1"))

        assert isinstance(found, PaymentSnapshot)
        assert [one.provider_id for one in found.disputes] == ["dp_1", "dp_2"]

    def test_every_item_of_a_subscription_is_read(self) -> None:
        items = [line(10) | {"id": f"si_{number}"} for number in range(14)]
        embedded = listed(items[:10], url="/v1/subscription_items?subscription=sub_1", more=True)
        found = provider(
            {
                "/v1/subscriptions/sub_1": subscription(items=embedded),
                "/v1/subscription_items": items,
            }
        ).fetch(reference(ObjectKind.SUBSCRIPTION, "sub_1"))

        assert isinstance(found, SubscriptionSnapshot)
        assert found.amount_minor == 140

    def test_every_line_and_payment_of_an_invoice_is_read(self) -> None:
        lines = [{"id": f"il_{n}", "amount": 1, "currency": "usd"} for n in range(12)]
        payments = [{"id": f"inpay_{n}", "payment": {"charge": f"ch_{n}"}} for n in range(12)]
        found = provider(
            {
                "/v1/invoices/in_1": invoice(
                    lines=listed(lines[:10], url="/v1/invoices/in_1/lines", more=True),
                    payments=listed(payments[:10], url="/v1/invoice_payments", more=True),
                ),
                "/v1/invoices/in_1/lines": lines,
                "/v1/invoice_payments": payments,
            }
        ).fetch(reference(ObjectKind.INVOICE, "in_1"))

        assert isinstance(found, InvoiceSnapshot)
        assert (len(found.lines), len(found.payments)) == (12, 12)

    def test_credit_notes_are_asked_for_where_an_invoice_has_some(self) -> None:
        corrected = invoice(lines=listed([], url=""), post_payment_credit_notes_amount=5)
        notes = [{"id": "cn_2"}, {"id": "cn_1"}]
        found = provider({"/v1/invoices/in_1": corrected, "/v1/credit_notes": notes}).fetch(
            reference(ObjectKind.INVOICE, "in_1")
        )

        assert isinstance(found, InvoiceSnapshot)
        assert found.credit_memos == ("cn_1", "cn_2")

    def test_tax_counts_whether_on_top_or_within(self) -> None:
        taxes = [
            {"amount": 3, "tax_behavior": "exclusive"},
            {"amount": 4, "tax_behavior": "inclusive"},
        ]
        found = provider(
            {"/v1/invoices/in_1": invoice(lines=listed([], url=""), total_taxes=taxes)}
        ).fetch(reference(ObjectKind.INVOICE, "in_1"))

        assert isinstance(found, InvoiceSnapshot)
        assert found.tax_minor == 7


def invoice(**changes: Any) -> dict[str, Any]:
    return {
        "id": "in_1",
        "customer": "cus_1",
        "created": NOW,
        "status": "paid",
        "currency": "usd",
        "total": 12,
        "amount_due": 12,
        "amount_paid": 12,
        "amount_remaining": 0,
        "pre_payment_credit_notes_amount": 0,
        "post_payment_credit_notes_amount": 0,
    } | changes


def error[E: StripeError](kind: type[E], status: int | None, code: str | None = None) -> E:
    made: Any = kind
    if kind is InvalidRequestError:
        text = "a text with personal data"
        return cast("E", made(text, "param", http_status=status, code=code))
    return cast("E", made("a text with personal data", http_status=status))


class TestNoAnswer:
    @pytest.mark.parametrize(
        "failure",
        [
            error(APIConnectionError, None),
            error(RateLimitError, 429),
            error(APIError, 500),
            error(APIError, 503),
            error(IdempotencyError, 409),
            error(APIError, None),
            # A proxy, a wrong address: not the word of Stripe that there is no such object.
            error(APIError, 404),
            error(InvalidRequestError, 404),
        ],
    )
    def test_what_may_pass_is_unavailable(self, failure: StripeError) -> None:
        with pytest.raises(ProviderUnavailableError) as told:
            provider({"/v1/customers/cus_1": failure}).fetch(reference(CUSTOMER, "cus_1"))

        assert "personal" not in str(told.value)

    @pytest.mark.parametrize(
        "failure", [error(AuthenticationError, 401), error(InvalidRequestError, 400)]
    )
    def test_what_will_not_pass_is_rejected(self, failure: StripeError) -> None:
        with pytest.raises(ProviderRejectedError) as told:
            provider({"/v1/customers/cus_1": failure}).fetch(reference(CUSTOMER, "cus_1"))

        assert "personal" not in str(told.value)

    def test_what_is_not_found_does_not_exist(self) -> None:
        missing = error(InvalidRequestError, 404, "resource_missing")

        for kind, path in PATHS.items():
            assert provider({f"{path}/x_1": missing}).fetch(reference(kind, "x_1")) is None

    def test_what_says_that_it_was_deleted_does_not_exist(self) -> None:
        gone = {"id": "cus_1", "object": "customer", "deleted": True}

        assert provider({"/v1/customers/cus_1": gone}).fetch(reference(CUSTOMER, "cus_1")) is None


PATHS = {
    ObjectKind.CUSTOMER: "/v1/customers",
    ObjectKind.PAYMENT_METHOD: "/v1/payment_methods",
    ObjectKind.PRODUCT: "/v1/products",
    ObjectKind.PRICE: "/v1/prices",
    ObjectKind.SUBSCRIPTION: "/v1/subscriptions",
    ObjectKind.INVOICE: "/v1/invoices",
    ObjectKind.PAYMENT: "/v1/charges",
    ObjectKind.CREDIT_MEMO: "/v1/credit_notes",
}


class TestShape:
    @pytest.mark.parametrize("kind", ObjectKind)
    @pytest.mark.parametrize(
        "answer", [{}, {"id": "x_1"}, {"id": "x_1", "created": "today"}, [], None, "text", 5]
    )
    def test_what_is_not_the_versions_shape_is_an_error_that_tells_no_value(
        self, kind: ObjectKind, answer: Any
    ) -> None:
        class Odd(FakeStripe):
            def _is_all(self, found: Any) -> bool:
                return False

        client = Odd({f"{PATHS[kind]}/x_1": answer})
        with pytest.raises(StripeShapeError) as told:
            StripeProvider(lambda: cast("Any", client)).fetch(reference(kind, "x_1"))

        assert told.value.__cause__ is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "a_new_one"},
            {"amount": "10"},
            {"refunds": {"data": [{"id": "re_1"}]}},
            {"refunds": {"data": [], "has_more": True, "url": None}},
            {"customer": 5},
        ],
    )
    def test_a_payment_with_one_wrong_field_is_never_half_read(
        self, changes: dict[str, Any]
    ) -> None:
        embedded = listed([], url="/v1/charges/ch_1/refunds")
        answer = charge(refunds=embedded) | changes
        with pytest.raises(StripeShapeError):
            provider({"/v1/charges/ch_1": answer}).fetch(reference(PAYMENT, "ch_1"))
