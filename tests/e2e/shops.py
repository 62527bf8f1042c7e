"""Deploys a shop for tests: the real build on a local AWS of its own, beside a local Stripe."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.environments import ROOT
from infra.local.ground import Ground
from infra.local.settings import StripeKind, StripeSettings
from infra.local.stack_file import Stack
from infra.local.stripe.server import Server
from infra.local.up import bring_down, bring_up

WEBHOOK_SECRET = "whsec_end_to_end"


@contextmanager
def standing_shop(stripe: Server, folder: Path) -> Iterator[Stack]:
    """A shop whose Stripe is somebody else's: nothing is seeded and no stand-in is started."""
    ground = Ground(folder=folder, builds=ROOT / ".local", aws_port=0, stripe_port=0)
    settings = StripeSettings(
        kind=StripeKind.OTHER,
        api_base=stripe.api_base,
        api_key="sk_test_end_to_end",
        webhook_secret=WEBHOOK_SECRET,
        identity="end-to-end",
    )
    try:
        yield bring_up(ground, stripe=settings)
    finally:
        bring_down(ground)
