"""What a local shop is made of: which Stripe it talks to, and the secrets made up for it."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VARIABLES = ("STRIPE_API_BASE", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET")
STRIPE_TEST_MODE = "https://api.stripe.com"
STAND_IN_KEY = "sk_test_local"
ISSUER = "https://shop.example.com"
AUDIENCE = "frontdesk-local"
DEFAULT_ORIGINS = ("http://localhost:3000", "http://127.0.0.1:3000")


class SettingsError(Exception):
    """The environment asks for something that a local shop must not do."""


class StripeKind(StrEnum):
    STAND_IN = "stand-in"
    """Ours, started with the shop and seeded."""
    OTHER = "other"
    """At STRIPE_API_BASE: somebody else runs it."""
    TEST_MODE = "test mode"
    """Stripe's own, with a test-mode key."""


@dataclass(frozen=True, slots=True)
class StripeSettings:
    kind: StripeKind
    api_base: str | None
    """Nothing for the stand-in, whose port is found when it starts."""
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    identity: str
    """Tells whether a running shop talks to the Stripe that is now asked for."""


@dataclass(frozen=True, slots=True)
class SsoKey:
    kid: str
    secret: str = field(repr=False)
    issuer: str
    audience: str


def stripe_settings(environment: Mapping[str, str]) -> StripeSettings:
    asked = tuple(environment.get(name, "") for name in VARIABLES)
    base, key, secret = asked[0].rstrip("/"), asked[1], asked[2]
    if key.startswith(("sk_live_", "rk_live_")):
        raise SettingsError("STRIPE_API_KEY is a live key; the local shop takes test keys only.")
    kind = StripeKind.STAND_IN
    if base or key:
        kind = StripeKind.OTHER if base else StripeKind.TEST_MODE
    return StripeSettings(
        kind=kind,
        api_base=base or (STRIPE_TEST_MODE if key else None),
        api_key=key or STAND_IN_KEY,
        webhook_secret=secret or f"whsec_{secrets.token_hex(24)}",
        identity=hashlib.sha256("\0".join(asked).encode()).hexdigest()[:16],
    )


def new_sso_key() -> SsoKey:
    return SsoKey("local-1", secrets.token_urlsafe(48), ISSUER, AUDIENCE)


def secret_values(*, stripe: StripeSettings, sso: SsoKey) -> dict[str, str]:
    """The secrets that have to exist before the stack, by name."""
    key = {
        "kid": sso.kid,
        "secret": sso.secret,
        "issuer": sso.issuer,
        "audience": sso.audience,
        "active": True,
    }
    return {
        "frontdesk/stripe-api-key": stripe.api_key,
        "frontdesk/stripe-webhook-secrets": json.dumps([stripe.webhook_secret]),
        "frontdesk/sso-keys": json.dumps({"keys": [key]}),
    }


def stack_parameters(*, stripe_api_base: str, architecture: str) -> dict[str, str]:
    return {
        "Stage": "local",
        "Architecture": architecture,
        "Currency": "usd",
        "Livemode": "false",
        "ExportSchedule": "rate(1 day)",
        "AllowedOrigins": ",".join(DEFAULT_ORIGINS),
        "StripeApiBase": stripe_api_base,
        "DeletionProtection": "false",
        "LogRetentionDays": "1",
    }
