"""A real-shaped account through the deployed stack, in any order and any number of times."""

import csv
import gzip
import hashlib
import hmac
import io
import json
import random
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from frontdesk.domain.csv import unguard
from frontdesk.domain.money import Money, plain_decimal
from infra.environments import ROOT
from infra.local.stack_file import Stack
from infra.local.stripe.loading import load_account, read_account
from infra.local.stripe.standin import StandIn
from tests.e2e import tables
from tests.e2e.conftest import WEBHOOK_SECRET, Api, wait_until

HISTORY = ROOT.parent / "shared" / "data" / "stripe-history.json.gz"
SENDERS = 8
SEEDS = (11, 22, 33)
DRAIN_SECONDS = 300

pytestmark = [
    pytest.mark.skipif(not HISTORY.exists(), reason=f"{HISTORY} is not there"),
    pytest.mark.timeout(900),
]


def history() -> dict[str, Any]:
    with gzip.open(HISTORY) as file:
        content: dict[str, Any] = json.load(file)
    return content


def signed(body: bytes) -> str:
    now = int(time.time())
    digest = hmac.new(WEBHOOK_SECRET.encode(), b"%d." % now + body, hashlib.sha256)
    return f"t={now},v1={digest.hexdigest()}"


def deliver(events: list[dict[str, Any]], *, anyone: Api, seed: int) -> int:
    """Each one to three times, shuffled, by eight senders; as Stripe does, again until a 2xx."""
    chance = random.Random(seed)
    deliveries = [event for event in events for _ in range(chance.randint(1, 3))]
    chance.shuffle(deliveries)

    def send(event: dict[str, Any]) -> None:
        body = json.dumps(event).encode()
        answer = anyone("POST", "/webhooks/stripe", raw=body, Stripe_Signature=signed(body))
        assert answer.status == 200, answer.raw

    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(send, deliveries))
    return len(deliveries)


def exported_rows(owner: Api) -> list[dict[str, str]]:
    key = str(uuid.uuid4())
    order = {"kind": "customers", "format": "csv"}
    job = owner("POST", "/v1/exports", order, Idempotency_Key=key).body

    def finished() -> Any:
        found = owner("GET", f"/v1/exports/{job['id']}").body
        assert found["status"] != "failed", found
        return found if found["status"] == "succeeded" else None

    done = wait_until(finished, seconds=60, what="the export")
    with urllib.request.urlopen(done["download"]["url"], timeout=30) as answer:
        content = answer.read()
    assert hashlib.sha256(content).hexdigest() == done["sha256"]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == done["row_count"]
    return rows


def expected_row(person: dict[str, Any]) -> dict[str, str]:
    address = person["address"] or {}
    lines = [address.get("line1"), address.get("line2")]
    return {
        "Name": person["name"] or "",
        "Email": person["email"] or "",
        "Phone": person["phone"] or "",
        "Address": ", ".join(line for line in lines if line),
        "City": address.get("city") or "",
        "State": address.get("state") or "",
        "Zip/Postal Code": address.get("postal_code") or "",
        "Country": address.get("country") or "",
        "Lifetime Value": plain_decimal(Money(person["lifetime_value"], "usd")),
    }


def ensure_api_tells_the_truth(truth: dict[str, Any], *, owner: Api) -> None:
    listed = owner("GET", "/v1/customers?limit=100").body["data"]
    by_provider_id = {customer["provider"]["id"]: customer for customer in listed}
    assert by_provider_id.keys() == truth.keys()
    for provider_id, person in truth.items():
        customer = by_provider_id[provider_id]
        assert customer["name"] == person["name"]
        assert customer["email"] == person["email"]
        assert customer["lifetime_value"] == {
            "amount": person["lifetime_value"],
            "currency": "usd",
        }
        address = f"/v1/customers/{customer['id']}"
        transactions = owner("GET", f"{address}/transactions?limit=100").body["data"]
        assert {
            t["provider"]["id"]: [
                t["amount"]["amount"],
                t["refunded"]["amount"],
                "failed" if t["status"] == "failed" else "succeeded",
            ]
            for t in transactions
        } == person["charges"]
        subscriptions = owner("GET", f"{address}/subscriptions?limit=100").body["data"]
        assert {s["provider"]["id"]: seen(s) for s in subscriptions} == {
            id_: said(s) for id_, s in person["subscriptions"].items()
        }


def seen(subscription: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": subscription["status"],
        "billing_status": subscription["billing_status"],
        "amount": subscription["amount"]["amount"],
        "current_period_end": subscription["current_period_end"],
    }


def said(subscription: dict[str, Any]) -> dict[str, Any]:
    """A paused collection is a status of its own here, while the billing status stays."""
    is_paused = subscription["paused"] and subscription["status"] != "canceled"
    end = time.gmtime(subscription["current_period_end"])
    return {
        "status": "paused" if is_paused else subscription["status"],
        "billing_status": subscription["status"],
        "amount": subscription["amount"],
        "current_period_end": time.strftime("%Y-%m-%dT%H:%M:%SZ", end),
    }


@pytest.mark.feature("L3-02", "L3-05", "L3-10", "L3-12", "L3-34", "L3-35")
def test_three_shuffles_reach_the_truth_and_leave_identical_tables(
    shop: Stack, stand_in: StandIn, owner: Api, anyone: Api
) -> None:
    account = history()
    load_account(stand_in.account, read_account(HISTORY))
    ends = []
    for seed in SEEDS:
        tables.forget_mirrored(shop)
        deliver(account["events"], anyone=anyone, seed=seed)
        wait_until(lambda: tables.unprocessed(shop) == 0, seconds=DRAIN_SECONDS, what="the queue")

        ensure_api_tells_the_truth(account["truth"], owner=owner)
        rows = exported_rows(owner)
        wanted = [expected_row(person) for person in account["truth"].values()]
        told = [{name: unguard(row[name]) for name in wanted[0]} for row in rows]
        assert sorted(told, key=str) == sorted(wanted, key=str)
        ends.append(tables.mirrored(shop))

    assert ends[0] == ends[1] == ends[2]
