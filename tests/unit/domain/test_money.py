"""E1, E2: minor units and decimals, exactly, for every currency of either provider."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.money import (
    AmountRefusedError,
    Money,
    ensure_chargeable,
    ensure_exact,
    exponent,
    plain_decimal,
    step_of,
)
from tests.currencies import CURRENCIES, EVERY, IN_STEPS, PAYPAL_PLACES, STEPS

AMOUNTS = st.integers(-(10**15), 10**15)


@pytest.mark.case("E1")
@pytest.mark.parametrize(("provider", "currency", "places"), CURRENCIES)
class TestEveryCurrency:
    def test_it_has_its_decimal_places(self, provider: str, currency: str, places: int) -> None:
        assert exponent(currency, provider=provider) == places

    def test_an_amount_is_the_same_as_a_decimal_and_back(
        self, provider: str, currency: str, places: int
    ) -> None:
        step = STEPS.get((provider, currency), 1)
        for count in (0, 1, -1, 5, -5, 9, 10, 99, 100, 999, 1000, -1001, 99_999_999, 10**13):
            amount = count * step
            text = plain_decimal(Money(amount, currency), provider=provider)

            assert Decimal(text).scaleb(exponent(currency)) == amount
            assert len(text.partition(".")[2]) == places


def test_a_minor_unit_is_the_same_at_either_provider() -> None:
    """Or the payments of one customer could not be added."""
    paid = Money(150_000, "huf")

    assert plain_decimal(paid) == "1500.00"
    assert plain_decimal(paid, provider="paypal") == "1500"


@given(amount=st.integers(-(10**18), 10**18), currency=st.sampled_from(CURRENCIES))
def test_a_plain_decimal_has_no_grouping_symbol_or_exponent(
    amount: int, currency: tuple[str, str, int]
) -> None:
    _, name, _ = currency
    text = plain_decimal(Money(amount, name))

    assert set(text) <= set("-.0123456789")
    assert Decimal(text).scaleb(exponent(name)) == amount


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


# --- what a provider does not take ---------------------------------------------------------------


def refusal(money: Money, provider: str) -> str | None:
    try:
        ensure_exact(money, provider=provider)
    except AmountRefusedError as error:
        return error.code
    return None


@pytest.mark.case("E2")
@given(of=st.sampled_from(EVERY) | st.sampled_from(IN_STEPS), amount=AMOUNTS)
def test_an_amount_is_taken_as_it_is_or_refused(of: tuple[str, str], amount: int) -> None:
    provider, currency = of
    is_finer = amount % STEPS.get(of, 1) != 0

    assert step_of(currency, provider=provider) == STEPS.get(of, 1)
    assert refusal(Money(amount, currency), provider) == (
        "amount_too_precise" if is_finer else None
    )


@pytest.mark.case("E2")
@pytest.mark.parametrize(
    ("provider", "money"),
    [
        ("stripe", Money(5124, "kwd")),  # KWD 5.124
        ("stripe", Money(1050, "isk")),  # ISK 10.50
        ("stripe", Money(50, "ugx")),
        ("paypal", Money(150, "huf")),  # HUF 1.5
        ("paypal", Money(150, "twd")),
    ],
)
def test_what_is_finer_than_the_provider_takes_is_refused(provider: str, money: Money) -> None:
    for ensure in (ensure_exact, ensure_chargeable):
        with pytest.raises(AmountRefusedError) as refused:
            ensure(money, provider=provider)

        assert refused.value.code == "amount_too_precise"
        assert [one.field for one in refused.value.problems] == ["amount.amount"]
        assert money.currency in refused.value.detail


@pytest.mark.case("E2")
def test_paypal_writes_nothing_that_it_would_not_take() -> None:
    with pytest.raises(AmountRefusedError):
        plain_decimal(Money(150, "huf"), provider="paypal")


def test_forint_have_two_decimals_in_charges_and_none_in_payouts_which_we_never_make() -> None:
    assert refusal(Money(1045, "huf"), "stripe") is None
    assert refusal(Money(80045, "twd"), "stripe") is None


def test_shillings_of_uganda_are_whole_by_either_of_stripes_readings() -> None:
    """Stripe lists them as without decimals, and as written with two of them."""
    assert exponent("ugx") == 0
    assert refusal(Money(500, "ugx"), "stripe") is None
    assert refusal(Money(505, "ugx"), "stripe") == "amount_too_precise"


@pytest.mark.parametrize("currency", ["kwd", "bhd", "jod", "omr", "tnd", "zar", "xaf", "isk"])
def test_a_currency_that_paypal_does_not_offer_is_refused_and_not_guessed(currency: str) -> None:
    assert currency not in " ".join(PAYPAL_PLACES.values())
    for ask in (exponent, step_of):
        with pytest.raises(AmountRefusedError) as refused:
            ask(currency, provider="paypal")

        assert refused.value.code == "currency_not_offered"


@pytest.mark.parametrize("currency", ["iqd", "lyd", "clf", "uyw"])
def test_a_currency_of_other_decimals_that_stripe_does_not_offer_is_refused(currency: str) -> None:
    assert refusal(Money(1000, currency), "stripe") == "currency_not_offered"


@pytest.mark.parametrize(
    ("provider", "currency", "largest"),
    [
        ("stripe", "usd", 99_999_999),
        ("stripe", "jpy", 99_999_999),
        ("stripe", "kwd", 99_999_990),
        ("stripe", "inr", 999_999_999),
        ("stripe", "cop", 9_999_999_999),
        ("stripe", "idr", 999_999_999_999),
        ("paypal", "usd", 99_999_999_999_999_999),
        ("paypal", "jpy", 999_999_999_999_999),
        ("paypal", "huf", 99_999_999_999_999_900),
    ],
)
def test_a_price_has_no_more_digits_than_the_provider_takes(
    provider: str, currency: str, largest: int
) -> None:
    step = step_of(currency, provider=provider)
    ensure_chargeable(Money(largest, currency), provider=provider)
    with pytest.raises(AmountRefusedError) as refused:
        ensure_chargeable(Money(largest + step, currency), provider=provider)

    assert refused.value.code == "amount_too_large"
    ensure_exact(Money(largest + step, currency), provider=provider)  # what was charged may go back
