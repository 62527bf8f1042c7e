"""Everything a script needs to talk to the running local shop, as .local/stack.json."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.local.aws import process

NAME = "stack.json"


@dataclass(frozen=True, slots=True)
class Stack:
    api_url: str
    owner_key: str | None
    sso: dict[str, str]
    webhook_url: str
    webhook_secret: str
    exports_bucket: str
    events_bucket: str
    tables: dict[str, str]
    queues: dict[str, str]
    export_machine_arn: str
    aws_endpoint: str
    stripe_api_base: str
    stripe_kind: str
    paypal_webhook_url: str
    paypal_webhook_id: str
    paypal_api_base: str
    paypal_kind: str
    providers_identity: dict[str, str]
    source_hash: str
    customer_id: str | None = None
    customer_token: str | None = None
    subjects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By provider: what the printed lines are about (subjects.py)."""
    region: str = process.REGION
    aws_access_key_id: str = process.ACCESS_KEY_ID
    aws_secret_access_key: str = process.SECRET_ACCESS_KEY


def write(stack: Stack, folder: Path) -> Path:
    target = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    target.write_text(json.dumps(asdict(stack), indent=2) + "\n", encoding="utf-8")
    return target


def read(folder: Path) -> Stack | None:
    """The last shop's, which may not run any more; nothing where the file is another version's."""
    target = folder / NAME
    if not target.exists():
        return None
    content: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    try:
        return Stack(**content)
    except TypeError:
        return None


def forget(folder: Path) -> None:
    (folder / NAME).unlink(missing_ok=True)
