"""The settings as an item: each part a map under its own name, what is missing is the default."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from frontdesk.adapters.dynamodb.operations import Item, Value
from frontdesk.domain.money import Money
from frontdesk.domain.settings import (
    FEATURES,
    Branding,
    CancellationRules,
    CustomField,
    ExportSchedule,
    Frequency,
    PlanChangeRules,
    Proration,
    RefundRules,
    Settings,
    SsoRules,
    Timing,
)
from frontdesk.domain.times import from_text, to_sortable

_KEPT_ELSEWHERE = frozenset(("currency", "version", "updated_at"))
_PLAIN = (
    "headline",
    "privacy_policy_url",
    "terms_of_service_url",
    "order_history_days",
)
_LISTS = ("sign_in_methods", "allowed_origins", "return_addresses")


def settings_item(settings: Settings, *, at: datetime) -> Item:
    item = {
        field.name: _plain(getattr(settings, field.name))
        for field in fields(settings)
        if field.name not in _KEPT_ELSEWHERE
    }
    # Who may sign in with which key is the vault's to know, and nobody else's.
    item["sso"] = {
        "create_unknown_customers": settings.sso.create_unknown_customers,
        "link_by_email": settings.sso.link_by_email,
    }
    return item | {
        "entity": "settings",
        "version": settings.version,
        "created_at": to_sortable(at),
        "updated_at": to_sortable(settings.updated_at or at),
    }


def settings_of(item: Item | None, *, currency: str) -> Settings:
    """The settings in `item`, which may be older than a part of them, or the defaults."""
    if item is None:
        return Settings(currency=currency)
    known: Any = item
    given: dict[str, Any] = {name: known[name] for name in _PLAIN if name in known}
    given |= {name: tuple(known[name]) for name in _LISTS if name in known}
    given |= {name: read(known[name]) for name, read in _PARTS.items() if name in known}
    return Settings(
        currency=currency,
        version=known["version"],
        updated_at=from_text(known["updated_at"]),
        **given,
    )


def _plain(value: Any) -> Value:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Enum():
            return str(value.value)
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
    plain: Value = value
    return plain


def _features(part: Mapping[str, bool]) -> Mapping[str, bool]:
    return {name: part.get(name, True) for name in FEATURES}


def _cancellation(part: Mapping[str, Any]) -> CancellationRules:
    return CancellationRules(**{**part, "timing": Timing(part["timing"])})


def _refunds(part: Mapping[str, Any]) -> RefundRules:
    limit = part["automatic_up_to"]
    return RefundRules(**{**part, "automatic_up_to": Money(**limit) if limit else None})


def _plan_change(part: Mapping[str, Any]) -> PlanChangeRules:
    return PlanChangeRules(
        allowed_offer_ids=tuple(part["allowed_offer_ids"]),
        upgrades=Timing(part["upgrades"]),
        downgrades=Timing(part["downgrades"]),
        proration=Proration(part["proration"]),
    )


def _export_schedule(part: Mapping[str, Any]) -> ExportSchedule:
    return ExportSchedule(
        frequency=Frequency(part["frequency"]), kinds=tuple(part["kinds"]), format=part["format"]
    )


_PARTS: Mapping[str, Callable[[Any], Any]] = {
    "features": _features,
    "branding": lambda part: Branding(**part),
    "sso": lambda part: SsoRules(**part),
    "cancellation": _cancellation,
    "refunds": _refunds,
    "plan_change": _plan_change,
    "custom_fields": lambda part: tuple(CustomField(**one) for one in part),
    "export_schedule": _export_schedule,
}
