"""Decimal strings and minor units: the same amount, or an error."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.paypal.amounts import AmountError, amount_of, minor_units, money_of
from frontdesk.domain.money import Money

# https://developer.paypal.com/api/rest/reference/currency-codes/
WHOLE = ("huf", "jpy", "twd")
TWO_PLACES = ("aud", "brl", "cad", "cny", "czk", "dkk", "eur", "hkd", "ils", "myr", "mxn", "nzd")
TWO_PLACES_TOO = ("nok", "php", "pln", "gbp", "sgd", "sek", "chf", "thb", "usd")
CURRENCIES = (*WHOLE, *TWO_PLACES, *TWO_PLACES_TOO)


@given(
    amount=st.integers(min_value=-(10**12), max_value=10**12), currency=st.sampled_from(CURRENCIES)
)
@pytest.mark.case("E1")
def test_there_and_back_it_is_the_same(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert money_of(amount_of(money)) == money


@given(
    value=st.decimals(
        min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=4, allow_nan=False
    ),
    currency=st.sampled_from(CURRENCIES),
)
@pytest.mark.case("E2")
def test_it_is_exact_or_refused(value: Decimal, currency: str) -> None:
    places = 0 if currency in WHOLE else 2
    is_exact = value == round(value, places)

    if is_exact:
        assert minor_units(str(value), currency) == int(value * 10**places)
    else:
        with pytest.raises(AmountError):
            minor_units(str(value), currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "usd", 1234),
        ("12.3", "usd", 1230),
        ("12", "usd", 1200),
        ("0.00", "usd", 0),
        ("-2.34", "usd", -234),
        ("12.340", "usd", 1234),
        ("1500", "jpy", 1500),
        ("1500.00", "jpy", 1500),
        ("1500", "huf", 1500),
        ("1500", "twd", 1500),
    ],
)
def test_what_paypal_writes(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.5", "huf"),
        ("1.5", "jpy"),
        ("0.01", "twd"),
        ("12.345", "usd"),
        ("1e3", "usd"),
        ("1,000.00", "usd"),
        ("NaN", "usd"),
        ("Infinity", "usd"),
        ("", "usd"),
        (" 1", "usd"),
        ("1\n", "usd"),
        ("+1", "usd"),
        (".5", "usd"),
        ("1.", "usd"),
        ("١٢", "usd"),
        ("9" * 17, "usd"),
        (12, "usd"),
        (12.5, "usd"),
        (None, "usd"),
        (True, "usd"),
    ],
)
@pytest.mark.case("E2")
def test_what_is_no_amount_is_refused(text: object, currency: str) -> None:
    with pytest.raises(AmountError):
        minor_units(text, currency)


@pytest.mark.parametrize(
    "amount",
    [
        {"currency_code": "USD", "value": "1.00"},
        {"currency": "USD", "total": "1.00"},
        {"currency": "USD", "value": "1.00"},
    ],
)
def test_both_of_paypals_shapes(amount: dict[str, str]) -> None:
    assert money_of(amount) == Money(100, "usd")


@pytest.mark.parametrize("code", ["usd", "US", "USDT", "", "ÜSD", None, 7])
def test_another_currency_code_is_refused(code: object) -> None:
    with pytest.raises(AmountError):
        money_of({"currency_code": code, "value": "1.00"})
