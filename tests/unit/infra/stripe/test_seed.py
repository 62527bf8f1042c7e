from collections import Counter
from typing import Any

import pytest

from infra.local.seed import Seeder, seed_shop
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn


def seeded(seed: int = 1) -> tuple[StandIn, dict[str, Any]]:
    standin = StandIn(seed=seed)
    with running(standin) as server:
        summary = seed_shop(Seeder(server.api_base, seed=seed))
    return standin, summary


@pytest.fixture(scope="module")
def shop() -> tuple[StandIn, dict[str, Any]]:
    return seeded()


def test_subscriptions_in_every_state(shop: tuple[StandIn, dict[str, Any]]) -> None:
    assert set(shop[1]["subscriptions"]) == {
        "active",
        "active, collection paused",
        "active, ends with its period",
        "canceled",
        "incomplete",
        "incomplete_expired",
        "past_due",
        "paused",
        "trialing",
        "unpaid",
    }


def test_forty_customers_of_whom_one_was_deleted(shop: tuple[StandIn, dict[str, Any]]) -> None:
    events = Counter(e["type"] for e in shop[0].account.store.newest_first("event"))

    assert events["customer.created"] == 40
    assert shop[1]["objects"]["customer"] == 39


def test_money_in_five_currencies_and_refunds_of_every_outcome(
    shop: tuple[StandIn, dict[str, Any]],
) -> None:
    store = shop[0].account.store

    currencies = {charge["currency"] for charge in store.newest_first("charge")}
    assert currencies == {"usd", "eur", "gbp", "jpy", "kwd"}
    assert {r["status"] for r in store.newest_first("refund")} == {"succeeded", "failed"}


def test_few_enough_events_to_be_delivered_while_somebody_waits(
    shop: tuple[StandIn, dict[str, Any]],
) -> None:
    assert 600 <= shop[1]["objects"]["event"] <= 1000


def test_time_ends_at_the_wall_clock_and_runs(shop: tuple[StandIn, dict[str, Any]]) -> None:
    clock = shop[0].clock

    assert not clock.is_frozen
    assert clock.wall_now() - clock.now() in (0, 1)  # the second may turn between the two


def test_the_same_seed_tells_the_same_story(shop: tuple[StandIn, dict[str, Any]]) -> None:
    again, summary = seeded()

    def story(standin: StandIn) -> list[tuple[str, str]]:
        rows = standin.account.store.newest_first("event")
        return [(row["id"], row["type"]) for row in rows]

    assert summary == shop[1]
    assert story(again) == story(shop[0])


def test_a_shop_is_seeded_once(shop: tuple[StandIn, dict[str, Any]]) -> None:
    with running(shop[0]) as server, pytest.raises(ValueError, match="not empty"):
        seed_shop(Seeder(server.api_base))
