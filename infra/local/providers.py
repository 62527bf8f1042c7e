"""Which Stripe and which PayPal a local shop talks to: what the environment asks for."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from frontdesk.adapters.paypal.environment import Environment, checked_base, environment_of
from frontdesk.config import MissingSettingError

STRIPE_VARIABLES = ("STRIPE_API_BASE", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET")
PAYPAL_VARIABLES = (
    "PAYPAL_API_BASE",
    "PAYPAL_CLIENT_ID",
    "PAYPAL_CLIENT_SECRET",
    "PAYPAL_WEBHOOK_ID",
    "PAYPAL_WEBHOOK_ROOTS",
)
STRIPE_TEST_MODE = "https://api.stripe.com"
PAYPAL_SANDBOX = "https://api-m.sandbox.paypal.com"
STAND_IN_KEY = "sk_test_local"
STAND_IN_CLIENT = "local"
STAND_IN_WEBHOOK_ID = "5GP028458E2496506"  # PayPal's ids are letters and digits


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


class PayPalKind(StrEnum):
    STAND_IN = "stand-in"
    """Ours, started with the shop and seeded."""
    OTHER = "other"
    """At PAYPAL_API_BASE: somebody else runs it."""
    SANDBOX = "sandbox"
    """PayPal's own, with the credentials of a sandbox app."""


@dataclass(frozen=True, slots=True)
class PayPalSettings:
    kind: PayPalKind
    api_base: str | None
    """Nothing for the stand-in, whose port is found when it starts."""
    client_id: str
    client_secret: str = field(repr=False)
    webhook_id: str
    """Empty: the webhook address stays closed."""
    identity: str
    """Tells whether a running shop talks to the PayPal that is now asked for."""
    roots: str | None = field(default=None, repr=False)
    """What the certificates of webhooks lead to, as PEM; nothing where DigiCert's will do."""

    @property
    def pins_roots(self) -> bool:
        return self.kind is PayPalKind.STAND_IN or self.roots is not None

    @property
    def verification(self) -> str:
        """A PayPal that is not PayPal's and names no roots has to be asked."""
        return "offline" if self.pins_roots or self.kind is PayPalKind.SANDBOX else "api"


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    stripe: StripeSettings
    paypal: PayPalSettings

    @property
    def identity(self) -> dict[str, str]:
        return {"Stripe": self.stripe.identity, "PayPal": self.paypal.identity}

    @property
    def are_stand_ins(self) -> bool:
        """Then they are empty, and ours to fill."""
        return (self.stripe.kind, self.paypal.kind) == (StripeKind.STAND_IN, PayPalKind.STAND_IN)

    def at(self, *, stripe: str, paypal: str) -> "ProviderSettings":
        """With the addresses at which they are found."""
        return ProviderSettings(
            stripe=replace(self.stripe, api_base=stripe),
            paypal=replace(self.paypal, api_base=paypal),
        )


def provider_settings(environment: Mapping[str, str]) -> ProviderSettings:
    return ProviderSettings(stripe_settings(environment), paypal_settings(environment))


def _identity(asked: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(asked).encode()).hexdigest()[:16]


def stripe_settings(environment: Mapping[str, str]) -> StripeSettings:
    asked = tuple(environment.get(name, "") for name in STRIPE_VARIABLES)
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
        identity=_identity(asked),
    )


def paypal_settings(environment: Mapping[str, str]) -> PayPalSettings:
    """Raises SettingsError."""
    asked = tuple(environment.get(name, "") for name in PAYPAL_VARIABLES)
    base, client_id, client_secret, webhook_id, roots = asked
    if not base and not client_id:
        return PayPalSettings(
            kind=PayPalKind.STAND_IN,
            api_base=None,
            client_id=STAND_IN_CLIENT,
            client_secret=STAND_IN_CLIENT,
            webhook_id=STAND_IN_WEBHOOK_ID,
            identity=_identity(asked),
        )
    address = _paypal_address(base or PAYPAL_SANDBOX)
    is_sandbox = environment_of(address) is Environment.SANDBOX
    if is_sandbox and not (client_id and client_secret):
        raise SettingsError("PayPal's sandbox needs PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET.")
    return PayPalSettings(
        kind=PayPalKind.SANDBOX if is_sandbox else PayPalKind.OTHER,
        api_base=address,
        client_id=client_id or STAND_IN_CLIENT,
        client_secret=client_secret or STAND_IN_CLIENT,
        webhook_id=webhook_id,
        identity=_identity(asked),
        roots=Path(roots).read_text(encoding="ascii") if roots else None,
    )


def _paypal_address(base: str) -> str:
    """As the functions will take it, who would refuse another one only when they are called."""
    try:
        return checked_base(base, livemode=False)
    except MissingSettingError as error:
        raise SettingsError(f"PAYPAL_API_BASE does not do for a local shop: {error}") from error
