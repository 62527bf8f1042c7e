"""Brings a local shop up: local AWS, secrets, build, deployment, Stripe, owner key, seed."""

import fcntl
import os
import re
import time
import urllib.request
from dataclasses import asdict, replace
from pathlib import Path

from infra.environments import DEVELOPMENT
from infra.local import building, furnishing, settings, stack_file
from infra.local.aws import process, stack
from infra.local.ground import STACK_NAME, Ground, StartError, Steps, silent
from infra.local.processes import Started
from infra.local.settings import SsoKey, StripeKind, StripeSettings
from infra.local.stack_file import Stack

START_TIMEOUT_SECONDS = 30


def wait_for(url: str, *, started: Started, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            # The address is our own, with a scheme of ours.
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except OSError:
            if not started.is_alive:
                break
            time.sleep(0.05)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    raise StartError(f"{started.name} does not answer at {url}\n{tail}")


def start_aws(ground: Ground) -> str:
    port = process.free_port(ground.aws_port)
    command = process.command(
        port=port, state=ground.folder / "aws", allowed_origins=settings.DEFAULT_ORIGINS
    )
    started = ground.processes.start(
        "aws", command, port=port, environment={"PATH": os.environ.get("PATH", os.defpath)}
    )
    endpoint = f"http://127.0.0.1:{port}"
    wait_for(f"{endpoint}/_ministack/health", started=started, log=ground.processes.log_of("aws"))
    return endpoint


def put_secrets(endpoint: str, values: dict[str, str]) -> None:
    client = process.client("secretsmanager", endpoint=endpoint)
    for name, value in values.items():
        client.create_secret(Name=name, SecretString=value)


def deploy(ground: Ground, *, endpoint: str, stripe_api_base: str) -> dict[str, str]:
    return stack.deploy(
        stack=STACK_NAME,
        build=building.built(ground.builds),
        parameters=settings.stack_parameters(
            stripe_api_base=stripe_api_base, architecture=building.architecture()
        ),
        s3=process.client("s3", endpoint=endpoint),
        cloudformation=process.client("cloudformation", endpoint=endpoint),
        cache=ground.builds / "packages",
    )


def start_stand_in(ground: Ground, *, port: int, shop: Stack) -> None:
    command = [
        str(DEVELOPMENT.python),
        "-m",
        "infra.local.stripe",
        f"--port={port}",
        f"--webhook-url={shop.webhook_url}",
        f"--webhook-secret={shop.webhook_secret}",
    ]
    started = ground.processes.start("stripe", command, port=port, environment=dict(os.environ))
    address = f"http://127.0.0.1:{port}/_control/health"
    wait_for(address, started=started, log=ground.processes.log_of("stripe"))


def described(
    outputs: dict[str, str], *, endpoint: str, stripe: StripeSettings, api_base: str, sso: SsoKey
) -> Stack:
    # The stack's own output is a host name that Python cannot resolve; this address works anywhere.
    api = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"
    tables = ("CustomersTable", "SubscriptionsTable", "StoreTable", "OperationsTable")
    queues = ("EventQueueUrl", "EventDeadLettersUrl", "FailedInvocationsUrl")
    snake = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in queues}
    return Stack(
        api_url=api,
        owner_key=None,
        sso=asdict(sso),
        webhook_url=f"{api}/webhooks/stripe",
        webhook_secret=stripe.webhook_secret,
        exports_bucket=outputs["ExportsBucket"],
        events_bucket=outputs["EventsBucket"],
        tables={name.removesuffix("Table").lower(): outputs[name] for name in tables},
        queues={snake[name].removesuffix("_url"): outputs[name] for name in queues},
        export_machine_arn=outputs["ExportMachineArn"],
        aws_endpoint=endpoint,
        stripe_api_base=api_base,
        stripe_kind=stripe.kind,
        stripe_identity=stripe.identity,
        source_hash=building.source_hash(),
    )


def running(ground: Ground, *, stripe: StripeSettings) -> Stack | None:
    """The shop that runs already, where it talks to the Stripe that is wanted."""
    known = stack_file.read(ground.folder)
    needed = ["aws"] + (["stripe"] if stripe.kind is StripeKind.STAND_IN else [])
    is_alive = all(ground.processes.find(name) for name in needed)
    return known if known and is_alive and known.stripe_identity == stripe.identity else None


def start_afresh(ground: Ground, *, stripe: StripeSettings, steps: Steps) -> Stack:
    ground.processes.stop_all()
    stack_file.forget(ground.folder)
    sso = settings.new_sso_key()
    stripe_port = process.free_port(ground.stripe_port)
    api_base = stripe.api_base or f"http://127.0.0.1:{stripe_port}"
    with steps("start the local AWS"):
        endpoint = start_aws(ground)
        put_secrets(endpoint, settings.secret_values(stripe=stripe, sso=sso))
    with steps("build the functions and layers"):
        building.built(ground.builds)
    with steps("deploy the stack"):
        outputs = deploy(ground, endpoint=endpoint, stripe_api_base=api_base)
    shop = described(outputs, endpoint=endpoint, stripe=stripe, api_base=api_base, sso=sso)
    if stripe.kind is StripeKind.STAND_IN:
        with steps("start the local Stripe"):
            start_stand_in(ground, port=stripe_port, shop=shop)
    return shop


def update(shop: Stack, ground: Ground, *, steps: Steps) -> Stack:
    """Deploys what changed in the sources; the data stays."""
    with steps("build what changed"):
        building.built(ground.builds)
    with steps("deploy what changed"):
        deploy(ground, endpoint=shop.aws_endpoint, stripe_api_base=shop.stripe_api_base)
    return replace(shop, source_hash=building.source_hash())


def bring_up(
    ground: Ground, *, stripe: StripeSettings, steps: Steps = silent, seeds: bool = True
) -> Stack:
    """The running shop, started or updated as far as that is needed."""
    ground.folder.mkdir(parents=True, exist_ok=True)
    with (ground.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shop = running(ground, stripe=stripe)
        if shop is None:
            shop = start_afresh(ground, stripe=stripe, steps=steps)
            shop = furnishing.furnish(shop, ground, stripe=stripe, steps=steps, seeds=seeds)
        elif shop.source_hash != building.source_hash():
            shop = update(shop, ground, steps=steps)
        with steps("sign a customer in"):
            shop = furnishing.with_customer(shop)
        stack_file.write(shop, ground.folder)
    return shop


def bring_down(ground: Ground) -> list[Started]:
    stack_file.forget(ground.folder)
    return ground.processes.stop_all()
