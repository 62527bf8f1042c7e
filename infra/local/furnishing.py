"""What makes a deployed stack a shop: its owner's key, its customers, one of them signed in."""

import os
import re
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from frontdesk.domain.snapshot import ProviderName
from infra.environments import DEVELOPMENT, ROOT
from infra.local import api_calls, subjects
from infra.local.aws import process
from infra.local.ground import STACK_NAME, Ground, Say, StartError, Steps
from infra.local.providers import ProviderSettings
from infra.local.settings import SsoKey
from infra.local.stack_file import Stack

STEP_TIMEOUT_SECONDS = 600
DEPTH = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


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
    """A signed-in customer: the best of a seeded shop who has something to cancel, or a new one of
    an empty shop."""
    known = subjects.customers(shop) if shop.owner_key else []
    found = subjects.subjects(shop, known)
    best = [one["customer_id"] for one in found.values()] + [one["id"] for one in known]
    subject = best[0] if best else None
    key = SsoKey(**shop.sso)
    try:
        token = api_calls.customer_token(shop.api_url, key=key, subject=subject or "local-customer")
    except OSError:
        if subject:
            raise
        return replace(shop, customer_id=None, customer_token=None, subjects={})
    return replace(shop, customer_id=subject, customer_token=token, subjects=found)


def control(api_base: str, action: str, **body: object) -> None:
    parts = urlsplit(api_base)
    url = f"{parts.scheme}://{parts.netloc}/_control/{action}"
    api_calls.call("POST", url, body=body, timeout_seconds=STEP_TIMEOUT_SECONDS)


def wait_until_mirrored(shop: Stack) -> None:
    """Every event is delivered, and everything that the events named is fetched."""
    for api_base in (shop.stripe_api_base, shop.paypal_api_base):
        control(api_base, "webhooks/drain")
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
    from infra.local.history import tell  # noqa: PLC0415
    from infra.local.offers import put_offers  # noqa: PLC0415
    from infra.local.paypal_seed import PayPalSeeder  # noqa: PLC0415
    from infra.local.seed import Seeder  # noqa: PLC0415

    paypal, stripe = PayPalSeeder(shop.paypal_api_base), Seeder(shop.stripe_api_base)
    tell(paypal, on_step=lambda done, total: say(f"PayPal {done} of {total}"))
    tell(stripe, on_step=lambda done, total: say(f"Stripe {done} of {total}"))
    say("waiting for the mirror")
    wait_until_mirrored(shop)
    prices = {ProviderName.STRIPE: stripe.prices, ProviderName.PAYPAL: paypal.plans}
    put_offers(shop, prices=prices)


def furnish(
    shop: Stack, ground: Ground, *, providers: ProviderSettings, steps: Steps, seeds: bool
) -> Stack:
    with steps("make the owner's API key"):
        shop = with_owner_key(shop, ground)
    if seeds and providers.are_stand_ins:
        with steps("fill the shop through signed webhooks") as say:
            seed(shop, say=say)
    return shop
