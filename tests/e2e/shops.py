"""Deploys a shop for tests: the real build on a local AWS of its own, beside local providers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.environments import ROOT
from infra.local.ground import Ground
from infra.local.paypal.server import Server as PayPalServer
from infra.local.paypal.webhooks import Endpoint
from infra.local.providers import (
    PayPalKind,
    PayPalSettings,
    ProviderSettings,
    StripeKind,
    StripeSettings,
)
from infra.local.stack_file import Stack
from infra.local.stripe.server import Server as StripeServer
from infra.local.up import bring_down, bring_up

WEBHOOK_SECRET = "whsec_end_to_end"
PAYPAL_WEBHOOK_ID = "8PT597110X687430L"


@contextmanager
def standing_shop(stripe: StripeServer, paypal: PayPalServer, folder: Path) -> Iterator[Stack]:
    """A shop whose providers are somebody else's: nothing is seeded and no stand-in is started.

    PayPal tells it of everything; who wants to hear from Stripe says so.
    """
    ground = Ground(folder=folder, builds=ROOT / ".local", aws_port=0)
    try:
        shop = bring_up(ground, providers=_settings(stripe, paypal))
        endpoint = Endpoint(shop.paypal_webhook_url, PAYPAL_WEBHOOK_ID)
        paypal.standin.dispatcher.set_endpoints([endpoint])
        yield shop
    finally:
        bring_down(ground)


def _settings(stripe: StripeServer, paypal: PayPalServer) -> ProviderSettings:
    return ProviderSettings(
        stripe=StripeSettings(
            kind=StripeKind.OTHER,
            api_base=stripe.api_base,
            api_key="sk_test_end_to_end",
            webhook_secret=WEBHOOK_SECRET,
            identity="end-to-end",
        ),
        paypal=PayPalSettings(
            kind=PayPalKind.OTHER,
            api_base=paypal.api_base,
            client_id="end-to-end",
            client_secret="end-to-end",
            webhook_id=PAYPAL_WEBHOOK_ID,
            identity="end-to-end",
            roots=paypal.standin.authority.root_pem.decode("ascii"),
        ),
    )
