"""Money: an integer number of minor units and an ISO 4217 code in lower case.

A minor unit of a currency is one and the same thing whoever was paid, or a customer's payments
could not be added: it is Stripe's, whose amounts are such integers. How a provider writes an
amount (`exponent`) and which amounts it takes (`step_of`, `ensure_exact`, `ensure_chargeable`)
depend on both, provider and currency. What a provider would not take as it is, is refused before
it is asked: nothing is ever rounded on its way out.

Stripe: https://docs.stripe.com/currencies
PayPal: https://developer.paypal.com/api/rest/reference/currency-codes/
"""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.domain.errors import FieldProblem, InvalidInputError

STRIPE, PAYPAL = "stripe", "paypal"

_STRIPE_ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905
)
_STRIPE_THREE_DECIMAL = frozenset(("bhd", "jod", "kwd", "omr", "tnd"))
_NOT_OFFERED_BY_STRIPE = frozenset(("clf", "iqd", "lyd", "uyw"))
"""Not of two decimals by ISO 4217, so that Stripe's "two unless otherwise specified" is a guess."""

_STRIPE_STEPS: Mapping[str, int] = {
    # Banks behind Stripe want a 0 at the end: KWD 5.124 goes as 5.120 or 5.130.
    **dict.fromkeys(_STRIPE_THREE_DECIMAL, 10),
    # Whole units only, though written with two decimals. HUF and TWD are so in payouts alone.
    "isk": 100,
    # Stripe lists it both as without decimals and as written with two of them, which are 00.
    # Multiples of 100 are right by either reading, until a test in the sandbox tells them apart.
    "ugx": 100,
}
_STRIPE_DIGITS: Mapping[str, int] = {"idr": 12, "cop": 10, "inr": 9}
_STRIPE_DIGITS_ELSE = 8
"""What every method of payment takes; most cards take more."""

_PAYPAL_ZERO_DECIMAL = frozenset(("huf", "jpy", "twd"))
_PAYPAL_TWO_DECIMAL = frozenset(
    "aud brl cad chf cny czk dkk eur gbp hkd ils mxn myr nok nzd php pln sek sgd thb usd".split()  # noqa: SIM905
) | {"inr", "rub"}  # in India; no longer offered, and old payments are in it
_PAYPAL_WHOLE_DIGITS = 15
"""MAX_VALUE_EXCEEDED at https://developer.paypal.com/docs/api/orders/v2/#orders_create."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    amount: int
    currency: str


class AmountRefusedError(InvalidInputError):
    """The provider does not take this amount as it is. `code` says why."""

    def __init__(self, detail: str, *, code: str, field: str = "amount.amount") -> None:
        super().__init__(detail, code=code, problems=(FieldProblem(field, code, detail),))


def exponent(currency: str, *, provider: str = STRIPE) -> int:
    """Decimal places with which `provider` writes `currency`; those of our minor unit are Stripe's.

    Raises AmountRefusedError (currency_not_offered): PayPal has a list, and nothing is guessed.
    """
    if provider == PAYPAL:
        if currency not in _PAYPAL_ZERO_DECIMAL | _PAYPAL_TWO_DECIMAL:
            raise _not_offered(currency, provider)
        return 0 if currency in _PAYPAL_ZERO_DECIMAL else 2
    if currency in _STRIPE_ZERO_DECIMAL:
        return 0
    return 3 if currency in _STRIPE_THREE_DECIMAL else 2


def step_of(currency: str, *, provider: str) -> int:
    """Minor units between one amount that `provider` takes and the next.

    Raises AmountRefusedError (currency_not_offered).
    """
    if provider == PAYPAL:
        finer: int = 10 ** (exponent(currency) - exponent(currency, provider=provider))
        return finer
    if currency in _NOT_OFFERED_BY_STRIPE:
        raise _not_offered(currency, provider)
    return _STRIPE_STEPS.get(currency, 1)


def ensure_exact(money: Money, *, provider: str) -> None:
    """Raises AmountRefusedError (amount_too_precise, currency_not_offered)."""
    step = step_of(money.currency, provider=provider)
    if money.amount % step:
        raise AmountRefusedError(
            f"At {provider}, an amount in {money.currency} is a multiple of {step} minor units.",
            code="amount_too_precise",
        )


def ensure_chargeable(money: Money, *, provider: str) -> None:
    """Of what is to be charged; what was charged can be refunded, however large it is.

    Raises AmountRefusedError (amount_too_precise, amount_too_large, currency_not_offered).
    """
    ensure_exact(money, provider=provider)
    if provider == PAYPAL:
        digits = _PAYPAL_WHOLE_DIGITS + exponent(money.currency)
    else:
        digits = _STRIPE_DIGITS.get(money.currency, _STRIPE_DIGITS_ELSE)
    if abs(money.amount) >= 10**digits:
        raise AmountRefusedError(
            f"At {provider}, an amount in {money.currency} has at most {digits} digits.",
            code="amount_too_large",
        )


def _not_offered(currency: str, provider: str) -> AmountRefusedError:
    return AmountRefusedError(
        f"There are no payments in {currency} at {provider}.",
        code="currency_not_offered",
        field="amount.currency",
    )


def plain_decimal(money: Money, *, provider: str = STRIPE) -> str:
    """`Money(-5, "usd")` as `-0.05`, `Money(5, "jpy")` as `5`: a point, no grouping, no symbol.

    PayPal writes fewer places of some currencies and raises AmountRefusedError for what is finer.
    """
    amount, places = abs(money.amount), exponent(money.currency, provider=provider)
    if provider == PAYPAL:
        ensure_exact(money, provider=provider)
        amount //= step_of(money.currency, provider=provider)
    sign = "-" if money.amount < 0 else ""
    if places == 0:
        return f"{sign}{amount}"
    whole, fraction = divmod(amount, 10**places)
    return f"{sign}{whole}.{fraction:0{places}d}"
