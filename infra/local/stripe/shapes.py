"""Parts of objects that many objects share, and how amounts are written for people."""

from typing import Any

from infra.local.stripe.errors import invalid_request
from infra.local.stripe.wire import Json, integer, required, text

# https://docs.stripe.com/currencies: all others have two decimals.
_ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905
)
_THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_STEPS = {**dict.fromkeys(_THREE_DECIMAL, 10), "isk": 100, "ugx": 100}
"""https://docs.stripe.com/currencies#special-cases: no last decimal, no fractions."""
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_LARGEST_AMOUNT = 999_999_999_999
"""Of most cards; single methods of payment take less."""


def exponent(currency: str) -> int:
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def readable(amount_minor: int, currency: str) -> str:
    decimals = exponent(currency)
    whole, rest = divmod(abs(amount_minor), 10**decimals)
    sign = "-" if amount_minor < 0 else ""
    fraction = f".{rest:0{decimals}d}" if decimals else ""
    return f"{sign}{currency.upper()} {whole}{fraction}"


def currency_of(params: Json) -> str:
    currency = required(params, "currency").lower()
    if len(currency) != 3 or not currency.isalpha():
        raise invalid_request(f"Invalid currency: {currency}", param="currency")
    return currency


def amount_of(params: Json, name: str, currency: str, *, smallest: int = 1) -> int | None:
    amount = integer(params, name)
    if amount is None:
        return None
    if not smallest <= amount <= _LARGEST_AMOUNT:
        raise invalid_request(
            "Invalid positive integer" if amount < smallest else "Amount must be no more than …",
            code="parameter_invalid_integer" if amount < smallest else "amount_too_large",
            param=name,
        )
    step = _STEPS.get(currency, 1)
    if amount % step:
        raise invalid_request(
            f"Invalid amount. In {currency.upper()} it must be a multiple of {step}.", param=name
        )
    return amount


def empty_address() -> Json:
    return dict.fromkeys(_ADDRESS)


def address_of(params: Json, name: str, current: Json | None = None) -> Json | None:
    given = params.get(name)
    if not given:
        return None if given == "" else current
    if not isinstance(given, dict) or given.keys() - set(_ADDRESS):
        raise invalid_request(f"Invalid {name}", param=name)
    return {**empty_address(), **(current or {}), **{key: text(given, key) for key in given}}


def billing_details(given: Json) -> Json:
    return {
        "address": address_of(given, "address") or empty_address(),
        "email": text(given, "email"),
        "name": text(given, "name"),
        "phone": text(given, "phone"),
        "tax_id": None,
    }


def payment_settings() -> Json:
    return {"payment_method_options": None, "payment_method_types": None}


def untaxed(*, with_provider: bool) -> Json:
    fields: Json = {"disabled_reason": None, "enabled": False, "liability": None}
    return {**fields, "provider": None, "status": None} if with_provider else fields


def present(**fields: Any) -> Json:
    """Only the fields that have a value: Stripe leaves some out instead of saying null."""
    return {name: value for name, value in fields.items() if value is not None}
