"""Phases of a schedule as they are sent: whole, because what is left out is taken off.

https://docs.stripe.com/api/subscription_schedules/update#update_subscription_schedule-phases
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from frontdesk.adapters.stripe.mapping import id_of

type Json = Mapping[str, Any]


def phase_as_sent(phase: Json) -> dict[str, Any]:
    """The one that runs, as it is; its end is the caller's."""
    return {
        **_terms(phase),
        **_said(phase, _ONLY_OF_THIS_PHASE),
        "start_date": phase["start_date"],
        "items": [_item_as_sent(item) for item in phase["items"]],
        "proration_behavior": "none",
    }


def next_phase(phase: Json, sold: Mapping[str, Any]) -> dict[str, Any]:
    """The one after `phase`, for a cycle of what is `sold` then: paid, taxed and discounted as
    the one before, because only the offer changes."""
    taxes = _said(phase["items"][0], {"tax_rates": _ids})
    return {**_terms(phase), "items": [{**sold, **taxes}], "proration_behavior": "none"}


def _terms(phase: Json) -> dict[str, Any]:
    return _said(phase, _TERMS)


def _item_as_sent(item: Json) -> dict[str, Any]:
    return {"price": id_of(item["price"]), **_said(item, _OF_AN_ITEM)}


def _said(thing: Json, fields: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The fields that say something, in the form in which they are sent."""
    said = {name: form(thing[name]) for name, form in fields.items() if thing.get(name)}
    return {name: value for name, value in said.items() if value}


def _plain(value: Any) -> Any:
    return value


def _ids(rows: Sequence[Any]) -> list[str | None]:
    return [id_of(row) for row in rows]


def _discounts(rows: Sequence[Json]) -> list[dict[str, Any]]:
    """Each by one of the three ways in which it is named: the discount itself, where it began."""
    kinds = ("discount", "promotion_code", "coupon")
    named = (next(((k, one[k]) for k in kinds if one.get(k)), None) for one in rows)
    return [{kind: id_of(value)} for kind, value in filter(None, named)]


def _automatic_tax(tax: Json) -> dict[str, Any]:
    if not tax["enabled"]:
        return {}
    liability = tax.get("liability")
    return {"enabled": True, **({"liability": _account(liability)} if liability else {})}


def _invoice_settings(settings: Json) -> dict[str, Any]:
    kept = _said(settings, dict.fromkeys(("days_until_due", "description", "footer"), _plain))
    issuer = settings.get("issuer")
    return {**kept, **({"issuer": _account(issuer)} if issuer else {})}


def _account(reference: Json) -> dict[str, Any]:
    return _said(reference, {"type": _plain, "account": id_of})


_TERMS: Mapping[str, Callable[[Any], Any]] = {
    "application_fee_percent": _plain,
    "automatic_tax": _automatic_tax,
    "collection_method": _plain,
    "default_payment_method": id_of,
    "default_tax_rates": _ids,
    "description": _plain,
    "discounts": _discounts,
    "invoice_settings": _invoice_settings,
    "on_behalf_of": id_of,
}
_ONLY_OF_THIS_PHASE: Mapping[str, Callable[[Any], Any]] = {
    "billing_cycle_anchor": _plain,
    "metadata": dict,
    "trial_end": _plain,
}
_OF_AN_ITEM: Mapping[str, Callable[[Any], Any]] = {
    "quantity": _plain,
    "metadata": dict,
    "tax_rates": _ids,
    "discounts": _discounts,
}
