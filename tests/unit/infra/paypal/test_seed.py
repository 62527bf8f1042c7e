"""The history that fills the local PayPal of a seeded shop."""

from collections import Counter

import pytest

from infra.local.history import tell
from infra.local.paypal.certificates import Authority
from infra.local.paypal.server import running
from infra.local.paypal.standin import StandIn
from infra.local.paypal_seed import PayPalSeeder


def seeded(authority: Authority) -> StandIn:
    standin = StandIn(seed=1, authority=authority)
    with running(standin) as server:
        tell(PayPalSeeder(server.api_base))
    return standin


@pytest.fixture(scope="module")
def account(authority: Authority) -> StandIn:
    return seeded(authority)


def test_subscriptions_end_up_in_every_way(account: StandIn) -> None:
    rows = account.account.store.of_kind("subscription")

    found = {(row["status"], row["suspended_by"]) for row in rows}
    assert found == {
        ("ACTIVE", None),
        ("APPROVAL_PENDING", None),
        ("CANCELLED", None),
        ("SUSPENDED", "buyer"),
        ("SUSPENDED", "failures"),
        ("SUSPENDED", "merchant"),
    }


def test_money_came_in_both_ways_and_some_went_back(account: StandIn) -> None:
    store = account.account.store
    payments = store.of_kind("payment")

    assert {row["channel"] for row in payments} == {"sale", "capture"}
    statuses = {row["status"] for row in payments}
    assert statuses == {"COMPLETED", "PENDING", "PARTIALLY_REFUNDED", "REFUNDED"}
    assert {row["currency"] for row in payments} == {"USD", "EUR", "JPY"}
    assert len(store.of_kind("dispute")) == 1


def test_few_enough_events_to_be_delivered_while_somebody_waits(account: StandIn) -> None:
    assert 50 <= len(account.events()) <= 100


def test_the_same_seed_tells_the_same_story(account: StandIn, authority: Authority) -> None:
    def story(standin: StandIn) -> Counter[str]:
        return Counter(event["event_type"] for event in standin.events())

    assert story(seeded(authority)) == story(account)


def test_an_account_is_seeded_once(account: StandIn) -> None:
    with running(account) as server, pytest.raises(ValueError, match="not empty"):
        tell(PayPalSeeder(server.api_base))
