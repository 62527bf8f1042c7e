"""Starts the stand-ins for the providers beside a deployed shop, which they tell of everything."""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from infra.environments import DEVELOPMENT
from infra.local.ground import Ground
from infra.local.providers import PayPalKind, ProviderSettings, StripeKind
from infra.local.stack_file import Stack

TITLES = {"stripe": "Stripe", "paypal": "PayPal"}


def wanted(providers: ProviderSettings) -> list[str]:
    """The names of those that are ours to start."""
    ours = {
        "stripe": providers.stripe.kind is StripeKind.STAND_IN,
        "paypal": providers.paypal.kind is PayPalKind.STAND_IN,
    }
    return [name for name, is_ours in ours.items() if is_ours]


def start(name: str, ground: Ground, *, shop: Stack) -> None:
    """At the address at which the shop was told that it would be. Raises StartError."""
    {"stripe": _start_stripe, "paypal": _start_paypal}[name](ground, shop)


def _start_stripe(ground: Ground, shop: Stack) -> None:
    arguments = (f"--webhook-url={shop.webhook_url}", f"--webhook-secret={shop.webhook_secret}")
    _start("stripe", arguments, ground=ground, api_base=shop.stripe_api_base)


def _start_paypal(ground: Ground, shop: Stack) -> None:
    arguments = (
        f"--webhook-url={shop.paypal_webhook_url}",
        f"--webhook-id={shop.paypal_webhook_id}",
        f"--authority={ground.paypal_authority}",
    )
    _start("paypal", arguments, ground=ground, api_base=shop.paypal_api_base)


def _start(name: str, arguments: Sequence[str], *, ground: Ground, api_base: str) -> None:
    port = urlsplit(api_base).port or 0
    command = [str(DEVELOPMENT.python), "-m", f"infra.local.{name}", f"--port={port}", *arguments]
    ground.start(
        name, command, port=port, answers_at="/_control/health", environment=dict(os.environ)
    )
