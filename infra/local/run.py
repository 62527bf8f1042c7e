"""`make run` and `make down`."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from infra.environments import ROOT
from infra.local.aws.process import NotStartedError
from infra.local.aws.stack import DeploymentError
from infra.local.building import BuildError
from infra.local.ground import Ground, Say, StartError
from infra.local.settings import SettingsError, StripeKind, stripe_settings
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


def examples(shop: Stack) -> list[tuple[str, str]]:
    """Five lines to paste, each with what it shows."""
    api = shop.api_url
    owner = f"-H 'Authorization: Bearer {shop.owner_key}'"
    best = f"'{api}/v1/customers?sort=lifetime_value&order=desc&limit=3'"
    json_body = "-H 'Content-Type: application/json'"
    key = '-H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)"'
    order = '-d \'{"kind": "customers", "format": "csv"}\''
    return [
        ("what the storefront shows before sign-in", f"curl -s {api}/v1/storefront"),
        ("the shop's best customers", f"curl -s {owner} {best}"),
        *(
            of_a_customer(shop, owner=owner)
            if shop.customer_token
            else of_an_empty_shop(api, owner)
        ),
        (
            "order the CSV of all",
            f"curl -s -X POST {owner} {json_body} {key} {order} {api}/v1/exports",
        ),
    ]


def of_a_customer(shop: Stack, *, owner: str) -> list[tuple[str, str]]:
    me = f"-H 'Authorization: Bearer {shop.customer_token}'"
    one = f"{shop.api_url}/v1/customers/{shop.customer_id}"
    return [
        ("one customer's own data, as that customer", f"curl -s {me} {shop.api_url}/v1/me"),
        ("what that customer paid, as the shop", f"curl -s {owner} {one}/transactions"),
    ]


def of_an_empty_shop(api: str, owner: str) -> list[tuple[str, str]]:
    return [
        ("whether all is well", f"curl -s {api}/v1/health"),
        ("the shop's settings", f"curl -s {owner} {api}/v1/settings"),
    ]


def stripe_line(shop: Stack) -> str:
    match StripeKind(shop.stripe_kind):
        case StripeKind.STAND_IN:
            return f"{shop.stripe_api_base} (stand-in; {shop.stripe_api_base}/_control/health)"
        case StripeKind.TEST_MODE:
            return f"{shop.stripe_api_base} (test mode; forward its events to the webhook address)"
        case StripeKind.OTHER:
            return f"{shop.stripe_api_base} (yours; send its events to the webhook address)"


def show(shop: Stack) -> None:
    rows = {
        "API": shop.api_url,
        "customer token": shop.customer_token or "none: nobody is there yet",
        "API key (owner)": shop.owner_key or "none",
        "webhook address": shop.webhook_url,
        "webhook secret": shop.webhook_secret,
        "Stripe": stripe_line(shop),
        "all of it as JSON": str((FOLDER / NAME).relative_to(ROOT)),
    }
    console.print()
    for name, value in rows.items():
        console.print(f"  [bold]{name:<18}[/] {escape(value)}")
    console.print()
    for title, command in examples(shop):
        console.print(f"[dim]# {title}[/]")
        console.print(escape(command))
    console.print("\n[dim]make down ends it all; logs are in .local/logs[/]")


def up() -> None:
    stripe = stripe_settings(os.environ)
    show(bring_up(GROUND, stripe=stripe, steps=step))


def down() -> None:
    ended = bring_down(GROUND)
    for started in ended:
        console.print(f"[green]✓[/] ended {started.name} [dim](process {started.pid})[/]")
    if not ended:
        console.print("Nothing was running.")


def main() -> int:
    actions = {"up": up, "down": down}
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
