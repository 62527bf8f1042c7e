"""PayPal's money: decimal text with as many places as the currency has.

Source: https://developer.paypal.com/reference/currency-codes/
"""

import re
from decimal import Decimal
from typing import Any

from infra.local.paypal.errors import PayPalError, invalid, missing, unprocessable
from infra.local.provider.exchange import Json

_ZERO_DECIMAL = frozenset({"HUF", "JPY", "TWD"})
CURRENCIES = _ZERO_DECIMAL | frozenset(
    "AUD BRL CAD CNY CZK DKK EUR HKD ILS MYR MXN NZD NOK PHP PLN GBP SGD SEK CHF THB USD".split()  # noqa: SIM905 - legible
)
_NUMBER = re.compile(r"(-?[0-9]+|-?[0-9]*[.][0-9]+)")
_LONGEST = 32


def exponent(currency: str) -> int:
    return 0 if currency in _ZERO_DECIMAL else 2


def text_of(amount_minor: int, currency: str) -> str:
    return str(Decimal(amount_minor).scaleb(-exponent(currency)))


def lean_text_of(amount_minor: int, currency: str) -> str:
    """As the subscriptions API prints what it has computed: `60.0`, `14.99`, `0.0`.

    Seen in the answers of real accounts, such as opencollective's and blendbyte's issues.
    """
    if exponent(currency) == 0:
        return str(amount_minor)
    whole, _, places = text_of(amount_minor, currency).partition(".")
    return f"{whole}.{places.rstrip('0') or '0'}"


def money(amount_minor: int, currency: str) -> Json:
    return {"currency_code": currency, "value": text_of(amount_minor, currency)}


def lean_money(amount_minor: int, currency: str) -> Json:
    return {"currency_code": currency, "value": lean_text_of(amount_minor, currency)}


def old_money(amount_minor: int, currency: str) -> Json:
    """A `currency` of the v1 payments API."""
    return {"value": text_of(amount_minor, currency), "currency": currency}


def old_amount(amount_minor: int, currency: str, **more: Any) -> Json:
    """An `amount` of the v1 payments API."""
    return {"total": text_of(amount_minor, currency), "currency": currency, **more}


def read_money(given: Any, field: str, *, allow_zero: bool = False) -> tuple[int, str]:
    """(minor units, currency) of a v2 amount; `field` is where it stands, as a JSON pointer."""
    if not isinstance(given, dict):
        raise missing(field)
    currency = _currency(given.get("currency_code"), f"{field}/currency_code")
    return _minor(given.get("value"), currency, f"{field}/value", allow_zero=allow_zero), currency


def read_old_amount(given: Any, field: str) -> tuple[int, str]:
    if not isinstance(given, dict):
        raise missing(field)
    currency = _currency(given.get("currency"), f"{field}/currency")
    return _minor(given.get("total"), currency, f"{field}/total", allow_zero=False), currency


def _currency(given: Any, field: str) -> str:
    if given is None:
        raise missing(field)
    if not isinstance(given, str) or given not in CURRENCIES:
        raise unprocessable(
            "INVALID_CURRENCY_CODE",
            "Currency code is invalid or is not currently supported.",
            field=field,
        )
    return given


def _minor(given: Any, currency: str, field: str, *, allow_zero: bool) -> int:
    if given is None:
        raise missing(field)
    if not isinstance(given, str) or len(given) > _LONGEST or not _NUMBER.fullmatch(given):
        raise invalid(
            "INVALID_PARAMETER_SYNTAX",
            "The value of a field does not conform to the expected format.",
            field=field,
            value=given,
        )
    scaled = Decimal(given).scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise _too_fine(currency, field)
    amount_minor = int(scaled)
    if amount_minor < 0 or (amount_minor == 0 and not allow_zero):
        raise unprocessable(
            "CANNOT_BE_ZERO_OR_NEGATIVE",
            "Must be greater than zero. If the currency supports decimals, only two decimal place "
            "precision is supported.",
            field=field,
        )
    return amount_minor


def _too_fine(currency: str, field: str) -> PayPalError:
    if currency in _ZERO_DECIMAL:
        return unprocessable(
            "DECIMALS_NOT_SUPPORTED", "Currency does not support decimals.", field=field
        )
    return unprocessable(
        "DECIMAL_PRECISION",
        "If the currency supports decimals, only two decimal place precision is supported.",
        field=field,
    )
