from typing import Any

import pytest

from tests.paypal_shop import URLS, Shop, money
from tests.unit.infra.paypal.conftest import Answer, InProcess

type PayPal = Shop[InProcess]


def capture(shop: PayPal, order: str) -> Answer:
    return shop.client("POST", f"/v2/checkout/orders/{order}/capture", {})


def setup_token(shop: PayPal, customer: str = "customer_1", key: str = "setup") -> str:
    wallet = {"usage_type": "MERCHANT", "experience_context": URLS}
    body = {"customer": {"id": customer}, "payment_source": {"paypal": wallet}}
    return str(shop.client.ok("POST", "/v3/vault/setup-tokens", body, key=key)["id"])


def vault(shop: PayPal, setup: str, key: str = "vault") -> Answer:
    source = {"token": {"id": setup, "type": "SETUP_TOKEN"}}
    return shop.client("POST", "/v3/vault/payment-tokens", {"payment_source": source}, key=key)


def wallet(shop: PayPal, customer: str = "customer_1", key: str = "w") -> str:
    setup = setup_token(shop, customer, f"setup-{key}")
    shop.client.act("approve", setup_token=setup)
    return str(vault(shop, setup, f"vault-{key}").body["id"])


class TestOrders:
    def test_are_captured_after_the_buyers_approval_and_once(self, shop: PayPal) -> None:
        order = shop.order("20.00", custom_id="cus_1", invoice_id="inv-1")

        early = capture(shop, order)
        shop.client.act("approve", order=order, buyer={"email_address": "zoe@example.com"})
        done, again = capture(shop, order), capture(shop, order)

        assert (early.status, early.issue) == (422, "ORDER_NOT_APPROVED")
        [payment] = done.body["purchase_units"][0]["payments"]["captures"]
        assert (payment["status"], payment["custom_id"]) == ("COMPLETED", "cus_1")
        assert done.body["payer"]["email_address"] == "zoe@example.com"
        assert (again.status, again.issue) == (422, "ORDER_ALREADY_CAPTURED")
        told = shop.event_types()
        assert told == ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]

    def test_a_declined_wallet_leaves_the_order_to_another(self, shop: PayPal) -> None:
        order = shop.order()
        shop.client.act("approve", order=order, buyer={"conduct": "declines"})

        refused = capture(shop, order)

        assert (refused.status, refused.issue) == (422, "INSTRUMENT_DECLINED")
        assert shop.client.ok("GET", f"/v2/checkout/orders/{order}")["status"] == "APPROVED"

    def test_an_echeck_arrives_days_later_or_not_at_all(self, shop: PayPal) -> None:
        arriving, bouncing = (shop.capture(conduct="pends") for _ in range(2))
        shop.client.act("payment_denied", payment=bouncing)
        shop.client.advance(days=4)

        found = [shop.client.ok("GET", f"/v2/payments/captures/{p}") for p in (arriving, bouncing)]
        assert [payment["status"] for payment in found] == ["COMPLETED", "DECLINED"]
        told = shop.event_types()
        assert told[-2:] == ["PAYMENT.CAPTURE.DENIED", "PAYMENT.CAPTURE.COMPLETED"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"intent": "AUTHORIZE"},
            {"purchase_units": []},
            {"purchase_units": [{}]},
            {"purchase_units": [{"amount": money("1.00")}] * 2},
            {"payment_source": {"card": {"number": "4111111111111111"}}},
        ],
    )
    def test_what_one_time_purchases_do_not_need_is_refused(
        self, shop: PayPal, changes: dict[str, Any]
    ) -> None:
        body = {"intent": "CAPTURE", "purchase_units": [{"amount": money("5.00")}], **changes}

        assert shop.client("POST", "/v2/checkout/orders", body, key="k").status == 400

    def test_a_saved_wallet_pays_without_asking(self, shop: PayPal) -> None:
        body = {
            "intent": "CAPTURE",
            "purchase_units": [{"amount": money("5.00")}],
            "payment_source": {"paypal": {"vault_id": wallet(shop)}},
        }

        made = shop.client.ok("POST", "/v2/checkout/orders", body, key="k")

        assert made["status"] == "COMPLETED"


class TestWallets:
    def test_a_setup_token_needs_approval_and_serves_once(self, shop: PayPal) -> None:
        setup = setup_token(shop)

        early = vault(shop, setup, "early")
        shop.client.act("approve", setup_token=setup, buyer={"email_address": "zoe@example.com"})
        made, again = vault(shop, setup), vault(shop, setup, "again")

        assert early.status == 422
        paypal = made.body["payment_source"]["paypal"]
        assert paypal["email_address"] == "zoe@example.com"
        assert again.status == 422
        assert shop.event_types() == ["VAULT.PAYMENT-TOKEN.CREATED"]

    def test_expires_after_three_days(self, shop: PayPal) -> None:
        setup = setup_token(shop)
        shop.client.act("approve", setup_token=setup)
        shop.client.advance(days=3)

        assert vault(shop, setup).status == 422

    def test_are_listed_by_customer_and_deleted(self, shop: PayPal) -> None:
        mine, other = wallet(shop, "customer_1", "a"), wallet(shop, "customer_2", "b")

        def listed() -> list[str]:
            query = {"customer_id": "customer_1"}
            page = shop.client.ok("GET", "/v3/vault/payment-tokens", **query)
            return [token["id"] for token in page["payment_tokens"]]

        assert listed() == [mine]
        shop.client.ok("DELETE", f"/v3/vault/payment-tokens/{mine}")
        assert listed() == []
        assert shop.client("GET", f"/v3/vault/payment-tokens/{mine}").status == 404
        assert shop.client("DELETE", f"/v3/vault/payment-tokens/{mine}").status == 204
        shop.client.act("remove_wallet", payment_token=other)
        assert shop.event_types()[-1] == "VAULT.PAYMENT-TOKEN.DELETED"

    def test_card_numbers_are_refused(self, shop: PayPal) -> None:
        body = {"payment_source": {"card": {"number": "4111111111111111", "expiry": "2030-01"}}}

        refused = shop.client("POST", "/v3/vault/setup-tokens", body, key="k")

        assert refused.status == 422
        assert "4111" not in str(refused.body)
