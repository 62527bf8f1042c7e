"""Refunds, reversals and disputes: what is refused, what moves, and that the books agree."""

from typing import Any

import pytest

from tests.paypal_shop import Shop, cycle, money
from tests.unit.infra.paypal.conftest import Answer, InProcess

type PayPal = Shop[InProcess]


def refund(shop: PayPal, payment: str, value: str | None = None, **more: Any) -> Answer:
    body = {"amount": money(value)} if value else {}
    path = f"/v2/payments/captures/{payment}/refund"
    return shop.client("POST", path, {**body, **more}, full=True)


def status(shop: PayPal, payment: str) -> str:
    return str(shop.client.ok("GET", f"/v2/payments/captures/{payment}")["status"])


def balance(shop: PayPal) -> int:
    """What the transaction search will say, in minor units."""
    entries = shop.standin.account.store.of_kind("entry")
    return sum(e["amount_minor"] for e in entries if e["status"] == "S")


@pytest.fixture(params=["sale", "capture"])
def payment(shop: PayPal, request: pytest.FixtureRequest) -> str:
    return str(getattr(shop, request.param)("49.00"))


class TestRefund:
    def test_partial_refunds_up_to_the_amount_and_not_beyond(
        self, shop: PayPal, payment: str
    ) -> None:
        first, second = refund(shop, payment, "10.00"), refund(shop, payment, "10.00")
        beyond = refund(shop, payment, "29.01")
        rest = refund(shop, payment)
        again = refund(shop, payment)

        total = second.body["seller_payable_breakdown"]["total_refunded_amount"]
        assert (first.status, second.status, rest.status) == (201, 201, 201)
        assert total == money("20.00")
        assert (beyond.status, beyond.issue) == (422, "REFUND_AMOUNT_EXCEEDED")
        assert rest.body["amount"] == money("29.00")
        assert (again.status, again.issue) == (422, "CAPTURE_FULLY_REFUNDED")
        assert status(shop, payment) == "REFUNDED"
        assert balance(shop) == 0

    def test_what_we_wrote_on_it_comes_back(self, shop: PayPal, payment: str) -> None:
        made = refund(
            shop, payment, "1.00", custom_id="op-1", invoice_id="inv-1", note_to_payer="!"
        )

        again = shop.client.ok("GET", f"/v2/payments/refunds/{made.body['id']}")
        told = (again["custom_id"], again["invoice_id"], again["note_to_payer"])
        assert told == ("op-1", "inv-1", "!")

    @pytest.mark.parametrize(
        ("amount", "issue"),
        [
            (money("0.00"), "CANNOT_BE_ZERO_OR_NEGATIVE"),
            (money("-1.00"), "CANNOT_BE_ZERO_OR_NEGATIVE"),
            (money("1.001"), "DECIMAL_PRECISION"),
            (money("1.00", "USD"), "REFUND_CAPTURE_CURRENCY_MISMATCH"),
            (money("1.00", "XYZ"), "INVALID_CURRENCY_CODE"),
            (money("1.50", "JPY"), "DECIMALS_NOT_SUPPORTED"),
            ({"value": "1.00"}, "MISSING_REQUIRED_PARAMETER"),
            (money("1,00"), "INVALID_PARAMETER_SYNTAX"),
            ("1.00", "MISSING_REQUIRED_PARAMETER"),
        ],
    )
    def test_wrong_amounts_are_refused(
        self, shop: PayPal, payment: str, amount: Any, issue: str
    ) -> None:
        refused = refund(shop, payment, amount=amount)

        assert refused.issue == issue
        assert status(shop, payment) == "COMPLETED"

    def test_an_invoice_id_refunds_once_unless_the_account_allows_it(
        self, shop: PayPal, payment: str
    ) -> None:
        refund(shop, payment, "1.00", invoice_id="inv-1")
        refused = refund(shop, payment, "1.00", invoice_id="inv-1")
        shop.standin.account.settings.refuses_duplicate_invoices = False
        allowed = refund(shop, payment, "1.00", invoice_id="inv-1")

        assert (refused.issue, allowed.status) == ("DUPLICATE_INVOICE_ID", 201)

    def test_after_180_days_it_is_too_late(self, shop: PayPal, payment: str) -> None:
        shop.client.advance(days=181)

        assert refund(shop, payment).issue == "REFUND_TIME_LIMIT_EXCEEDED"

    def test_there_is_a_largest_number_of_refunds(self, shop: PayPal, payment: str) -> None:
        shop.standin.account.settings.refunds_max = 1
        refund(shop, payment, "1.00")

        assert refund(shop, payment, "1.00").issue == "MAX_NUMBER_OF_REFUNDS_EXCEEDED"

    def test_an_unknown_payment_is_not_found(self, shop: PayPal) -> None:
        refused = refund(shop, "0AA00000AA000000A")

        assert (refused.status, refused.issue) == (404, "INVALID_RESOURCE_ID")

    def test_a_pending_payment_cannot_be_refunded(self, shop: PayPal) -> None:
        pending = shop.capture(conduct="pends")

        assert refund(shop, pending).issue == "PENDING_CAPTURE"
        shop.client.advance(days=4)
        assert refund(shop, pending).status == 201

    def test_sales_can_be_hidden_from_v2(self, shop: PayPal) -> None:
        sale = shop.sale()
        shop.standin.account.settings.sales_are_captures = False

        assert refund(shop, sale).status == 404
        assert shop.client("POST", f"/v1/payments/sale/{sale}/refund", {}).status == 201

    def test_money_without_decimals(self, shop: PayPal) -> None:
        plan = shop.plan(billing_cycles=[cycle("1500", "JPY")])
        sale = shop.payments(shop.subscription(plan))[0]["id"]

        made = refund(shop, sale, amount=money("500", "JPY"))

        assert made.body["amount"] == money("500", "JPY")
        assert balance(shop) == 1000


