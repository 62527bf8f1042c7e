"""What makes a deployed stack a shop: its owner's key, its customers, one of them signed in."""

import importlib.util
import os
import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from infra.environments import DEVELOPMENT, ROOT
from infra.local import api_calls
from infra.local.aws import process
from infra.local.ground import STACK_NAME, Ground, Say, StartError, Steps
from infra.local.settings import SsoKey, StripeKind, StripeSettings
from infra.local.stack_file import Stack

STEP_TIMEOUT_SECONDS = 600
DEPTH = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


def has_program(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def run_program(*arguments: str, shop: Stack, log: Path) -> str:
    """What one of our own programs printed; it talks to the local AWS."""
    environment = {
        **os.environ,
        **process.client_environment(shop.aws_endpoint),
        "PYTHONPATH": str(ROOT / "layers" / "core"),
    }
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


def control(shop: Stack, action: str, **body: object) -> None:
    parts = urlsplit(shop.stripe_api_base)
    url = f"{parts.scheme}://{parts.netloc}/_control/{action}"
    api_calls.call("POST", url, body=body, timeout_seconds=STEP_TIMEOUT_SECONDS)


def wait_until_mirrored(shop: Stack) -> None:
    """Every event is delivered, and everything that the events named is fetched."""
    control(shop, "webhooks/drain")
    sqs = process.client("sqs", endpoint=shop.aws_endpoint)
    deadline = time.monotonic() + STEP_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        answer = sqs.get_queue_attributes(QueueUrl=shop.queues["event_queue"], AttributeNames=DEPTH)
        if not any(int(depth) for depth in answer["Attributes"].values()):
            return
        time.sleep(0.2)
    raise StartError("The mirror does not get through its queue; see .local/logs/aws.log.")


def seed(shop: Stack, *, say: Say) -> None:
    # Stripe's SDK takes half a second to import, and most starts do not seed.
    from infra.local.seed import Seeder, seed_shop  # noqa: PLC0415

    seeder = Seeder(shop.stripe_api_base)
    seed_shop(seeder, on_step=lambda done, total: say(f"{done} of {total}"))
    say("waiting for the mirror")
    wait_until_mirrored(shop)


def furnish(
    shop: Stack, ground: Ground, *, stripe: StripeSettings, steps: Steps, seeds: bool
) -> Stack:
    if has_program("infra.owner_key"):
        with steps("make the owner's API key"):
            shop = with_owner_key(shop, ground)
    if seeds and stripe.kind is StripeKind.STAND_IN and has_program("infra.local.seed"):
        with steps("fill the shop through signed webhooks") as say:
            seed(shop, say=say)
    return shop
