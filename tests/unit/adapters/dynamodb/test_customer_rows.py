import json
from datetime import UTC, datetime
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.codec import encode_item
from frontdesk.adapters.dynamodb.customer_rows import page_of, profile_attributes
from frontdesk.adapters.dynamodb.profile_item import profile_steps
from frontdesk.domain.customer import Address, Company, Customer, CustomerStatus
from frontdesk.domain.export import EVERYTHING, ExportBrokenError, ExportFilter
from frontdesk.domain.export_rows import CustomerRow

CREATED = datetime(2026, 3, 1, tzinfo=UTC)
SECRET_NAME = "Ann Rossi"
BARE = {"customer_id": {"S": "cus_1"}}
ANN = Customer(
    id="cus_1",
    created_at=CREATED,
    name=SECRET_NAME,
    email="ann@shop.example",
    phone="+4520000000",
    address=Address("1 Main", "2nd", "Aarhus", "Jutland", "8000", "DK"),
    company=Company("Rossi ApS", "DK1", "co@shop.example"),
    tax_id="T1",
    vat_number="V1",
)


def rows_of(
    *items: dict[str, Any], currency: str = "usd", wanted: ExportFilter = EVERYTHING
) -> list[CustomerRow]:
    content = json.dumps({"Items": items, "Count": len(items), "ScannedCount": 9}).encode()
    return page_of(content, currency=currency, wanted=wanted).rows


def profile(customer: Customer, **further: Any) -> dict[str, Any]:
    """The item as the mirror writes it, and DynamoDB sends it."""
    step: Any = profile_steps(None, customer, at=CREATED)[0]
    return encode_item(step.item | further)


class TestRows:
    def test_a_profile_as_the_mirror_writes_it_is_read_whole(self) -> None:
        (row,) = rows_of(profile(ANN, ltv_usd=107057, ltv_eur=5))

        assert row == CustomerRow(
            customer_id="cus_1",
            name=SECRET_NAME,
            email="ann@shop.example",
            company="Rossi ApS",
            company_id="DK1",
            company_email="co@shop.example",
            tax_id="T1",
            phone="+4520000000",
            address="1 Main, 2nd",
            city="Aarhus",
            state="Jutland",
            postal_code="8000",
            country="DK",
            vat_number="V1",
            lifetime_value_minor=107057,
        )

    def test_a_profile_that_says_nothing_is_a_row_all_the_same(self) -> None:
        empty = CustomerRow._make(["cus_1", *[""] * 13, 0])

        assert rows_of(profile(Customer(id="cus_1", created_at=CREATED)), BARE) == [empty, empty]

    def test_every_attribute_may_be_null(self) -> None:
        nulls = {name: {"NULL": True} for name in profile_attributes("usd")}

        assert rows_of(nulls | BARE) == rows_of(BARE)

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            (Address("1 Main", "2nd"), "1 Main, 2nd"),
            (Address("1 Main"), "1 Main"),
            (Address(line2="2nd"), "2nd"),
            (Address(), ""),
        ],
    )
    def test_an_address_is_one_line(self, address: Address, expected: str) -> None:
        (row,) = rows_of(profile(Customer(id="cus_1", created_at=CREATED, address=address)))

        assert row.address == expected

    def test_the_lifetime_value_is_that_of_the_export_s_currency(self) -> None:
        item = BARE | {"ltv_usd": {"N": "-5"}, "ltv_eur": {"N": "7"}}

        values = [
            rows_of(item, currency=one)[0].lifetime_value_minor for one in ("usd", "eur", "jpy")
        ]

        assert values == [-5, 7, 0]

    def test_only_what_is_shown_is_asked_for(self) -> None:
        assert set(profile_attributes("usd")) == {
            "customer_id",
            "name",
            "email",
            "phone",
            "address",
            "company",
            "tax_id",
            "vat_number",
            "status",
            "is_test",
            "ltv_usd",
        }


class TestFilter:
    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (ExportFilter(), ["cus_1", "cus_2", "cus_3"]),
            (ExportFilter(is_test=False), ["cus_1", "cus_3"]),
            (ExportFilter(is_test=True), ["cus_2"]),
            (ExportFilter(status=CustomerStatus.ACTIVE), ["cus_1", "cus_2"]),
            (ExportFilter(status=CustomerStatus.DELETED), ["cus_3"]),
            (ExportFilter(is_test=True, status=CustomerStatus.DELETED), []),
        ],
    )
    def test_a_filter_leaves_out_what_it_names(
        self, wanted: ExportFilter, expected: list[str]
    ) -> None:
        rows = rows_of(
            BARE,
            profile(Customer(id="cus_2", created_at=CREATED, is_test=True)),
            profile(Customer(id="cus_3", created_at=CREATED, status=CustomerStatus.DELETED)),
            wanted=wanted,
        )

        assert [row.customer_id for row in rows] == expected


class TestDrift:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"name": {"N": "5"}}, "$.Items[1].name"),
            ({"name": {"M": {}}}, "$.Items[1].name"),
            ({"name": SECRET_NAME}, "$.Items[1].name"),
            ({"address": {"S": SECRET_NAME}}, "$.Items[1].address"),
            ({"address": {"M": {"city": {"L": []}}}}, "$.Items[1].address.M.city"),
            ({"company": {"M": {"id": {"N": "1"}}}}, "$.Items[1].company.M.id"),
            ({"is_test": {"S": "true"}}, "$.Items[1].is_test"),
            ({"ltv_usd": {"S": SECRET_NAME}}, "$.Items[1].ltv_usd"),
            ({"ltv_usd": {"N": "12.5"}}, "ValueError"),
            ({"customer_id": {"NULL": True}}, None),
        ],
    )
    def test_a_row_of_another_shape_stops_the_export_and_is_not_quoted(
        self, change: dict[str, Any], place: str | None
    ) -> None:
        with pytest.raises(ExportBrokenError) as caught:
            rows_of(BARE, BARE | change)

        assert caught.value.code == "row_malformed"
        assert place is None or place in caught.value.detail
        assert SECRET_NAME not in caught.value.detail
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None

    @pytest.mark.parametrize(
        "content", [b"", b"{", b'{"Items": [{}]}', b'{"Items": [{"name": {"S": "\xff"}}]}', b"{}"]
    )
    def test_a_page_that_is_not_one_stops_the_export(self, content: bytes) -> None:
        with pytest.raises(ExportBrokenError):
            page_of(content, currency="usd", wanted=EVERYTHING)


def test_a_page_says_where_the_next_begins() -> None:
    key = '{"pk":{"S":"CUSTOMER#é"},"created_at_key":{"S":"2026"}}'
    content = f'{{"Items":[],"LastEvaluatedKey":{key}}}'.encode()

    page = page_of(content, currency="usd", wanted=EVERYTHING)

    assert page.next_start == key
