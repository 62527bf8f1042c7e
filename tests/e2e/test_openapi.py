"""The deployed API does what its own document says."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.environments import ROOT
from infra.openapi import COMMITTED
from tests.e2e.market import Buyer, Market


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Ada Lovelace")


def _settings(market: Market, buyer: Buyer) -> dict[str, str]:
    """What schemathesis.toml takes from the environment."""
    (subscription,) = buyer.api("GET", "/v1/me/subscriptions").body["data"]
    path = f"/v1/customers/{buyer.id}/transactions"
    (card,) = buyer.api("GET", "/v1/me/payment-methods").body["data"]
    transaction, *_ = market.owner("GET", path).body["data"]
    return {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks",
        "FRONTDESK_OWNER_KEY": str(market.owner.token),
        "FRONTDESK_CUSTOMER_TOKEN": str(buyer.api.token),
        "FRONTDESK_CUSTOMER_ID": buyer.id,
        "FRONTDESK_SUBSCRIPTION_ID": subscription["id"],
        "FRONTDESK_TRANSACTION_ID": transaction["id"],
        "FRONTDESK_PAYMENT_METHOD_ID": card["id"],
    }


def test_the_served_document_is_the_committed_one(market: Market) -> None:
    assert market.anyone("GET", "/v1/openapi.json").raw == COMMITTED.read_bytes()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "generation",
    [
        ("--max-examples=15", "--generation-deterministic"),
        pytest.param(("--max-examples=300",), marks=pytest.mark.soak),
    ],
    ids=["the same for everybody", "new ones each time"],
)
def test_schemathesis_finds_nothing(
    generation: tuple[str, ...], market: Market, buyer: Buyer, tmp_path: Path
) -> None:
    url = market.shop.api_url
    finished = subprocess.run(
        [
            ROOT / ".venvs" / "dev" / "bin" / "st",
            f"--config-file={ROOT / 'schemathesis.toml'}",
            "run",
            f"{url}/v1/openapi.json",
            f"--url={url}",
            "--checks=all",
            *generation,
            "--no-color",
        ],
        cwd=tmp_path,
        env=os.environ | _settings(market, buyer),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    # A token that was lost on the way would have made everything a right 401.
    assert market.owner("GET", "/v1/settings").status == 200
    assert buyer.api("GET", "/v1/me").status == 200
