"""PayPal's decimal strings as minor units, and back: exactly, or not at all."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from frontdesk.domain.money import Money, exponent, plain_decimal

_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PAYPAL = "paypal"


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
    """Refuses what is finer than the currency allows: it is never rounded."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise AmountError("The amount is not a decimal string.")
    scaled = Decimal(value).scaleb(exponent(currency, provider=_PAYPAL))
    if scaled != scaled.to_integral_value():
        raise AmountError("The amount is finer than its currency allows.")
    return int(scaled)


def amount_of(money: Money) -> dict[str, str]:
    """For a request to a v2 address."""
    return {
        "currency_code": money.currency.upper(),
        "value": plain_decimal(money, provider=_PAYPAL),
    }
