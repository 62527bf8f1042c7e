"""Stripe's amounts: integers, which are our minor units; some of them are refused."""

from frontdesk.domain.money import (
    STRIPE,
    AmountRefusedError,
    Money,
    ensure_chargeable,
    ensure_exact,
)
from frontdesk.ports.commands import CommandRejectedError


def minor_units(amount: object) -> int:
    """Raises TypeError. What Stripe says has happened is taken as it says."""
    if type(amount) is not int:
        raise TypeError("An amount is a whole number of minor units.")
    return amount


def amount_of(money: Money, *, is_price: bool = False) -> int:
    """For a request; `is_price` of what is to be charged from now on.

    Raises CommandRejectedError: nothing is rounded.
    """
    ensure = ensure_chargeable if is_price else ensure_exact
    try:
        ensure(money, provider=STRIPE)
    except AmountRefusedError as error:
        raise CommandRejectedError(error.code) from None
    return money.amount
