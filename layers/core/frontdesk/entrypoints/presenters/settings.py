"""The settings as the shop's staff see them, and the part of them that everybody sees."""

from typing import Any

from frontdesk.domain.settings import (
    Branding,
    ExportSchedule,
    PlanChangeRules,
    RefundRules,
    Settings,
    SsoRules,
)
from frontdesk.entrypoints.presenters.common import present_moment, present_money


def present_settings(settings: Settings) -> dict[str, Any]:
    return {
        **_public(settings),
        "version": settings.version,
        "updated_at": present_moment(settings.updated_at),
        "order_history_days": settings.order_history_days,
        "sso": _sso(settings.sso),
        "allowed_origins": list(settings.allowed_origins),
        "return_addresses": list(settings.return_addresses),
        "cancellation": {
            "timing": settings.cancellation.timing.value,
            "credits_unused_time": settings.cancellation.credits_unused_time,
            "asks_reason": settings.cancellation.asks_reason,
        },
        "refunds": _refunds(settings.refunds),
        "plan_change": _plan_change(settings.plan_change),
        "custom_fields": [
            {
                "key": field.key,
                "label": field.label,
                "type": field.type,
                "editable_by_customer": field.is_editable_by_customer,
            }
            for field in settings.custom_fields
        ],
        "currency": settings.currency,
        "export_schedule": _export_schedule(settings.export_schedule),
    }


def present_storefront(settings: Settings) -> dict[str, Any]:
    return _public(settings)


def _public(settings: Settings) -> dict[str, Any]:
    return {
        "headline": settings.headline,
        "privacy_policy_url": settings.privacy_policy_url,
        "terms_of_service_url": settings.terms_of_service_url,
        "branding": _branding(settings.branding),
        "sign_in_methods": list(settings.sign_in_methods),
        "features": dict(settings.features),
    }


def _branding(branding: Branding) -> dict[str, Any]:
    return {
        "logo_url": branding.logo_url,
        "primary_gradient": branding.primary_gradient,
        "secondary_gradient": branding.secondary_gradient,
    }


def _sso(sso: SsoRules) -> dict[str, Any]:
    return {
        "create_unknown_customers": sso.create_unknown_customers,
        "link_by_email": sso.link_by_email,
        "keys": [
            {
                "kid": key.kid,
                "issuer": key.issuer,
                "audience": key.audience,
                "active": key.is_active,
            }
            for key in sso.keys
        ],
    }


def _refunds(refunds: RefundRules) -> dict[str, Any]:
    return {
        "accepts_requests": refunds.accepts_requests,
        "window_days": refunds.window_days,
        "automatic_up_to": present_money(refunds.automatic_up_to),
        "revokes_access": refunds.revokes_access,
    }


def _plan_change(rules: PlanChangeRules) -> dict[str, Any]:
    return {
        "allowed_offer_ids": list(rules.allowed_offer_ids),
        "upgrades": rules.upgrades.value,
        "downgrades": rules.downgrades.value,
        "proration": rules.proration.value,
    }


def _export_schedule(schedule: ExportSchedule) -> dict[str, Any]:
    return {
        "frequency": schedule.frequency.value,
        "kinds": list(schedule.kinds),
        "format": schedule.format,
    }
