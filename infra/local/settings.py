"""What a local shop is deployed with, and the secrets made up for it."""

import json
import secrets
from dataclasses import dataclass, field

from infra.local.providers import ProviderSettings

ISSUER = "https://shop.example.com"
AUDIENCE = "frontdesk-local"
DEFAULT_ORIGINS = ("http://localhost:3000", "http://127.0.0.1:3000")


@dataclass(frozen=True, slots=True)
class SsoKey:
    kid: str
    secret: str = field(repr=False)
    issuer: str
    audience: str


def new_sso_key() -> SsoKey:
    return SsoKey("local-1", secrets.token_urlsafe(48), ISSUER, AUDIENCE)


def secret_values(*, providers: ProviderSettings, sso: SsoKey) -> dict[str, str]:
    """The secrets that have to exist before the stack, by name."""
    key = {
        "kid": sso.kid,
        "secret": sso.secret,
        "issuer": sso.issuer,
        "audience": sso.audience,
        "active": True,
    }
    stripe, paypal = providers.stripe, providers.paypal
    credentials = {"client_id": paypal.client_id, "client_secret": paypal.client_secret}
    roots = {"frontdesk/paypal-webhook-roots": paypal.roots} if paypal.roots else {}
    return {
        "frontdesk/stripe-api-key": stripe.api_key,
        "frontdesk/stripe-webhook-secrets": json.dumps([stripe.webhook_secret]),
        "frontdesk/paypal-credentials": json.dumps(credentials),
        "frontdesk/sso-keys": json.dumps({"keys": [key]}),
        **roots,
    }


def stack_parameters(*, providers: ProviderSettings, architecture: str) -> dict[str, str]:
    paypal = providers.paypal
    return {
        "Stage": "local",
        "Architecture": architecture,
        "Currency": "usd",
        "Livemode": "false",
        "ExportSchedule": "rate(1 day)",
        "AllowedOrigins": ",".join(DEFAULT_ORIGINS),
        "StripeApiBase": providers.stripe.api_base or "",
        "PayPalApiBase": paypal.api_base or "",
        "PayPalWebhookIds": paypal.webhook_id,
        "PayPalWebhookVerification": paypal.verification,
        "PayPalWebhookRoots": "secret" if paypal.pins_roots else "digicert",
        "ProviderCallsPerSecond": "1000" if providers.are_stand_ins else "15",
        "DeletionProtection": "false",
        "LogRetentionDays": "1",
    }
