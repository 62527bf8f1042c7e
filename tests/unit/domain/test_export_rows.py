import json

import pytest

from frontdesk.domain.export import ExportFormat
from frontdesk.domain.export_rows import CustomerRow, RowCounter, beginning, customer_lines
from frontdesk.domain.money import Money, plain_decimal

NOBODY = CustomerRow._make(["cus_0", *[""] * 13, 0])
ANN = NOBODY._replace(
    customer_id="cus_1",
    name='Ann "A" Rossi',
    email="ann@shop.example",
    company="=Rossi",
    phone="+4520000000",
    address="1 Main, St, 2nd",
    city="Aarhus",
    country="DK",
    lifetime_value_minor=-5,
)


def csv_of(*rows: CustomerRow, currency: str = "usd") -> str:
    return customer_lines(rows, format=ExportFormat.CSV, currency=currency).decode()


@pytest.mark.feature("L3-35")
def test_the_csv_begins_with_a_mark_and_the_exact_header() -> None:
    assert beginning(ExportFormat.CSV) == (
        b"\xef\xbb\xbfName,Email,Company,Company ID,Company Email,Tax ID,Phone,Address,City,State,"
        b"Zip/Postal Code,Country,VAT Number,Lifetime Value\r\n"
    )


@pytest.mark.feature("L3-35")
def test_a_customer_is_one_record_in_the_order_of_the_header() -> None:
    row = CustomerRow._make(["cus_1", *[f"c{n}" for n in range(13)], 123_456])

    assert csv_of(row) == (
        '"c0","c1","c2","c3","c4","c5","c6","c7","c8","c9","c10","c11","c12",1234.56\r\n'
    )


def test_texts_are_quoted_and_guarded_and_numbers_are_not() -> None:
    assert csv_of(ANN) == (
        '"Ann ""A"" Rossi","ann@shop.example","\'=Rossi","","","","\'+4520000000",'
        '"1 Main, St, 2nd","Aarhus","","","DK","",-0.05\r\n'
    )


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd"])
@pytest.mark.parametrize("amount", [-123_456, -1, 0, 1, 99, 100, 10**15])
def test_lifetime_value_is_a_plain_decimal_of_its_currency(currency: str, amount: int) -> None:
    line = csv_of(NOBODY._replace(lifetime_value_minor=amount), currency=currency)

    assert line.endswith(f'"",{plain_decimal(Money(amount, currency))}\r\n')


def test_a_json_line_holds_the_same_under_names_for_programs() -> None:
    content = customer_lines([ANN], format=ExportFormat.JSONL, currency="usd")

    assert content.count(b"\n") == 1
    assert json.loads(content) == {
        "customer_id": "cus_1",
        "name": 'Ann "A" Rossi',
        "email": "ann@shop.example",
        "company": "=Rossi",
        "company_id": None,
        "company_email": None,
        "tax_id": None,
        "phone": "+4520000000",
        "address": "1 Main, St, 2nd",
        "city": "Aarhus",
        "state": None,
        "postal_code": None,
        "country": "DK",
        "vat_number": None,
        "lifetime_value": {"amount": -5, "currency": "usd"},
    }


@pytest.mark.parametrize("format", ExportFormat)
@pytest.mark.parametrize("count", [0, 1, 5])
def test_rows_of_a_file_are_counted(format: ExportFormat, count: int) -> None:
    row = ANN._replace(name='two\r\nlines, "quoted"\n')
    content = beginning(format) + customer_lines([row] * count, format=format, currency="usd")
    counter = RowCounter(format)

    for begin in range(0, len(content), 5):
        counter.feed(content[begin : begin + 5])

    assert counter.count == count
