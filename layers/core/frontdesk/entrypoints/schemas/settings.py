"""The bodies and answers of the settings' routes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, WithJsonSchema

from frontdesk.domain import settings as domain
from frontdesk.domain.export import AVAILABLE_KINDS
from frontdesk.domain.money import Money as DomainMoney
from frontdesk.domain.settings_check import LONGEST_REFUND_WINDOW_DAYS
from frontdesk.entrypoints.schemas.common import (
    HTTPS_HOST,
    PORT,
    Answer,
    Change,
    Command,
    Currency,
    HttpsUrl,
    Line,
    Moment,
    Money,
    OfferId,
    PositiveMoney,
    Version,
)

_LOCAL = r"http://(localhost|127\.0\.0\.1)"


def _distinct[One](values: tuple[One, ...]) -> tuple[One, ...]:
    if len(set(values)) != len(values):
        raise ValueError("Give each entry once.")
    return values


def _available(kind: str) -> str:
    if kind not in AVAILABLE_KINDS:
        raise ValueError("Exports of this kind cannot be made yet.")
    return kind


_Distinct = (AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True}))

Colour = Annotated[
    str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), Field(examples=["#1a73e8"])
]
Origin = Annotated[
    str,
    StringConstraints(max_length=300, pattern=rf"^({HTTPS_HOST}|{_LOCAL}){PORT}$"),
    Field(examples=["https://shop.example"]),
]
ReturnAddress = Annotated[
    str,
    StringConstraints(
        max_length=1000,
        pattern=rf"^({HTTPS_HOST}|{_LOCAL}){PORT}(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?$",
    ),
    Field(examples=["https://shop.example/account"]),
]
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
KeySecret = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]{32,256}$"),
    Field(
        description="At least 32 random bytes as text. Never answered.",
        json_schema_extra={"writeOnly": True},
    ),
]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SignInMethod = Literal["sso"]
ExportKind = Annotated[
    str,
    AfterValidator(_available),
    # What cannot be exported today cannot be scheduled either.
    WithJsonSchema({"type": "string", "enum": sorted(AVAILABLE_KINDS)}),
]


class FeatureSwitches(Answer):
    """The eight visibility switches."""

    order_history: bool
    billing_information: bool
    credit_memos: bool
    payment_method_updates: bool
    subscription_updates: bool
    subscription_cancel: bool
    subscription_pause: bool
    course_enrollments: bool


class Branding(Answer):
    logo_url: str | None
    primary_gradient: str | None
    secondary_gradient: str | None


class SsoKey(Answer):
    kid: str
    issuer: str
    audience: str
    active: bool


class Sso(Answer):
    create_unknown_customers: bool
    link_by_email: bool
    keys: list[SsoKey]


class Cancellation(Answer):
    timing: domain.Timing
    credits_unused_time: bool
    asks_reason: bool


class Refunds(Answer):
    accepts_requests: bool
    window_days: int
    automatic_up_to: Money | None
    revokes_access: bool


class PlanChange(Answer):
    allowed_offer_ids: list[str]
    upgrades: domain.Timing
    downgrades: domain.Timing
    proration: domain.Proration


class CustomField(Answer):
    key: str
    label: str
    type: Literal["text", "number", "boolean", "date"]
    editable_by_customer: bool


class ExportSchedule(Answer):
    frequency: domain.Frequency
    kinds: list[ExportKind]
    format: Literal["csv", "jsonl"]


class Storefront(Answer):
    """What the sign-in page shows."""

    headline: str | None
    privacy_policy_url: str | None
    terms_of_service_url: str | None
    branding: Branding
    sign_in_methods: list[SignInMethod]
    features: FeatureSwitches


class Settings(Storefront):
    """The shop's settings. A shop that has saved none yet is at version 0."""

    version: Version
    updated_at: Moment | None
    order_history_days: int | None
    sso: Sso
    allowed_origins: list[str]
    return_addresses: list[str]
    cancellation: Cancellation
    refunds: Refunds
    plan_change: PlanChange
    custom_fields: list[CustomField]
    currency: Currency
    export_schedule: ExportSchedule


class Health(Answer):
    status: Literal["ok"]


# --- what can be changed ---------------------------------------------------------------------


class FeatureSwitchesChange(Change):
    """A switch that is off answers 403 `feature_disabled` on every route that it governs."""

    order_history: bool = True
    billing_information: bool = True
    credit_memos: bool = True
    payment_method_updates: bool = True
    subscription_updates: bool = True
    subscription_cancel: bool = True
    subscription_pause: bool = True
    course_enrollments: bool = True


class BrandingChange(Change):
    logo_url: HttpsUrl | None = None
    primary_gradient: Colour | None = None
    secondary_gradient: Colour | None = None


class SsoKeyChange(Command):
    """A key for one pair of issuer and audience. Without `secret` it keeps the one it has."""

    kid: KeyId
    secret: KeySecret | None = None
    issuer: Line
    audience: Line
    active: bool = True


class SsoChange(Change):
    """`keys` replaces the whole list: a key that is left out works no more."""

    create_unknown_customers: bool = False
    link_by_email: bool = False
    keys: Annotated[tuple[SsoKeyChange, ...], Field(max_length=10)] = ()


