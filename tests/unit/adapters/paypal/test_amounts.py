"""Decimal strings and minor units: the same amount, or an error."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.paypal.amounts import (
    AmountError,
    amount_of,
    minor_units,
    money_of,
    v1_amount_of,
)
from frontdesk.domain.money import Money, exponent, step_of
from frontdesk.ports.commands import CommandRejectedError
from tests.currencies import PAYPAL_PLACES

WHOLE = tuple(PAYPAL_PLACES[0].split())
CURRENCIES = tuple(currency for names in PAYPAL_PLACES.values() for currency in names.split())


@pytest.mark.case("E1")
@given(count=st.integers(-(10**12), 10**12))
def test_there_and_back_it_is_the_same(count: int) -> None:
    for currency in CURRENCIES:
        money = Money(count * step_of(currency, provider="paypal"), currency)
        written, old = amount_of(money), v1_amount_of(money)

        assert money_of(json.loads(json.dumps(written))) == money
        assert money_of(json.loads(json.dumps(old))) == money
        assert ("." in written["value"]) == (currency not in WHOLE)


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
        assert minor_units(str(value), currency) == int(value * 10 ** exponent(currency))
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
        ("1500", "huf", 150_000),
        ("1500.00", "twd", 150_000),
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
        ("5.120", "kwd"),
        ("1000", "isk"),
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


@pytest.mark.parametrize(
    ("money", "code"),
    [
        (Money(150, "huf"), "amount_too_precise"),
        (Money(150, "twd"), "amount_too_precise"),
        (Money(5120, "kwd"), "currency_not_offered"),
    ],
)
@pytest.mark.case("E2")
def test_what_paypal_would_not_take_is_not_sent(money: Money, code: str) -> None:
    for write in (amount_of, v1_amount_of):
        with pytest.raises(CommandRejectedError) as refused:
            write(money)

        assert refused.value.code == code


def test_a_price_is_not_sent_that_is_too_large() -> None:
    amount = Money(10**17, "usd")

    assert amount_of(amount)["value"] == "1000000000000000.00"
    with pytest.raises(CommandRejectedError) as refused:
        amount_of(amount, is_price=True)
    assert refused.value.code == "amount_too_large"
