"""`make run`, `make logs` and `make down`."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from infra.environments import ROOT
from infra.local import logs as function_logs
from infra.local import stack_file
from infra.local.aws.process import NotStartedError
from infra.local.aws.stack import DeploymentError
from infra.local.building import BuildError
from infra.local.examples import examples, preamble
from infra.local.ground import Ground, Say, StartError
from infra.local.providers import PayPalKind, SettingsError, StripeKind, provider_settings
from infra.local.stack_file import NAME, Stack
from infra.local.up import bring_down, bring_up

FOLDER = ROOT / ".local"
GROUND = Ground(folder=FOLDER, builds=FOLDER)
EXPLAINED = (BuildError, DeploymentError, NotStartedError, SettingsError, StartError, OSError)

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def step(title: str) -> Iterator[Say]:
    """A spinner while it runs, a line with its time when it is done."""
    started = time.monotonic()
    with console.status(title) as status:
        yield lambda text: status.update(f"{title} [dim]{text}[/]")
    console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - started:.1f} s[/]")


def stripe_line(shop: Stack) -> str:
    match StripeKind(shop.stripe_kind):
        case StripeKind.STAND_IN:
            return f"{shop.stripe_api_base} (stand-in; {shop.stripe_api_base}/_control/health)"
        case StripeKind.TEST_MODE:
            return f"{shop.stripe_api_base} (test mode; forward its events to the webhook address)"
        case StripeKind.OTHER:
            return f"{shop.stripe_api_base} (yours; send its events to the webhook address)"


def paypal_line(shop: Stack) -> str:
    match PayPalKind(shop.paypal_kind):
        case PayPalKind.STAND_IN:
            return f"{shop.paypal_api_base} (stand-in; {shop.paypal_api_base}/_control/health)"
        case PayPalKind.SANDBOX:
            whose = "sandbox"
        case PayPalKind.OTHER:
            whose = "yours"
    if not shop.paypal_webhook_id:
        return f"{shop.paypal_api_base} ({whose}; without PAYPAL_WEBHOOK_ID no event is taken)"
    return f"{shop.paypal_api_base} ({whose}; send its events to the webhook address)"


def show(shop: Stack) -> None:
    rows = {
        "API": shop.api_url,
        "customer token": shop.customer_token or "none: nobody is there yet",
        "API key (owner)": shop.owner_key or "none",
        "Stripe": stripe_line(shop),
        "webhook address": shop.webhook_url,
        "webhook secret": shop.webhook_secret,
        "PayPal": paypal_line(shop),
        "PayPal's webhook": shop.paypal_webhook_url,
        "PayPal's webhook id": shop.paypal_webhook_id or "none",
        "all of it as JSON": str((FOLDER / NAME).relative_to(ROOT)),
    }
    console.print()
    for name, value in rows.items():
        console.print(f"  [bold]{name:<20}[/] {escape(value)}")
    console.print("\n[dim]# paste this first[/]")
    console.print(escape(preamble(shop)))
    for title, command in examples(shop):
        console.print(f"[dim]# {title}[/]")
        console.print(escape(command))
    console.print(
        "\n[dim]make down ends it all; make logs FUNCTION=mirror shows what a function logged, "
        ".local/logs the rest[/]"
    )


def up() -> None:
    show(bring_up(GROUND, providers=provider_settings(os.environ), steps=step))


def down() -> None:
    ended = bring_down(GROUND)
    for started in ended:
        console.print(f"[green]✓[/] ended {started.name} [dim](process {started.pid})[/]")
    if not ended:
        console.print("Nothing was running.")


def logs() -> None:
    shop = stack_file.read(FOLDER)
    if shop is None:
        raise StartError("Nothing is running; make run starts it.")
    for line in function_logs.show(shop, os.environ.get("FUNCTION", "")):
        console.print(line, markup=False)


def main() -> int:
    actions = {"up": up, "down": down, "logs": logs}
    try:
        actions[sys.argv[1]]()
    except EXPLAINED as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped half-way; make run starts again, make down ends what is there.")
        return os.EX_TEMPFAIL
    return 0


if __name__ == "__main__":
    sys.exit(main())
