"""Stripe's integers: the same amount there and back, or a refusal before Stripe is asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.stripe.amounts import amount_of, minor_units
from frontdesk.domain.money import Money
from frontdesk.ports.commands import CommandRejectedError
from tests.currencies import STEPS, STRIPE_PLACES

CURRENCIES = [currency for names in STRIPE_PLACES.values() for currency in names.split()]


@pytest.mark.case("E1")
@given(count=st.integers(-(10**12), 10**12))
def test_there_and_back_it_is_the_same(count: int) -> None:
    for currency in CURRENCIES:
        money = Money(count * STEPS.get(("stripe", currency), 1), currency)
        written = json.dumps(amount_of(money))

        assert Money(minor_units(json.loads(written)), currency) == money
        assert set(written) <= set("-0123456789")


@pytest.mark.case("E2")
@pytest.mark.parametrize("is_price", [False, True])
@pytest.mark.parametrize("money", [Money(5124, "kwd"), Money(1050, "isk"), Money(50, "ugx")])
def test_what_stripe_would_not_take_is_not_sent(money: Money, is_price: bool) -> None:
    with pytest.raises(CommandRejectedError) as refused:
        amount_of(money, is_price=is_price)

    assert refused.value.code == "amount_too_precise"


def test_a_price_is_not_sent_that_is_too_large() -> None:
    assert amount_of(Money(10**8, "usd")) == 10**8
    with pytest.raises(CommandRejectedError) as refused:
        amount_of(Money(10**8, "usd"), is_price=True)
    assert refused.value.code == "amount_too_large"


@pytest.mark.parametrize("amount", ["1", 1.0, None, True, [1]])
def test_only_an_integer_is_an_amount(amount: object) -> None:
    with pytest.raises(TypeError):
        minor_units(amount)
