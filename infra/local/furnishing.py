"""What makes a deployed stack a shop: its owner's key, its customers, one of them signed in."""

import importlib.util
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from infra.environments import DEVELOPMENT, ROOT
from infra.local import api_calls, stack_file
from infra.local.aws import process
from infra.local.ground import STACK_NAME, Ground, StartError, Steps
from infra.local.settings import SsoKey, StripeKind, StripeSettings
from infra.local.stack_file import Stack

STEP_TIMEOUT_SECONDS = 600


def has_program(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def run_program(*arguments: str, shop: Stack, log: Path) -> str:
    """What one of our own programs printed; it talks to the local AWS."""
    environment = {**os.environ, **process.client_environment(shop.aws_endpoint)}
    finished = subprocess.run(
        [str(DEVELOPMENT.python), "-m", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=STEP_TIMEOUT_SECONDS,
    )
    log.write_text(finished.stderr, encoding="utf-8")
    if finished.returncode:
        raise StartError(f"{arguments[0]} failed:\n{finished.stdout}\n{finished.stderr}")
    return finished.stdout


def with_owner_key(shop: Stack, ground: Ground) -> Stack:
    printed = run_program(
        "infra.owner_key",
        f"--stack={STACK_NAME}",
        shop=shop,
        log=ground.processes.log_of("owner-key"),
    )
    found = re.search(r"fd_(?:test|live)_\S+", printed)
    if not found:
        raise StartError("infra.owner_key printed no key.")
    return replace(shop, owner_key=found.group())


def with_customer(shop: Stack) -> Stack:
    """A signed-in customer: the best one of a seeded shop, or a new one of an empty shop."""
    key = SsoKey(**shop.sso)
    owner_key = shop.owner_key
    known = api_calls.best_customer(shop.api_url, owner_key=owner_key) if owner_key else None
    subject = known or "local-customer"
    try:
        token = api_calls.customer_token(shop.api_url, key=key, subject=subject)
    except OSError:
        if known:
            raise
        return replace(shop, customer_id=None, customer_token=None)
    return replace(shop, customer_id=known, customer_token=token)


def seed(shop: Stack, ground: Ground) -> None:
    file = stack_file.write(shop, ground.folder)
    log = ground.processes.log_of("seed")
    run_program("infra.local.seed", f"--stack={file}", shop=shop, log=log)


def furnish(
    shop: Stack, ground: Ground, *, stripe: StripeSettings, steps: Steps, seeds: bool
) -> Stack:
    if has_program("infra.owner_key"):
        with steps("make the owner's API key"):
            shop = with_owner_key(shop, ground)
    if seeds and stripe.kind is StripeKind.STAND_IN and has_program("infra.local.seed"):
        with steps("fill the shop through signed webhooks"):
            seed(shop, ground)
    return shop
