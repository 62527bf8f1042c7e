"""Money: an integer number of minor units and an ISO 4217 code in lower case.

How many minor units make one unit depends on who counts: see `exponent`.
"""

from dataclasses import dataclass

_STRIPE_ZERO_DECIMAL = frozenset(
    # https://docs.stripe.com/currencies#zero-decimal
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905
)
_STRIPE_THREE_DECIMAL = frozenset(
    # https://docs.stripe.com/currencies#three-decimal
    ("bhd", "jod", "kwd", "omr", "tnd")
)
_PAYPAL_ZERO_DECIMAL = frozenset(
    # https://developer.paypal.com/api/rest/reference/currency-codes/
    ("huf", "jpy", "twd")
)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    amount: int
    currency: str


def exponent(currency: str, *, provider: str = "stripe") -> int:
    """Decimal places of one minor unit of `currency` as `provider` counts it."""
    if provider == "paypal":
        return 0 if currency in _PAYPAL_ZERO_DECIMAL else 2
    if currency in _STRIPE_ZERO_DECIMAL:
        return 0
    return 3 if currency in _STRIPE_THREE_DECIMAL else 2


def plain_decimal(money: Money, *, provider: str = "stripe") -> str:
    """`Money(-5, "usd")` as `-0.05`, `Money(5, "jpy")` as `5`: a point, no grouping, no symbol."""
    places = exponent(money.currency, provider=provider)
    sign = "-" if money.amount < 0 else ""
    if places == 0:
        return f"{sign}{abs(money.amount)}"
    whole, fraction = divmod(abs(money.amount), 10**places)
    return f"{sign}{whole}.{fraction:0{places}d}"