class TestEvents:
    def told(self, shop: PayPal) -> Any:
        return shop.events()[-1]

    def test_of_a_sale_come_in_v1_words_with_the_sale(self, shop: PayPal) -> None:
        sale = shop.sale()
        refund(shop, sale, "1.00")

        event = self.told(shop)
        assert event["event_type"] == "PAYMENT.SALE.REFUNDED"
        assert event["resource"]["sale_id"] == sale
        assert event["resource"]["amount"] == {"total": "1.00", "currency": "EUR"}

    def test_of_a_capture_come_in_v2_words_with_a_link_to_it(self, shop: PayPal) -> None:
        capture = shop.capture()
        refund(shop, capture, "1.00")

        event = self.told(shop)
        assert event["event_type"] == "PAYMENT.CAPTURE.REFUNDED"
        up = [link for link in event["resource"]["links"] if link["rel"] == "up"]
        assert up[0]["href"].endswith(f"/v2/payments/captures/{capture}")


class TestRefundsThatTakeTime:
    @pytest.mark.parametrize(
        ("conduct", "first", "last", "left"),
        [
            ("refund_pends", "PENDING", "COMPLETED", 1000),
            ("refund_fails", "PENDING", "FAILED", 2000),
            ("refund_reverts", "COMPLETED", "FAILED", 2000),
        ],
    )
    def test_settle_after_an_hour(
        self, shop: PayPal, conduct: str, first: str, last: str, left: int
    ) -> None:
        capture = shop.capture("20.00", conduct=conduct)
        made = refund(shop, capture, "10.00").body

        shop.client.advance(seconds=3601)

        assert made["status"] == first
        path = f"/v2/payments/refunds/{made['id']}"
        assert shop.client.ok("GET", path)["status"] == last
        assert balance(shop) == left

    def test_the_merchants_people_and_the_banks_decide(self, shop: PayPal) -> None:
        capture = shop.capture(conduct="refund_pends")
        first, second = (refund(shop, capture, "1.00").body["id"] for _ in range(2))

        assert shop.client.act("refund_completes", refund=first)["status"] == "COMPLETED"
        assert shop.client.act("refund_cancelled", refund=second)["status"] == "CANCELLED"
        assert shop.client.act("refund_fails", refund=first)["status"] == "FAILED"
        assert status(shop, capture) == "COMPLETED"

    def test_a_refund_on_paypals_site_carries_nothing_of_ours(self, shop: PayPal) -> None:
        sale = shop.sale()

        made = shop.client.act("refund", payment=sale, amount=money("5.00"))

        assert "custom_id" not in made
        assert status(shop, sale) == "PARTIALLY_REFUNDED"


class TestV1:
    def refund_sale(self, shop: PayPal, sale: str, total: str | None = None) -> Answer:
        body = {"amount": {"total": total, "currency": "EUR"}} if total else {}
        return shop.client("POST", f"/v1/payments/sale/{sale}/refund", body)

    def test_names_the_problem_itself(self, shop: PayPal) -> None:
        sale = shop.sale("49.00")

        beyond = self.refund_sale(shop, sale, "50.00")
        self.refund_sale(shop, sale)
        again = self.refund_sale(shop, sale)

        assert beyond.body["name"] == "REFUND_EXCEEDED_TRANSACTION_AMOUNT"
        assert again.body["name"] == "TRANSACTION_ALREADY_REFUNDED"
        assert (beyond.status, again.status) == (400, 400)

    def test_one_refund_in_both_versions(self, shop: PayPal) -> None:
        sale = shop.sale("49.00")
        made = self.refund_sale(shop, sale, "9.00").body

        old = shop.client.ok("GET", f"/v1/payments/refund/{made['id']}")
        new = shop.client.ok("GET", f"/v2/payments/refunds/{made['id']}")
        assert (old["state"], old["sale_id"]) == ("completed", sale)
        assert new["amount"] == money("9.00")

    def test_captures_are_not_sales(self, shop: PayPal) -> None:
        assert shop.client("GET", f"/v1/payments/sale/{shop.capture()}").status == 404


