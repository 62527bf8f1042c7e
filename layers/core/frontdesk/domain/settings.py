"""The shop's settings: what its customers see and may do, and which promises hold for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from frontdesk.domain.money import Money

FEATURES = (
    "order_history",
    "billing_information",
    "credit_memos",
    "payment_method_updates",
    "subscription_updates",
    "subscription_cancel",
    "subscription_pause",
    "course_enrollments",
)
"""The visibility switches; each is on until the shop switches it off."""

_ALL_ON: Mapping[str, bool] = MappingProxyType(dict.fromkeys(FEATURES, True))


class Timing(StrEnum):
    NOW = "now"
    PERIOD_END = "period_end"


class Proration(StrEnum):
    NONE = "none"
    NEXT_INVOICE = "next_invoice"
    INVOICE_NOW = "invoice_now"


class Frequency(StrEnum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Branding:
    """Colours are `#rrggbb`."""

    logo_url: str | None = None
    primary_gradient: str | None = None
    secondary_gradient: str | None = None


@dataclass(frozen=True, slots=True)
class SsoKeyEntry:
    """What is told about a sign-in key. Its secret is kept elsewhere and never read back."""

    kid: str
    issuer: str
    audience: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class SsoRules:
    create_unknown_customers: bool = False
    link_by_email: bool = False
    keys: tuple[SsoKeyEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CancellationRules:
    """What a customer's own cancellation does; staff decide for each case."""

    timing: Timing = Timing.PERIOD_END
    credits_unused_time: bool = False
    asks_reason: bool = True


@dataclass(frozen=True, slots=True)
class RefundRules:
    """How a customer's request for a refund is judged.

    With `revokes_access`, one that is approved for what a subscription was paid with last ends the
    subscription and its access too.
    """

    accepts_requests: bool = False
    window_days: int = 30
    automatic_up_to: Money | None = None
    revokes_access: bool = True


@dataclass(frozen=True, slots=True)
class PlanChangeRules:
    """Which offers a customer may change to by itself, and when a change takes effect."""

    allowed_offer_ids: tuple[str, ...] = ()
    upgrades: Timing = Timing.NOW
    downgrades: Timing = Timing.PERIOD_END
    proration: Proration = Proration.NEXT_INVOICE


@dataclass(frozen=True, slots=True)
class CustomField:
    """`type` is text, number, boolean or date."""

    key: str
    label: str
    type: str = "text"
    is_editable_by_customer: bool = False


@dataclass(frozen=True, slots=True)
class ExportSchedule:
    """Which exports the deployment's daily schedule makes, and on which days."""

    frequency: Frequency = Frequency.DAILY
    kinds: tuple[str, ...] = ("customers",)
    format: str = "csv"

    def is_due(self, day: date) -> bool:
        """Weekly is Monday, monthly the first."""
        match self.frequency:
            case Frequency.NEVER:
                return False
            case Frequency.DAILY:
                return True
            case Frequency.WEEKLY:
                return day.weekday() == 0
            case Frequency.MONTHLY:
                return day.day == 1


@dataclass(frozen=True, slots=True)
class Settings:
    """`version` 0 is a shop that has saved nothing yet. `order_history_days` None is no limit.

    `currency` is the deployment's: figures are kept in it from the first day.
    """

    currency: str
    version: int = 0
    updated_at: datetime | None = None
    headline: str | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None
    features: Mapping[str, bool] = _ALL_ON
    order_history_days: int | None = None
    branding: Branding = Branding()
    sso: SsoRules = SsoRules()
    sign_in_methods: tuple[str, ...] = ("sso",)
    allowed_origins: tuple[str, ...] = ()
    return_addresses: tuple[str, ...] = ()
    cancellation: CancellationRules = CancellationRules()
    refunds: RefundRules = RefundRules()
    plan_change: PlanChangeRules = PlanChangeRules()
    custom_fields: tuple[CustomField, ...] = ()
    export_schedule: ExportSchedule = ExportSchedule()

    def is_on(self, feature: str) -> bool:
        return self.features[feature]
