"""Tax by rates that a shop sets by hand: https://docs.stripe.com/billing/taxes/tax-rates

An inclusive rate is part of what a price says, an exclusive one comes on top of it.
"""

from collections.abc import Iterable
from fractions import Fraction

from infra.local.stripe.account import Account
from infra.local.stripe.wire import Json, texts


def rates_of(account: Account, params: Json) -> list[Json]:
    given = texts(params, "default_tax_rates") if params.get("default_tax_rates") else []
    return [account.get("tax_rate", one, param="default_tax_rates") for one in given]


def taxes_on(amount: int, rates: Iterable[Json]) -> list[Json]:
    """Of one line, whose `amount` is what its price says."""
    return [_tax_on(amount, rate) for rate in rates]


def summed(taxes: Iterable[Json]) -> list[Json]:
    """By rate, as a whole invoice shows them."""
    sums: dict[str, Json] = {}
    for tax in taxes:
        rate = tax["tax_rate_details"]["tax_rate"]
        known = sums.setdefault(rate, {**tax, "amount": 0, "taxable_amount": 0})
        for name in ("amount", "taxable_amount"):
            known[name] += tax[name]
    return list(sums.values())


def share_of_taxes(taxes: Iterable[Json], part: int, whole: int) -> list[Json]:
    """What of an invoice's taxes a credit note about a part of it takes back."""
    return [
        {
            **tax,
            "amount": round(Fraction(tax["amount"] * part, whole)),
            "taxable_amount": round(Fraction(tax["taxable_amount"] * part, whole)),
        }
        for tax in taxes
    ]


def totals(subtotal: int, taxes: list[Json]) -> Json:
    """`subtotal` is the sum of what the prices say."""
    by_behavior = {
        behavior: sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == behavior)
        for behavior in ("exclusive", "inclusive")
    }
    untaxed = subtotal - by_behavior["inclusive"]
    return {
        "subtotal": subtotal,
        "subtotal_excluding_tax": untaxed,
        "total": subtotal + by_behavior["exclusive"],
        "total_excluding_tax": untaxed,
        "total_taxes": taxes,
    }


def _tax_on(amount: int, rate: Json) -> Json:
    percentage = Fraction(str(rate["percentage"]))
    whole = 100 + percentage if rate["inclusive"] else Fraction(100)
    tax = round(amount * percentage / whole)
    return {
        "amount": tax,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": "not_available",
        "taxable_amount": amount - tax if rate["inclusive"] else amount,
        "type": "tax_rate_details",
    }
