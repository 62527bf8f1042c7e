"""Makes an owner's API key, straight in the table: the first one, or one for when all are lost.

    python -m infra.owner_key --stack frontdesk-prod
    python -m infra.owner_key --table frontdesk-StoreTable-1ABC --mode test --endpoint-url http://…

Whoever may write to the table may do this; no key is replaced or revoked. The key goes to standard
output, once, and everything else to standard error.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))

from frontdesk.adapters.dynamodb.api_keys import DynamoApiKeys
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import Gateway
from frontdesk.adapters.system.clock import RandomIds, SystemClock
from frontdesk.domain.scopes import SCOPES, Role
from frontdesk.ports.clock import Clock, IdFactory
from frontdesk.use_cases.api_keys import create_api_key, list_api_keys

MADE_BY = "operator"


def make_owner_key(
    gateway: Gateway,
    *,
    is_livemode: bool,
    name: str = "Owner",
    clock: Clock | None = None,
    ids: IdFactory | None = None,
) -> str:
    """A new key that may do everything. It is told here and never again."""
    return create_api_key(
        name,
        role=Role.OWNER,
        maker_id=MADE_BY,
        maker_scopes=SCOPES,
        is_livemode=is_livemode,
        api_keys=DynamoApiKeys(gateway),
        clock=clock or SystemClock(),
        ids=ids or RandomIds(),
    ).secret


def owner_keys(gateway: Gateway) -> list[str]:
    """The names of the owners' keys that work."""
    keys = list_api_keys(api_keys=DynamoApiKeys(gateway))
    return [key.name for key in keys if key.role is Role.OWNER]


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    table, is_livemode = options.table, options.mode == "live"
    if options.stack:
        table, is_livemode = _described(_client("cloudformation", options), stack=options.stack)
    gateway = BotocoreGateway(_client("dynamodb", options), table_names={"store": table})
    known = owner_keys(gateway)
    print(f"{len(known)} owner keys work already: {', '.join(known) or 'none'}.", file=sys.stderr)
    print(make_owner_key(gateway, is_livemode=is_livemode, name=options.name))
    print("This is another one. It is not shown again.", file=sys.stderr)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.owner_key", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stack", help="the deployed stack; says the table and the mode itself")
    where.add_argument("--table", help="the store table's name")
    parser.add_argument("--mode", choices=("live", "test"), default="test", help="with --table")
    parser.add_argument("--name", default="Owner", help="how the key is listed")
    parser.add_argument("--region")
    parser.add_argument("--endpoint-url", help="of an AWS that is not Amazon's")
    return parser.parse_args(arguments)


def _client(service: str, options: argparse.Namespace) -> Any:
    make: Any = boto3.client  # its type depends on the service's name
    return make(
        service,
        region_name=options.region,
        endpoint_url=options.endpoint_url,
        config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3}),
    )


def _described(cloudformation: Any, *, stack: str) -> tuple[str, bool]:
    """The store table's name and whether the stack is in live mode."""
    (description,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    outputs = {o["OutputKey"]: o["OutputValue"] for o in description["Outputs"]}
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in description["Parameters"]}
    return outputs["StoreTable"], parameters["Livemode"] == "true"


if __name__ == "__main__":
    main()
