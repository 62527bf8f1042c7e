"""E1: minor units and decimals, exactly, for every currency of either provider."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.money import Money, exponent, plain_decimal

# https://docs.stripe.com/currencies and https://developer.paypal.com/api/rest/reference/currency-codes/
STRIPE_PLACES = {
    0: "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf",
    2: "usd eur gbp chf huf isk twd aed all amd inr mxn pln sek zar",
    3: "bhd jod kwd omr tnd",
}
PAYPAL_PLACES = {
    0: "huf jpy twd",
    2: "aud brl cad cny czk dkk eur gbp hkd ils myr mxn nok nzd php pln sgd sek chf thb usd",
}
CURRENCIES = [
    (provider, currency, places)
    for provider, table in (("stripe", STRIPE_PLACES), ("paypal", PAYPAL_PLACES))
    for places, names in table.items()
    for currency in names.split()
]


@pytest.mark.case("E1")
@pytest.mark.parametrize(("provider", "currency", "places"), CURRENCIES)
class TestEveryCurrency:
    def test_it_has_its_decimal_places(self, provider: str, currency: str, places: int) -> None:
        assert exponent(currency, provider=provider) == places

    def test_an_amount_is_the_same_as_a_decimal_and_back(
        self, provider: str, currency: str, places: int
    ) -> None:
        for amount in (0, 1, -1, 5, -5, 9, 10, 99, 100, 999, 1000, -1001, 99_999_999, 10**15):
            text = plain_decimal(Money(amount, currency), provider=provider)

            assert Decimal(text).scaleb(places) == amount
            assert len(text.partition(".")[2]) == places


@given(amount=st.integers(-(10**18), 10**18), currency=st.sampled_from(CURRENCIES))
def test_a_plain_decimal_has_no_grouping_symbol_or_exponent(
    amount: int, currency: tuple[str, str, int]
) -> None:
    provider, name, places = currency
    text = plain_decimal(Money(amount, name), provider=provider)

    assert set(text) <= set("-.0123456789")
    assert Decimal(text).scaleb(places) == amount


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(-5, "usd"), "-0.05"),
        (Money(5, "jpy"), "5"),
        (Money(5120, "kwd"), "5.120"),
        (Money(1050, "isk"), "10.50"),
        (Money(0, "usd"), "0.00"),
    ],
)
def test_amounts_are_written_plainly(money: Money, text: str) -> None:
    assert plain_decimal(money) == text
