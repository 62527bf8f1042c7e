"""Brings a local shop up: local AWS, secrets, build, deployment, providers, owner key, seed."""

import fcntl
import os
import re
from dataclasses import asdict, replace

from infra.local import building, furnishing, settings, stack_file, stand_ins
from infra.local.aws import process, stack
from infra.local.ground import STACK_NAME, Ground, Steps, silent
from infra.local.processes import Started
from infra.local.providers import PayPalKind, PayPalSettings, ProviderSettings
from infra.local.settings import SsoKey
from infra.local.stack_file import Stack


def start_aws(ground: Ground) -> str:
    port = process.free_port(ground.aws_port)
    command = process.command(
        port=port, state=ground.folder / "aws", allowed_origins=settings.DEFAULT_ORIGINS
    )
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    ground.start(
        "aws", command, port=port, answers_at="/_ministack/health", environment=environment
    )
    return f"http://127.0.0.1:{port}"


def put_secrets(endpoint: str, values: dict[str, str]) -> None:
    client = process.client("secretsmanager", endpoint=endpoint)
    for name, value in values.items():
        client.create_secret(Name=name, SecretString=value)


def deploy(ground: Ground, *, endpoint: str, providers: ProviderSettings) -> dict[str, str]:
    return stack.deploy(
        stack=STACK_NAME,
        build=building.built(ground.builds),
        parameters=settings.stack_parameters(
            providers=providers, architecture=building.architecture()
        ),
        s3=process.client("s3", endpoint=endpoint),
        cloudformation=process.client("cloudformation", endpoint=endpoint),
        cache=ground.builds / "packages",
    )


def described(
    outputs: dict[str, str], *, endpoint: str, providers: ProviderSettings, sso: SsoKey
) -> Stack:
    # The stack's own output is a host name that Python cannot resolve; this address works anywhere.
    api = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"
    tables = ("CustomersTable", "SubscriptionsTable", "StoreTable", "OperationsTable")
    queues = ("EventQueueUrl", "EventDeadLettersUrl", "FailedInvocationsUrl")
    snake = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in queues}
    stripe, paypal = providers.stripe, providers.paypal
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
        stripe_api_base=stripe.api_base or "",
        stripe_kind=stripe.kind,
        paypal_webhook_url=f"{api}/webhooks/paypal",
        paypal_webhook_id=paypal.webhook_id,
        paypal_api_base=paypal.api_base or "",
        paypal_kind=paypal.kind,
        providers_identity=providers.identity,
        source_hash=building.source_hash(),
    )


def why_not_kept(ground: Ground, *, providers: ProviderSettings) -> str | None:
    """What is wrong with the shop that was left behind; nothing where it may go on."""
    known = stack_file.read(ground.folder)
    needed = ["aws", *stand_ins.wanted(providers)]
    missing = [name for name in needed if not ground.processes.find(name)]
    if known is None:
        return "it was left half-way, or is another version's"
    if missing:
        return f"its local {stand_ins.TITLES.get(missing[0], 'AWS')} has ended"
    wanted = providers.identity
    other = [name for name, one in known.providers_identity.items() if wanted[name] != one]
    return f"it talks to another {' and another '.join(other)}" if other else None


def end_old(ground: Ground, *, why: str, steps: Steps) -> None:
    """Says what goes: whoever comes back finds nothing of the old shop's data."""
    if ground.processes.all():
        with steps(f"end the shop that was here, with its data: {why}"):
            ground.processes.stop_all()
    stack_file.forget(ground.folder)


def placed(ground: Ground, *, providers: ProviderSettings) -> ProviderSettings:
    """With an address for each stand-in, and the roots that the local PayPal will sign under."""
    stripe = providers.stripe.api_base or _loopback(ground.stripe_port)
    paypal = providers.paypal.api_base or _loopback(ground.paypal_port)
    located = providers.at(stripe=stripe, paypal=paypal)
    return replace(located, paypal=_with_roots(located.paypal, ground))


def _loopback(port: int) -> str:
    return f"http://127.0.0.1:{process.free_port(port)}"


def _with_roots(paypal: PayPalSettings, ground: Ground) -> PayPalSettings:
    if paypal.kind is not PayPalKind.STAND_IN:
        return paypal
    # X.509 takes a moment to import, and most starts need none.
    from infra.local.paypal.certificates import load_authority  # noqa: PLC0415

    roots = load_authority(ground.paypal_authority).root_pem
    return replace(paypal, roots=roots.decode("ascii"))


def start_afresh(ground: Ground, *, providers: ProviderSettings, steps: Steps) -> Stack:
    sso = settings.new_sso_key()
    with steps("start the local AWS"):
        providers = placed(ground, providers=providers)
        endpoint = start_aws(ground)
        put_secrets(endpoint, settings.secret_values(providers=providers, sso=sso))
    with steps("build the functions and layers"):
        building.built(ground.builds)
    with steps("deploy the stack"):
        outputs = deploy(ground, endpoint=endpoint, providers=providers)
    shop = described(outputs, endpoint=endpoint, providers=providers, sso=sso)
    for name in stand_ins.wanted(providers):
        with steps(f"start the local {stand_ins.TITLES[name]}"):
            stand_ins.start(name, ground, shop=shop)
    return shop


def update(shop: Stack, ground: Ground, *, providers: ProviderSettings, steps: Steps) -> Stack:
    """Deploys what changed in the sources; the data stays."""
    located = providers.at(stripe=shop.stripe_api_base, paypal=shop.paypal_api_base)
    with steps("build what changed"):
        building.built(ground.builds)
    with steps("deploy what changed"):
        deploy(ground, endpoint=shop.aws_endpoint, providers=located)
    return replace(shop, source_hash=building.source_hash())


def bring_up(
    ground: Ground, *, providers: ProviderSettings, steps: Steps = silent, seeds: bool = True
) -> Stack:
    """The running shop, started or updated as far as that is needed."""
    ground.folder.mkdir(parents=True, exist_ok=True)
    with (ground.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        why = why_not_kept(ground, providers=providers)
        shop = None if why else stack_file.read(ground.folder)
        if shop is None:
            end_old(ground, why=str(why), steps=steps)
            shop = start_afresh(ground, providers=providers, steps=steps)
            shop = furnishing.furnish(shop, ground, providers=providers, steps=steps, seeds=seeds)
        elif shop.source_hash != building.source_hash():
            shop = update(shop, ground, providers=providers, steps=steps)
        with steps("sign a customer in"):
            shop = furnishing.with_customer(shop)
        stack_file.write(shop, ground.folder)
    return shop


def bring_down(ground: Ground) -> list[Started]:
    stack_file.forget(ground.folder)
    return ground.processes.stop_all()