class TestDisputes:
    def test_an_inquiry_moves_money_when_the_buyer_wins(self, shop: PayPal, payment: str) -> None:
        before = balance(shop)
        case = shop.client.act("dispute", payment=payment)["id"]

        assert balance(shop) == before
        shop.client.act("dispute_close", dispute=case, outcome="RESOLVED_BUYER_FAVOUR")
        printed = shop.client.ok("GET", f"/v1/customer/disputes/{case}")
        assert balance(shop) == before - 4900
        assert printed["dispute_outcome"]["amount_refunded"] == money("49.00")
        assert printed["disputed_transactions"][0]["seller_transaction_id"] == payment
        assert shop.event_types()[-2].endswith(".REVERSED")

    def test_a_chargeback_takes_it_at_once_and_may_give_it_back(
        self, shop: PayPal, payment: str
    ) -> None:
        before = balance(shop)
        case = shop.client.act("dispute", payment=payment, stage="CHARGEBACK")["id"]
        assert (balance(shop), status(shop, payment)) == (before - 4900, "REFUNDED")

        shop.client.act("dispute_close", dispute=case, outcome="RESOLVED_SELLER_FAVOUR")

        printed = shop.client.ok("GET", f"/v1/customer/disputes/{case}")
        assert (balance(shop), status(shop, payment)) == (before, "COMPLETED")
        moved = [(m["type"], m["amount"]["value"]) for m in printed["money_movements"]]
        assert moved == [("DEBIT", "49.00"), ("CREDIT", "49.00")]

    def test_an_inquiry_may_become_a_chargeback(self, shop: PayPal, payment: str) -> None:
        before = balance(shop)
        case = shop.client.act("dispute", payment=payment, amount=money("9.00"))["id"]

        shop.client.act("dispute_update", dispute=case, stage="CHARGEBACK")

        assert balance(shop) == before - 900
        assert shop.event_types()[-1] == "CUSTOMER.DISPUTE.UPDATED"

    def test_while_it_is_open_only_the_whole_can_be_refunded(
        self, shop: PayPal, payment: str
    ) -> None:
        case = shop.client.act("dispute", payment=payment)["id"]

        assert refund(shop, payment, "1.00").issue == "TRANSACTION_DISPUTED"
        assert refund(shop, payment).status == 201
        shop.client.act("dispute_close", dispute=case, outcome="RESOLVED_BUYER_FAVOUR")
        assert balance(shop) == 0

    def test_during_a_chargeback_nothing_can(self, shop: PayPal, payment: str) -> None:
        partly = money("9.00")
        shop.client.act("dispute", payment=payment, amount=partly, stage="CHARGEBACK")

        assert refund(shop, payment).issue == "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"

    def test_lists_are_newest_first_and_filter(self, shop: PayPal) -> None:
        first, second = shop.sale(), shop.capture()
        cases = [shop.client.act("dispute", payment=p)["id"] for p in (first, second)]
        shop.client.act("dispute_close", dispute=cases[0], outcome="CANCELED_BY_BUYER")

        def listed(**query: str) -> list[str]:
            rows = shop.client.ok("GET", "/v1/customer/disputes", **query)["items"]
            return [row["dispute_id"] for row in rows]

        assert listed() == cases[::-1]
        assert listed(dispute_state="RESOLVED") == [cases[0]]
        assert listed(disputed_transaction_id=second) == [cases[1]]
        assert listed(page_size="1", next_page_token="1") == [cases[0]]


class TestTransactionSearch:
    def search(self, shop: PayPal, **query: str) -> Answer:
        dates = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-31T00:00:00Z"}
        return shop.client("GET", "/v1/reporting/transactions", **{**dates, **query})

    def codes(self, answer: Answer) -> list[str]:
        rows = answer.body["transaction_details"]
        return [row["transaction_info"]["transaction_event_code"] for row in rows]

    def test_is_three_hours_behind(self, shop: PayPal) -> None:
        refund(shop, shop.sale(), custom_id="op-1")

        assert self.codes(self.search(shop)) == []
        shop.client.advance(seconds=3 * 3600)
        found = self.search(shop)
        assert self.codes(found) == ["T0002", "T1107"]
        info = found.body["transaction_details"][1]["transaction_info"]
        assert (info["custom_field"], info["transaction_amount"]["value"]) == ("op-1", "-49.00")

    def test_spans_31_days_at_most(self, shop: PayPal) -> None:
        refused = self.search(shop, end_date="2026-02-02T00:00:00Z")

        assert (refused.status, refused.issue) == (400, "INVALID_DATE_RANGE")

    def test_filters_and_pages(self, shop: PayPal) -> None:
        sale, capture = shop.sale(), shop.capture()
        shop.client.advance(seconds=3 * 3600)

        assert self.codes(self.search(shop, transaction_id=capture)) == ["T0006"]
        assert self.codes(self.search(shop, transaction_type="T0002")) == ["T0002"]
        second = self.search(shop, page_size="1", page="2")
        assert second.body["total_pages"] == 2
        assert self.codes(second) == ["T0006"]
        assert sale != capture
