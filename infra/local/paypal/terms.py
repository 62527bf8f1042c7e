"""What a subscriber agreed to: the plan's terms, or their own where those were overridden."""

import copy

from infra.local.paypal.account import Account
from infra.local.paypal.errors import invalid_value, unprocessable
from infra.local.paypal.money import money, read_money
from infra.local.paypal.pricing import as_scheme, read_scheme, replaced
from infra.local.paypal.reading import (
    flag,
    integer,
    known_only,
    mapping,
    mappings,
    one_of,
    quantity,
    read_percentage,
)
from infra.local.provider.exchange import Json

_TERMS = ("billing_cycles", "payment_preferences", "taxes")


def terms_of(account: Account, subscription: Json) -> Json:
    """`billing_cycles`, `payment_preferences` and `taxes`."""
    override: Json | None = subscription["override"]
    return override or account.get("plan", subscription["plan_id"])


def own_terms(account: Account, subscription: Json) -> Json:
    """The terms, made the subscription's own: the plan's later changes pass it by."""
    if subscription["override"] is None:
        subscription["override"] = copied_terms(account.get("plan", subscription["plan_id"]))
    terms: Json = subscription["override"]
    return terms


def copied_terms(plan: Json) -> Json:
    return {name: copy.deepcopy(plan[name]) for name in _TERMS}


def currency_of(terms: Json) -> str:
    schemes = [cycle["pricing_scheme"] for cycle in terms["billing_cycles"]]
    return str(next(scheme["currency"] for scheme in schemes if scheme))


def cycle_of(terms: Json, sequence: int) -> Json:
    for cycle in terms["billing_cycles"]:
        if cycle["sequence"] == sequence:
            found: Json = cycle
            return found
    raise unprocessable(
        "INVALID_BILLING_CYCLE_SEQUENCE", "The provided billing cycle sequence is not available."
    )


def read_quantity(body: Json, plan: Json) -> int:
    if "quantity" in body and not plan["quantity_supported"] and quantity(body) != 1:
        raise unprocessable(
            "SUBSCRIPTION_CANNOT_HAVE_QUANTITY",
            "Subscription can't have quantity as the plan does not support quantity.",
        )
    return quantity(body)


def overridden(account: Account, plan: Json, given: Json) -> Json | None:
    """The plan's terms with what an inline `plan` of a request puts in their place."""
    if not given:
        return None
    known_only(given, "billing_cycles payment_preferences taxes", within="/plan")
    terms = copied_terms(plan)
    rows = mappings(given, "billing_cycles", within="/plan") if "billing_cycles" in given else []
    for number, row in enumerate(rows):
        _override_cycle(account, terms, row, f"/plan/billing_cycles/{number}")
    _override_preferences(terms, mapping(given, "payment_preferences", within="/plan"))
    taxes = mapping(given, "taxes", within="/plan")
    if taxes:
        known = terms["taxes"] or {"percentage": "0", "inclusive": True}
        terms["taxes"] = read_taxes(known | taxes, "/plan/taxes")
    return terms


def _override_cycle(account: Account, terms: Json, row: Json, within: str) -> None:
    known_only(row, "sequence pricing_scheme total_cycles", within=within)
    cycle = cycle_of(terms, integer(row, "sequence", None, least=1, most=99, within=within))
    if "pricing_scheme" in row:
        scheme = read_scheme(row["pricing_scheme"], f"{within}/pricing_scheme")
        fresh = replaced(cycle["pricing_scheme"], scheme, at=account.now(), of="plan")
        fresh.pop("former", None)  # a new agreement is billed at its own price at once
        cycle["pricing_scheme"] = fresh
    if "total_cycles" in row:
        cycle["total_cycles"] = integer(row, "total_cycles", None, least=0, most=999, within=within)


def _override_preferences(terms: Json, given: Json) -> None:
    within = "/plan/payment_preferences"
    preferences = terms["payment_preferences"]
    for name in given:
        match name:
            case "auto_bill_outstanding":
                preferences[name] = flag(given, name, default=True, within=within)
            case "payment_failure_threshold":
                preferences[name] = integer(given, name, None, least=0, most=999, within=within)
            case "setup_fee_failure_action":
                preferences[name] = one_of(given, name, ("CONTINUE", "CANCEL"), "", within=within)
            case "setup_fee":
                fee, _ = read_money(given[name], f"{within}/{name}", allow_zero=True)
                preferences["setup_fee_minor"] = fee
            case _:
                raise invalid_value(f"{within}/{name}")


def read_taxes(given: Json, within: str) -> Json | None:
    if not given:
        return None
    known_only(given, "percentage inclusive", within=within)
    return {
        "percentage": read_percentage(given, "percentage", within=within),
        "inclusive": flag(given, "inclusive", default=True, within=within),
    }


def as_terms(terms: Json, created_at: int) -> Json:
    preferences = terms["payment_preferences"]
    fee = money(preferences["setup_fee_minor"], currency_of(terms))
    printed: Json = {
        "billing_cycles": [_as_cycle(cycle, created_at) for cycle in terms["billing_cycles"]],
        "payment_preferences": {
            "auto_bill_outstanding": preferences["auto_bill_outstanding"],
            "setup_fee": fee,
            "setup_fee_failure_action": preferences["setup_fee_failure_action"],
            "payment_failure_threshold": preferences["payment_failure_threshold"],
        },
    }
    return printed | ({"taxes": terms["taxes"]} if terms["taxes"] else {})


def _as_cycle(cycle: Json, created_at: int) -> Json:
    scheme = cycle["pricing_scheme"]
    return {
        **({"pricing_scheme": as_scheme(scheme, created_at)} if scheme else {}),
        "frequency": cycle["frequency"],
        "tenure_type": cycle["tenure_type"],
        "sequence": cycle["sequence"],
        "total_cycles": cycle["total_cycles"],
    }
