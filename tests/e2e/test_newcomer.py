"""What `make run` prints works when it is pasted."""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.environments import ROOT
from infra.local import logs, paypal_shop, subjects
from infra.local.api_calls import call
from infra.local.examples import examples, preamble
from infra.local.ground import Ground
from infra.local.offers import offer_id
from infra.local.providers import provider_settings
from infra.local.shop import OFFERS, STORIES
from infra.local.stack_file import NAME, Stack
from infra.local.up import bring_down, bring_up

pytestmark = pytest.mark.timeout(300)  # builds, deploys and seeds

TIMEOUT_SECONDS = 30
END = "=== end of a line ==="


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("newcomer")
    return Ground(folder=folder, builds=ROOT / ".local", aws_port=0, stripe_port=0, paypal_port=0)


@pytest.fixture(scope="module")
def seeded(ground: Ground) -> Iterator[Stack]:
    """As `make run` makes it where nothing is configured."""
    try:
        yield bring_up(ground, providers=provider_settings({}))
    finally:
        bring_down(ground)


@pytest.fixture(scope="module")
def printed(seeded: Stack) -> list[Any]:
    """What each line showed, as JSON; `-i` would show the status, and nobody pastes that."""
    return pasted(seeded)


def pasted(shop: Stack) -> list[Any]:
    """All that is printed, in its order, in one plain shell."""
    assert shutil.which("curl"), "curl is not installed"
    lines = "\n".join(f"{command}\necho {END}" for _, command in examples(shop))
    finished = subprocess.run(
        ["/bin/sh", "-eu", "-c", f"{preamble(shop)}\nexec 2>&1\n{lines}"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS * len(examples(shop)),
        check=True,
    )
    shown = finished.stdout.split(END)
    return [json.loads(one) for one in shown if one.strip()]


def listed(shop: Stack, path: str) -> list[Any]:
    found: list[Any] = call("GET", f"{shop.api_url}{path}", token=shop.owner_key)["data"]
    return found


def test_no_printed_line_answers_with_a_problem(seeded: Stack, printed: list[Any]) -> None:
    assert len(printed) == len(examples(seeded)) == 17
    assert [answer.get("code") for answer in printed] == [None] * len(printed)


def test_they_show_what_their_titles_promise(seeded: Stack, printed: list[Any]) -> None:
    storefront, best, me, paid, export = printed[:5]

    assert storefront["sign_in_methods"] == ["sso"]
    assert me["id"] == seeded.customer_id
    assert seeded.customer_id in [customer["id"] for customer in best["data"]]
    values = [customer["lifetime_value"]["amount"] for customer in best["data"]]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0
    assert {one["customer_id"] for one in paid["data"]} == {seeded.customer_id}
    assert (export["kind"], export["format"]) == ("customers", "csv")


@pytest.mark.parametrize(("provider", "first"), [("stripe", 5), ("paypal", 11)])
def test_they_refund_pause_and_cancel_exactly_what_they_showed(
    printed: list[Any], provider: str, first: int
) -> None:
    previews, done = printed[first : first + 6 : 2], printed[first + 1 : first + 6 : 2]

    kinds = [preview["plan"]["effects"][0]["kind"] for preview in previews]
    assert kinds == ["refund", "subscription", "subscription"]
    assert [answer["provider"]["name"] for answer in done] == [provider] * 3
    refund, pause, cancellation = done
    assert refund["status"] == "succeeded"
    assert refund["amount"]["amount"] == -previews[0]["plan"]["amount_due"]["amount"]
    assert (pause["status"], pause["operation"]["state"]) == ("paused", "succeeded")
    assert cancellation["pending"]["kind"] == "cancel"
    assert (cancellation["status"], cancellation["access"]["state"]) == ("active", "ending")


def test_what_is_printed_next_is_about_others(ground: Ground, printed: list[Any]) -> None:
    assert printed

    again = bring_up(ground, providers=provider_settings({}))

    assert [answer.get("code") for answer in pasted(again)] == [None] * len(printed)


def test_the_lines_of_a_shop_without_customers_work_too(seeded: Stack) -> None:
    empty = replace(seeded, customer_token=None, subjects={})

    assert [answer.get("code") for answer in pasted(empty)] == [None] * len(examples(empty))


def test_every_printed_value_is_in_the_file_for_scripts(ground: Ground, seeded: Stack) -> None:
    told = json.loads((ground.folder / NAME).read_text(encoding="utf-8"))

    assert told["api_url"] == seeded.api_url
    assert told["owner_key"] == seeded.owner_key
    assert told["customer_token"].startswith("fds_")
    assert told["webhook_url"] == f"{seeded.api_url}/webhooks/stripe"
    assert told["webhook_secret"].startswith("whsec_")
    assert told["sso"].keys() == {"kid", "secret", "issuer", "audience"}
    assert told["tables"].keys() >= {"customers", "subscriptions", "store", "operations"}


def test_the_seeded_shop_has_customers_in_every_state_at_both_providers(seeded: Stack) -> None:
    everybody = listed(seeded, "/v1/customers?limit=100")
    states: dict[str, set[str]] = {"stripe": set(), "paypal": set()}
    for customer in everybody:
        found = {one["status"] for one in customer["subscriptions"]}
        states[customer["provider"]["name"]] |= found

    assert len(everybody) == len(STORIES) + len(paypal_shop.STORIES)
    assert states["stripe"] >= {
        "active",
        "trialing",
        "past_due",
        "paused",
        "canceled",
        "incomplete",
    }
    assert states["paypal"] >= {
        "active",
        "past_due",
        "paused",
        "canceled",
        "pending_approval",
    }
    assert any(not customer["lifetime_value"]["amount"] for customer in everybody)
    assert {customer["status"] for customer in everybody} == {"active", "deleted"}


def test_somebody_pays_with_both(seeded: Stack) -> None:
    everybody = listed(seeded, "/v1/customers?limit=100")
    by_email = Counter(customer["email"] for customer in everybody if customer["email"])

    assert sum(1 for count in by_email.values() if count == 2) == 3


def test_a_plan_change_has_somewhere_to_go(seeded: Stack) -> None:
    free = subjects.subjects(seeded, subjects.customers(seeded))["stripe"]["cancelable_id"]
    address = f"{seeded.api_url}/v1/subscriptions/{free}"
    paid = call("GET", address, token=seeded.owner_key)["amount"]
    elsewhere = next(
        name
        for name, offer in OFFERS.items()
        if offer.interval
        and offer.currency == paid["currency"]
        and offer.amount_minor != paid["amount"]
    )

    body = {"offer_id": offer_id(elsewhere)}
    shown = call("POST", f"{address}/change?preview=true", token=seeded.owner_key, body=body)

    assert shown["plan"]["effects"]


def test_a_second_start_finds_the_shop_as_it_is(ground: Ground, seeded: Stack) -> None:
    again = bring_up(ground, providers=provider_settings({}))

    assert again.owner_key == seeded.owner_key
    assert again.aws_endpoint == seeded.aws_endpoint
    assert again.paypal_api_base == seeded.paypal_api_base


def test_what_a_function_logged_can_be_read(seeded: Stack) -> None:
    told = list(logs.show(seeded, "mirror"))

    assert any(line.startswith("REPORT") for line in told)
    assert "mirror" in next(logs.show(seeded, ""))
