"""Payers, plans, products and vaulted methods."""

from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.paypal.payers import payer, v1_payer
from frontdesk.adapters.paypal.plans import price_snapshot, product_snapshot
from frontdesk.adapters.paypal.vault import payment_method_snapshot

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
PAYER_ID = "QYR5Z8XDVJNXQ"


class TestPayers:
    def test_of_an_order_or_a_subscription(self) -> None:
        found = payer(
            {
                "payer_id": PAYER_ID,
                "email_address": "zoe@example.com",
                "name": {"given_name": "Zoë", "surname": "Müller"},
                "phone": {"phone_number": {"national_number": "5551234", "country_code": "49"}},
                "address": {
                    "address_line_1": "A 1",
                    "address_line_2": "B",
                    "admin_area_2": "München",
                    "admin_area_1": "BY",
                    "postal_code": "80331",
                    "country_code": "DE",
                },
            },
            since=SINCE,
        )

        assert found is not None
        assert (found.provider_id, found.created_at) == (PAYER_ID, SINCE)
        assert (found.name, found.email, found.phone) == (
            "Zoë Müller",
            "zoe@example.com",
            "+495551234",
        )
        assert found.address == ("A 1", "B", "München", "BY", "80331", "DE")

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ({"full_name": "Zoë Müller"}, "Zoë Müller"),
            ({"given_name": "Zoë"}, "Zoë"),
            ({"prefix": "Dr", "given_name": "Z", "middle_name": "A", "surname": "M"}, "Dr Z A M"),
            ({}, None),
            (None, None),
        ],
    )
    def test_names_of_all_shapes(self, name: Any, shown: str | None) -> None:
        found = payer({"payer_id": PAYER_ID, "name": name}, since=SINCE)

        assert found is not None
        assert found.name == shown

    def test_where_things_are_sent_is_the_address_where_no_other_is_told(self) -> None:
        told = {"payer_id": PAYER_ID, "shipping_address": {"address": {"country_code": "US"}}}
        found = payer(told, since=SINCE)

        assert found is not None
        assert found.address == (None, None, None, None, None, "US")

    def test_a_wallet_calls_the_payer_an_account(self) -> None:
        found = payer({"account_id": PAYER_ID}, since=SINCE)

        assert found is not None
        assert found.provider_id == PAYER_ID

    @pytest.mark.parametrize("told", [{}, {"payer_id": ""}, {"email_address": "zoe@example.com"}])
    def test_an_address_alone_is_nobody(self, told: dict[str, str]) -> None:
        """Nothing that somebody typed proves who it was."""
        assert payer(told, since=SINCE) is None
        assert v1_payer(told, since=SINCE) is None

    def test_of_a_v1_payment(self) -> None:
        found = v1_payer(
            {
                "payer_id": PAYER_ID,
                "email": "zoe@example.com",
                "first_name": "Zoë",
                "last_name": "Müller",
                "shipping_address": {"line1": "A 1", "city": "Ulm", "country_code": "DE"},
            },
            since=SINCE,
        )

        assert found is not None
        assert (found.name, found.email) == ("Zoë Müller", "zoe@example.com")
        assert found.address == ("A 1", None, "Ulm", None, None, "DE")


PLAN: dict[str, Any] = {
    "id": "P-1",
    "product_id": "PROD-1",
    "name": "Course",
    "status": "ACTIVE",
    "create_time": "2026-11-01T10:00:00Z",
    "billing_cycles": [
        {
            "tenure_type": "REGULAR",
            "sequence": 1,
            "frequency": {"interval_unit": "YEAR"},
            "pricing_scheme": {"fixed_price": {"currency_code": "JPY", "value": "4900"}},
        }
    ],
}


class TestPlans:
    def test_a_plan_is_a_price(self) -> None:
        found = price_snapshot(PLAN)

        assert (found.unit_amount_minor, found.currency) == (4900, "jpy")
        assert (found.interval, found.interval_count, found.nickname) == ("year", 1, "Course")

    @pytest.mark.parametrize("status", ["CREATED", "INACTIVE"])
    def test_only_an_active_one_is_on_sale(self, status: str) -> None:
        assert not price_snapshot(PLAN | {"status": status}).is_active

    def test_one_without_a_regular_cycle_is_an_error(self) -> None:
        with pytest.raises(StopIteration):
            price_snapshot(PLAN | {"billing_cycles": []})

    def test_a_product_is_always_on_sale(self) -> None:
        told = {"id": "PROD-1", "name": "Course", "create_time": "2026-11-01T10:00:00Z"}

        assert product_snapshot(told).is_active


class TestVault:
    def test_a_wallet_is_its_payers(self) -> None:
        found = payment_method_snapshot(
            {
                "id": "8kk8451t",
                "customer": {"id": "customer_4029352050"},
                "payment_source": {
                    "paypal": {"payer_id": PAYER_ID, "email_address": "zoe@example.com"}
                },
            }
        )

        assert (found.type, found.customer, found.payer_email) == (
            "paypal",
            PAYER_ID,
            "zoe@example.com",
        )
        assert (found.brand, found.last4) == (None, None)

    def test_a_wallet_that_we_set_up_is_of_whoever_saved_it(self) -> None:
        """They were given the vault's customer id of a payer; the wallet may be another's."""
        source = {"paypal": {"payer_id": PAYER_ID, "email_address": "zoe@example.com"}}
        found = payment_method_snapshot(
            {"id": "1", "customer": {"id": "8LCMEXR5KYM2N"}, "payment_source": source}
        )

        assert (found.customer, found.payer_email) == ("8LCMEXR5KYM2N", "zoe@example.com")
        assert found.payer is not None
        assert (found.payer.provider_id, found.payer.name) == ("8LCMEXR5KYM2N", None)

    def test_a_cards_billing_address_is_told(self) -> None:
        address = {"address_line_1": "Torvet 1", "admin_area_2": "Odense", "country_code": "DK"}
        card = {"brand": "VISA", "billing_address": address}
        found = payment_method_snapshot(
            {"id": "1", "customer": {"id": PAYER_ID}, "payment_source": {"card": card}}
        )

        assert found.billing_address == ("Torvet 1", None, "Odense", None, None, "DK")

    def test_a_card_is_of_the_vaults_customer(self) -> None:
        card = {"brand": "VISA", "last_digits": "4949", "expiry": "2031-02", "name": "Zoë M"}
        found = payment_method_snapshot(
            {"id": "1", "customer": {"id": PAYER_ID}, "payment_source": {"card": card}}
        )

        assert (found.customer, found.type) == (PAYER_ID, "card")
        assert (found.brand, found.last4) == ("visa", "4949")
        assert (found.expiry_month, found.expiry_year) == (2, 2031)
        assert found.payer is not None
        assert found.payer.name == "Zoë M"

    def test_apples_wallet_holds_a_card(self) -> None:
        source = {"apple_pay": {"card": {"brand": "VISA", "last_digits": "1", "expiry": "2031-02"}}}
        found = payment_method_snapshot({"id": "1", "payment_source": source})

        assert (found.type, found.brand, found.customer) == ("apple_pay", "visa", None)

    def test_nothing_of_a_card_is_kept_but_its_end(self) -> None:
        card = {"last_digits": "4949", "number": "4111111111111111", "security_code": "123"}
        found = payment_method_snapshot({"id": "1", "payment_source": {"card": card}})

        assert "4111" not in repr(found)
        assert "123" not in repr(found)