class CancellationChange(Change):
    """What a customer's own cancellation does. Unused time is only left over at `now`."""

    timing: domain.Timing = domain.Timing.PERIOD_END
    credits_unused_time: bool = False
    asks_reason: bool = True


class RefundsChange(Change):
    """How a request is judged: in time and up to the limit it is granted, else a person decides.

    With `revokes_access`, one that is approved for a subscription's latest payment ends the
    subscription and its access.
    """

    accepts_requests: bool = False
    window_days: Annotated[int, Field(ge=1, le=LONGEST_REFUND_WINDOW_DAYS)] = 30
    automatic_up_to: PositiveMoney | None = None
    revokes_access: bool = True


class PlanChangeChange(Change):
    """To which offers customers may change by themselves; when, and how it is settled."""

    allowed_offer_ids: Annotated[tuple[OfferId, ...], Field(max_length=100), *_Distinct] = ()
    upgrades: domain.Timing = domain.Timing.NOW
    downgrades: domain.Timing = domain.Timing.PERIOD_END
    proration: domain.Proration = domain.Proration.NEXT_INVOICE


class CustomFieldChange(Command):
    key: FieldKey
    label: Line
    type: Literal["text", "number", "boolean", "date"] = "text"
    editable_by_customer: bool = False


class ExportScheduleChange(Change):
    """Weekly exports are made on Mondays, monthly ones on the first."""

    frequency: domain.Frequency = domain.Frequency.DAILY
    kinds: Annotated[tuple[ExportKind, ...], Field(min_length=1, max_length=3), *_Distinct] = (
        "customers",
    )
    format: Literal["csv", "jsonl"] = "csv"


class SettingsUpdate(Change):
    """What is left out, at any depth, stays as it is; a list is replaced as a whole.

    What `GET` answered can be sent back: `version` and `updated_at` are taken and not looked at,
    `currency` has to be the one that the stack was deployed with.
    """

    version: Version = 0
    updated_at: Moment | None = None
    currency: Currency = ""
    headline: Line | None = None
    privacy_policy_url: HttpsUrl | None = None
    terms_of_service_url: HttpsUrl | None = None
    features: FeatureSwitchesChange = FeatureSwitchesChange()
    order_history_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    branding: BrandingChange = BrandingChange()
    sso: SsoChange = SsoChange()
    sign_in_methods: Annotated[
        tuple[SignInMethod, ...], Field(min_length=1, max_length=1), *_Distinct
    ] = ("sso",)
    allowed_origins: Annotated[tuple[Origin, ...], Field(max_length=50), *_Distinct] = ()
    return_addresses: Annotated[tuple[ReturnAddress, ...], Field(max_length=50), *_Distinct] = ()
    cancellation: CancellationChange = CancellationChange()
    refunds: RefundsChange = RefundsChange()
    plan_change: PlanChangeChange = PlanChangeChange()
    custom_fields: Annotated[tuple[CustomFieldChange, ...], Field(max_length=50)] = ()
    export_schedule: ExportScheduleChange = ExportScheduleChange()

    def new_secrets(self) -> dict[str, str]:
        return {key.kid: key.secret for key in self.sso.keys if key.secret is not None}

    def applied_to(self, current: domain.Settings) -> domain.Settings:
        given = _given(self)
        for name in ("version", "updated_at"):
            given.pop(name, None)
        for name, read in _PARTS.items():
            if name in given:
                given[name] = read(getattr(current, name), given[name])
        return replace(current, **given)


# --- from a change to the domain's own -------------------------------------------------------


def _given(model: BaseModel) -> dict[str, Any]:
    """What the body holds, without the defaults."""
    return {name: getattr(model, name) for name in model.model_fields_set}


def _replaced(current: Any, change: BaseModel) -> Any:
    return replace(current, **_given(change))


def _features(current: Any, change: FeatureSwitchesChange) -> dict[str, bool]:
    return {**current, **_given(change)}


def _sso(current: domain.SsoRules, change: SsoChange) -> domain.SsoRules:
    given = _given(change)
    if "keys" in given:
        given["keys"] = tuple(
            domain.SsoKeyEntry(
                kid=key.kid, issuer=key.issuer, audience=key.audience, is_active=key.active
            )
            for key in change.keys
        )
    return replace(current, **given)


def _refunds(current: domain.RefundRules, change: RefundsChange) -> domain.RefundRules:
    given = _given(change)
    limit = change.automatic_up_to
    if limit is not None:
        given["automatic_up_to"] = DomainMoney(limit.amount, limit.currency)
    return replace(current, **given)


def _custom_fields(current: Any, change: tuple[CustomFieldChange, ...]) -> Any:
    return tuple(
        domain.CustomField(
            key=one.key,
            label=one.label,
            type=one.type,
            is_editable_by_customer=one.editable_by_customer,
        )
        for one in change
    )


_PARTS: Mapping[str, Callable[[Any, Any], Any]] = {
    "features": _features,
    "branding": _replaced,
    "sso": _sso,
    "cancellation": _replaced,
    "refunds": _refunds,
    "plan_change": _replaced,
    "custom_fields": _custom_fields,
    "export_schedule": _replaced,
}
