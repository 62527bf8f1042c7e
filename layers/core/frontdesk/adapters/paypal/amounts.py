"""PayPal's decimal strings as minor units, and back: exactly, or not at all."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from frontdesk.domain.money import (
    PAYPAL,
    AmountRefusedError,
    Money,
    ensure_chargeable,
    ensure_exact,
    exponent,
    plain_decimal,
    step_of,
)
from frontdesk.ports.commands import CommandRejectedError

_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class AmountError(ValueError):
    """Not an amount of money that PayPal's description allows."""


def money_of(amount: Mapping[str, Any]) -> Money:
    """An amount in either of PayPal's shapes, v2 (`currency_code`, `value`) or v1 (`currency`,
    `total` or `value`)."""
    code = amount["currency_code"] if "currency_code" in amount else amount["currency"]
    value = amount["value"] if "value" in amount else amount["total"]
    if not isinstance(code, str) or not _CURRENCY.fullmatch(code):
        raise AmountError("The currency is not a code of three letters.")
    currency = code.lower()
    return Money(minor_units(value, currency), currency)


def minor_units(value: object, currency: str) -> int:
    """Refuses what is finer than the currency allows, and what PayPal does not offer."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise AmountError("The amount is not a decimal string.")
    try:
        places, step = exponent(currency, provider=PAYPAL), step_of(currency, provider=PAYPAL)
    except AmountRefusedError as error:
        raise AmountError(error.detail) from None
    scaled = Decimal(value).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise AmountError("The amount is finer than its currency allows.")
    return int(scaled) * step


def amount_of(money: Money, *, is_price: bool = False) -> dict[str, str]:
    """For a request to a v2 address; `is_price` of what is to be charged from now on.

    Raises CommandRejectedError: nothing is rounded.
    """
    value = _value(money, ensure=ensure_chargeable if is_price else ensure_exact)
    return {"currency_code": money.currency.upper(), "value": value}


def v1_amount_of(money: Money) -> dict[str, str]:
    """For a request to a v1 payments address. Raises CommandRejectedError."""
    return {"currency": money.currency.upper(), "total": _value(money, ensure=ensure_exact)}


def _value(money: Money, *, ensure: Callable[..., None]) -> str:
    try:
        ensure(money, provider=PAYPAL)
    except AmountRefusedError as error:
        raise CommandRejectedError(error.code) from None
    return plain_decimal(money, provider=PAYPAL)
