"""A deployed shop for the whole run: the real build on the local AWS, and a Stripe beside it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

import pytest

from infra.environments import ROOT
from infra.local.ground import Ground
from infra.local.settings import StripeKind, StripeSettings
from infra.local.stack_file import Stack
from infra.local.stripe.server import Server, running
from infra.local.stripe.standin import StandIn
from infra.local.up import bring_down, bring_up

WEBHOOK_SECRET = "whsec_end_to_end"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None


@dataclass(frozen=True, slots=True)
class Api:
    """Calls the deployed API as one caller."""

    url: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        sent = {"Content-Type": "application/json", **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


def wait_until(condition: Any, *, seconds: float, what: str) -> Any:
    """What `condition` answers once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    pytest.fail(f"{what}: not within {seconds} s")


@pytest.fixture(scope="session")
def stand_in() -> StandIn:
    return StandIn(seed=7)


@pytest.fixture(scope="session")
def stripe(stand_in: StandIn) -> Iterator[Server]:
    """Behind a path prefix, as somebody else's Stripe may be."""
    with running(stand_in, port=0, prefix="/stripe") as server:
        yield server


@pytest.fixture(scope="session")
def shop(stripe: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ground = Ground(
        folder=tmp_path_factory.mktemp("shop"), builds=ROOT / ".local", aws_port=0, stripe_port=0
    )
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


@pytest.fixture(scope="session")
def owner(shop: Stack) -> Api:
    assert shop.owner_key is not None
    return Api(shop.api_url, shop.owner_key)


@pytest.fixture(scope="session")
def anyone(shop: Stack) -> Api:
    return Api(shop.api_url)
