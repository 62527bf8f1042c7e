"""What `make run` prints works when it is pasted."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.environments import ROOT
from infra.local.ground import Ground
from infra.local.run import examples
from infra.local.settings import stripe_settings
from infra.local.stack_file import NAME, Stack
from infra.local.up import bring_down, bring_up

pytestmark = pytest.mark.timeout(300)  # builds, deploys and seeds

TIMEOUT_SECONDS = 30


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("newcomer")
    return Ground(folder=folder, builds=ROOT / ".local", aws_port=0, stripe_port=0)


@pytest.fixture(scope="module")
def seeded(ground: Ground) -> Iterator[Stack]:
    """As `make run` makes it where nothing is configured."""
    try:
        yield bring_up(ground, stripe=stripe_settings({}))
    finally:
        bring_down(ground)


@pytest.fixture(scope="module")
def printed(seeded: Stack) -> list[Any]:
    """What each line answered, as JSON; `-i` would show the status, and nobody pastes that."""
    assert shutil.which("curl"), "curl is not installed"
    return [pasted(command) for _, command in examples(seeded)]


def pasted(command: str) -> Any:
    bash = shutil.which("bash")
    assert bash is not None
    finished = subprocess.run(
        [bash, "-c", command], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True
    )
    return json.loads(finished.stdout)


def test_five_lines_are_printed_and_none_answers_with_a_problem(printed: list[Any]) -> None:
    assert len(printed) == 5
    assert [answer.get("code") for answer in printed] == [None] * 5


def test_they_show_what_their_titles_promise(seeded: Stack, printed: list[Any]) -> None:
    storefront, best, me, paid, export = printed

    assert storefront["sign_in_methods"] == ["sso"]
    assert me["id"] == best["data"][0]["id"] == seeded.customer_id
    values = [customer["lifetime_value"]["amount"] for customer in best["data"]]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0
    assert {one["customer_id"] for one in paid["data"]} == {seeded.customer_id}
    assert (export["kind"], export["format"]) == ("customers", "csv")


def test_the_lines_of_a_shop_without_customers_work_too(seeded: Stack) -> None:
    answers = [pasted(command) for _, command in examples(replace(seeded, customer_token=None))]

    assert len(answers) == 5
    assert [answer.get("code") for answer in answers] == [None] * 5


def test_every_printed_value_is_in_the_file_for_scripts(ground: Ground, seeded: Stack) -> None:
    told = json.loads((ground.folder / NAME).read_text(encoding="utf-8"))

    assert told["api_url"] == seeded.api_url
    assert told["owner_key"] == seeded.owner_key
    assert told["customer_token"] == seeded.customer_token
    assert told["webhook_url"] == f"{seeded.api_url}/webhooks/stripe"
    assert told["webhook_secret"].startswith("whsec_")
    assert told["sso"].keys() == {"kid", "secret", "issuer", "audience"}
    assert told["tables"].keys() >= {"customers", "subscriptions", "store", "operations"}


def test_the_seeded_shop_has_customers_in_every_state(seeded: Stack) -> None:
    token = f"-H 'Authorization: Bearer {seeded.owner_key}'"
    everybody = pasted(f"curl -s {token} '{seeded.api_url}/v1/customers?limit=100'")["data"]
    states = {one["status"] for customer in everybody for one in customer["subscriptions"]}

    assert len(everybody) == 40
    assert states >= {"active", "trialing", "past_due", "paused", "canceled", "incomplete"}
    assert any(not customer["lifetime_value"]["amount"] for customer in everybody)
    assert {customer["status"] for customer in everybody} == {"active", "deleted"}


def test_a_second_start_finds_the_shop_as_it_is(ground: Ground, seeded: Stack) -> None:
    again = bring_up(ground, stripe=stripe_settings({}))

    assert again.owner_key == seeded.owner_key
    assert again.aws_endpoint == seeded.aws_endpoint
    assert again.customer_id == seeded.customer_id
