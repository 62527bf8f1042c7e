"""A real-shaped account of 630 events: every figure of its truth is reached, in any order."""

import gzip
import json
import random
import warnings
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.adapters.stripe.events import object_of
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.customer import Address, customer_id_of
from frontdesk.use_cases.mirror import Mirror, mirror_object
from tests.fakes.provider import STRIPE
from tests.mirrored import MirrorRig, own_traces_aside

ACCOUNT = Path(__file__).parents[3] / "shared" / "data" / "stripe-history.json.gz"


@cache
def account() -> dict[str, Any]:
    if not ACCOUNT.exists():
        reason = "../shared/data/stripe-history.json.gz is missing: the real-shaped run is skipped"
        warnings.warn(reason, stacklevel=2)
        pytest.skip(reason)
    with gzip.open(ACCOUNT) as packed:
        loaded: dict[str, Any] = json.load(packed)
    return loaded


class AccountClient:
    """Answers GETs from the account's objects as they stand at the end."""

    def __init__(self, objects: dict[str, list[dict[str, Any]]]) -> None:
        self.by_id = {one["id"]: one for some in objects.values() for one in some}
        self.refunds = objects["refund"]

    def raw_request(self, method: str, path: str, **params: Any) -> Any:
        assert method == "get"
        if path == "/v1/refunds":
            found = [one for one in self.refunds if one["charge"] == params["charge"]]
            return SimpleNamespace(data={"data": found, "has_more": False})
        return SimpleNamespace(data=self.by_id[path.rpartition("/")[2]])


def mirrored(seed: int) -> MirrorRig:
    """Every event once to three times, shuffled."""
    chance = random.Random(seed)
    events = [event for event in account()["events"] for _ in range(chance.randint(1, 3))]
    chance.shuffle(events)
    client = AccountClient(account()["objects"])
    rig = MirrorRig()
    provider = StripeProvider(lambda: cast("Any", client))
    mirror = Mirror(provider=provider, store=rig.mirror.store)
    for event in events:
        if looked_at := object_of(event):
            mirror_object(looked_at, mirror=mirror)
    return rig


def shown(rig: MirrorRig, owner: str) -> dict[str, Any]:
    """The figures of one customer, in the words of the account's truth."""
    profile, customer_id = rig.profile(owner), customer_id_of(STRIPE, owner)
    transactions = map(transaction_from, rig.entities("transaction"))
    subscriptions = map(subscription_from, rig.entities("subscription"))
    return {
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "address": profile.address,
        "lifetime_value": profile.lifetime_values.get("usd", 0),
        "charges": {
            t.provider_id: [t.captured_minor, t.refunded_minor, t.payment_status.value]
            for t in transactions
            if t.customer_id == customer_id
        },
        "subscriptions": {
            s.provider_id: {
                "status": s.billing_status,
                "amount": s.amount_minor,
                "cancel_at_period_end": s.cancels_at_period_end,
                "paused": s.pause is not None,
                "current_period_end": _epoch(s.current_period_end),
            }
            for s in subscriptions
            if s.customer_id == customer_id
        },
    }


def _epoch(moment: Any) -> int | None:
    return None if moment is None else int(moment.timestamp())


def expected(owner: str) -> dict[str, Any]:
    truth = dict(account()["truth"][owner])
    return truth | {"address": Address(**truth["address"])}


@pytest.fixture(scope="module")
def runs() -> list[MirrorRig]:
    return [mirrored(seed) for seed in (1, 2, 3)]


def test_every_figure_of_the_truth_is_reached(runs: list[MirrorRig]) -> None:
    owners = account()["truth"]
    assert len(owners) == 25
    for rig in runs:
        assert {owner: shown(rig, owner) for owner in owners} == {
            owner: expected(owner) for owner in owners
        }


def test_three_shuffles_end_in_identical_tables(runs: list[MirrorRig]) -> None:
    first, *others = (own_traces_aside(rig.gateway.items) for rig in runs)

    assert len(first) > 900
    assert others == [first, first]


def test_the_ledger_adds_up_to_the_accounts_own_balance(runs: list[MirrorRig]) -> None:
    kinds = ("charge", "refund", "payment", "payment_refund")
    movements = account()["objects"]["balance_transaction"]
    balance = sum(one["amount"] for one in movements if one["type"] in kinds)

    assert balance != 0
    assert [sum(amount for *_, amount in rig.ledger()) for rig in runs] == [balance] * 3
