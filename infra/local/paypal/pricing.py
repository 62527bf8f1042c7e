"""Pricing schemes: fixed, by volume or by tiers; and from when a changed price is billed."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from infra.local.paypal.errors import invalid_value, missing, unprocessable
from infra.local.paypal.money import money, read_money
from infra.local.paypal.reading import known_only, mappings, one_of, required_text, text
from infra.local.paypal.times import written
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json


def read_scheme(given: Any, within: str) -> Json:
    if not isinstance(given, dict):
        raise missing(within)
    known_only(given, "fixed_price pricing_model tiers", within=within)
    if "pricing_model" not in given:
        price, currency = read_money(
            given.get("fixed_price"), f"{within}/fixed_price", allow_zero=True
        )
        return {"currency": currency, "fixed_minor": price, "model": None, "version": 1}
    if "fixed_price" in given:
        raise unprocessable(
            "FIXED_PRICE_NOT_SUPPORTED", "Fixed price is not supported for tiered pricing schemes."
        )
    model = one_of(given, "pricing_model", ("VOLUME", "TIERED"), "", within=within)
    tiers = [
        _read_tier(row, f"{within}/tiers/{number}")
        for number, row in enumerate(mappings(given, "tiers", within=within, largest=32))
    ]
    _refuse_gaps(tiers)
    currency = tiers[0].pop("currency")
    if any(tier.pop("currency") != currency for tier in tiers[1:]):
        raise unprocessable("CURRENCY_MISMATCH", "All currency codes should be the same.")
    return {"currency": currency, "model": model, "tiers": tiers, "version": 1}


def _read_tier(given: Json, within: str) -> Json:
    known_only(given, "starting_quantity ending_quantity amount", within=within)
    amount, currency = read_money(given.get("amount"), f"{within}/amount", allow_zero=True)
    if amount == 0:
        raise unprocessable("INVALID_PRICING_TIER_AMOUNT", "Free tiers are not supported.")
    try:
        first = int(required_text(given, "starting_quantity", within=within))
        last = text(given, "ending_quantity", within=within)
        return {
            "from": first,
            "to": None if last is None else int(last),
            "amount_minor": amount,
            "currency": currency,
        }
    except ValueError as error:
        raise invalid_value(f"{within}/starting_quantity") from error


def _refuse_gaps(tiers: list[Json]) -> None:
    expected: int | None = 1
    for tier in sorted(tiers, key=lambda t: int(t["from"])):
        if expected is None or tier["from"] < expected:
            raise unprocessable(
                "OVERLAPPING_PRICING_SCHEME_TIERS",
                "The specified quantity overlaps with multiple pricing tiers.",
            )
        if tier["from"] > expected:
            raise unprocessable(
                "MISSING_PRICING_SCHEME_TIERS", "Tier(s) are missing for some quantities."
            )
        expected = None if tier["to"] is None else tier["to"] + 1
    if expected is not None:
        raise unprocessable(
            "MISSING_PRICING_SCHEME_TIERS", "Tier(s) are missing for some quantities."
        )


def replaced(old: Json | None, new: Json, *, at: int, of: str) -> Json:
    """`new` in the place of `old`, which is billed for some days more."""
    if old is None:
        return {**new, "changed_at": at}
    if new["currency"] != old["currency"]:
        raise unprocessable(
            "CURRENCY_MISMATCH", f"The currency code is different from the {of}'s currency code."
        )
    if (new["model"] is None) != (old["model"] is None):
        raise unprocessable(
            "INVALID_PRICING_SCHEME",
            "The new pricing scheme should be of the same type as that of the old one.",
        )
    return {**new, "version": old["version"] + 1, "changed_at": at, "former": old}


def in_force(scheme: Json, *, at: int, freeze_days: int) -> Json:
    """A price update does not touch the bills of the next ten days, where PayPal funds them."""
    while "former" in scheme and at < scheme["changed_at"] + freeze_days * DAY_SECONDS:
        scheme = scheme["former"]
    return scheme


def price_minor(scheme: Json | None, quantity: int) -> int:
    if scheme is None:
        return 0
    match scheme["model"]:
        case None:
            return int(scheme["fixed_minor"]) * quantity
        case "VOLUME":
            tier = next(t for t in scheme["tiers"] if t["to"] is None or quantity <= t["to"])
            return int(tier["amount_minor"]) * quantity
        case _:
            return sum(
                (min(quantity, t["to"] or quantity) - t["from"] + 1) * t["amount_minor"]
                for t in scheme["tiers"]
                if t["from"] <= quantity
            )


def tax_minor(taxes: Json | None, net_minor: int) -> int:
    """What comes on top of the price; nothing where the price includes it."""
    if not taxes or taxes["inclusive"]:
        return 0
    exact = Decimal(taxes["percentage"]) * net_minor / 100
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def as_scheme(scheme: Json, created_at: int) -> Json:
    printed: Json = {
        "version": scheme["version"],
        "create_time": written(created_at),
        "update_time": written(scheme.get("changed_at", created_at)),
    }
    if scheme["model"] is None:
        return {**printed, "fixed_price": money(scheme["fixed_minor"], scheme["currency"])}
    tiers = [
        {
            "starting_quantity": str(tier["from"]),
            **({} if tier["to"] is None else {"ending_quantity": str(tier["to"])}),
            "amount": money(tier["amount_minor"], scheme["currency"]),
        }
        for tier in scheme["tiers"]
    ]
    return {**printed, "pricing_model": scheme["model"], "tiers": tiers}
