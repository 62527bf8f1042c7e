"""Events arrive when something is broken, twice, unasked or about nothing: none is lost."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item
from infra.local.aws import process
from infra.local.stripe.posting import signature_header
from infra.local.stripe.wire import Json
from tests.e2e import tables
from tests.e2e.calls import wait_until
from tests.e2e.market import Buyer, Market
from tests.e2e.shops import WEBHOOK_SECRET

pytestmark = pytest.mark.timeout(300)  # the first test builds and deploys

SENDERS = 8
WEBHOOK_SECRETS = "frontdesk/stripe-webhook-secrets"


@pytest.fixture(scope="module")
def buyer(market: Market) -> Buyer:
    return market.new_buyer("Faye Fault")


@pytest.fixture
def leaver(market: Market) -> Buyer:
    """Somebody who will not be the same after the test."""
    return market.new_buyer("Lea Leaver")


@pytest.fixture(autouse=True)
def _healthy_afterwards(market: Market) -> Iterator[None]:
    plan = market.stand_in.dispatcher.plan
    market.stand_in.dispatcher.configure(
        senders=SENDERS, attempts_max=100, retry_base_seconds=0.2, retry_limit_seconds=1.0
    )
    yield
    market.stand_in.api.faults.clear()
    market.stand_in.dispatcher.resume()
    market.stand_in.dispatcher.configure(senders=plan.senders)
    market.settle()
    market.stand_in.dispatcher.forget()


def event_row(market: Market, event_id: str) -> Item | None:
    key = keys.provider_event("stripe", event_id)
    return tables.items(market.shop).get((key.table, key.pk, key.sk))


def states(market: Market) -> Counter[str]:
    rows = tables.items(market.shop).values()
    return Counter(str(row["status"]) for row in rows if row.get("entity") == "provider_event")


def statuses(market: Market) -> set[str]:
    """What the provider was answered since the last test."""
    return set(market.stand_in.dispatcher.report()["statuses"])


def failures(market: Market) -> int:
    return int(market.stand_in.dispatcher.report()["failed_attempts"])


def transactions(market: Market, buyer: Buyer) -> dict[str, Json]:
    """By the provider's id."""
    address = f"/v1/customers/{buyer.id}/transactions?limit=100"
    page = market.owner("GET", address).body
    rows = page["data"]
    while page["next_cursor"]:
        page = market.owner("GET", f"{address}&cursor={page['next_cursor']}").body
        rows += page["data"]
    return {one["provider"]["id"]: one for one in rows}


def ledger_entries(market: Market, buyer: Buyer) -> int:
    pk = keys.profile(buyer.id).pk
    rows = tables.items(market.shop).items()
    return sum(1 for (_, own, _), r in rows if own == pk and r["entity"] == "ledger_entry")


def lifetime_value(market: Market, buyer: Buyer) -> int:
    customer = market.owner("GET", f"/v1/customers/{buyer.id}").body
    return int(customer["lifetime_value"]["amount"])


def an_event(thing: Json, *, type: str = "customer.updated", **changes: Any) -> Json:
    return {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "data": {"object": thing},
        "livemode": False,
        "type": type,
        **changes,
    }


def looks(market: Market, path: str) -> int:
    """How often the provider was asked for it."""
    return sum(1 for one in market.stand_in.api.log if one["path"] == path)


class TestOutage:
    @pytest.mark.case("A8")
    @pytest.mark.parametrize(
        "payments", [5, pytest.param(350, marks=(pytest.mark.soak, pytest.mark.timeout(1800)))]
    )
    @pytest.mark.parametrize("service", ["sqs", "dynamodb"])
    def test_nothing_is_acknowledged_in_an_outage_and_nothing_is_lost_after_it(
        self, market: Market, buyer: Buyer, service: str, payments: int
    ) -> None:
        """A payment makes three events: 350 of them more than a thousand."""
        money, rows = lifetime_value(market, buyer), states(market)
        entries = ledger_entries(market, buyer)
        market.stand_in.dispatcher.forget()

        with market.without(service, function="stripe-webhook"):
            charges = [market.pay(buyer.provider_id) for _ in range(payments)]
            wait_until(lambda: failures(market) >= SENDERS, seconds=100, what="refusals")
            acknowledged = market.stand_in.dispatcher.report()["delivered"]
            without_work = (states(market) - rows)["IGNORED"]
            seen_in_the_outage = transactions(market, buyer).keys() & set(charges)
        market.settle()

        # What is about nothing of ours is stored, and has no need of a queue.
        assert (acknowledged, seen_in_the_outage) == (without_work, set())
        assert statuses(market) <= {"500", "503", "200"}
        assert transactions(market, buyer).keys() >= set(charges)
        assert lifetime_value(market, buyer) == money + payments * 1900
        assert ledger_entries(market, buyer) == entries + payments
        assert states(market)["RECEIVED"] == 0

    @pytest.mark.case("A9")
    def test_an_event_that_was_stored_and_not_queued_is_found_by_the_janitor(
        self, market: Market, buyer: Buyer
    ) -> None:
        """As when the process died between the two, and the provider never tries again."""
        name = market.owner("GET", f"/v1/customers/{buyer.id}").body["name"]
        market.stand_in.dispatcher.pause()
        market.dashboard("update_customer", customer=buyer.provider_id, name="Faye Found")
        market.stand_in.dispatcher.forget()
        event = an_event(market.stand_in.account.get("customer", buyer.provider_id))
        with market.without("sqs", function="stripe-webhook"):
            refused = market.deliver(event)
        row = event_row(market, event["id"])
        too_early = market.invoke("janitor")["sent_again"]
        name_before = market.owner("GET", f"/v1/customers/{buyer.id}").body["name"]

        age(market, event["id"])
        sent_again = market.invoke("janitor")["sent_again"]
        market.settle()

        assert refused.status >= 500
        assert row is not None
        assert row["status"] == "RECEIVED"
        assert (too_early, name_before) == (0, name)
        assert sent_again == 1
        assert market.owner("GET", f"/v1/customers/{buyer.id}").body["name"] == "Faye Found"

    @pytest.mark.case("A4")
    def test_without_a_usable_secret_the_address_is_closed(self, market: Market) -> None:
        before = tables.items(market.shop)
        event = json.dumps(an_event({"object": "customer", "id": "cus_closed"})).encode()
        by_nothing = signature_header(event, [""], at_epoch_seconds=int(time.time()))

        answered = {}
        for value in ("[]", '[""]', '["  "]', "not json", "{}"):
            with secrets_are(market, value):
                market.restart("stripe-webhook")
                answers = (market.post(event), market.post(event, signature=by_nothing))
                answered[value] = [answer.status for answer in answers]
        market.restart("stripe-webhook")

        assert answered == {value: [503, 503] for value in answered}
        assert tables.items(market.shop) == before

    @pytest.mark.case("A3")
    def test_a_secret_is_rolled_without_a_restart_and_no_event_is_refused(
        self, market: Market, buyer: Buyer
    ) -> None:
        thing = market.stand_in.account.get("customer", buyer.provider_id)

        def sent(*secrets: str) -> int:
            body = json.dumps(an_event(thing)).encode()
            header = signature_header(body, secrets, at_epoch_seconds=int(time.time()))
            return market.post(body, signature=header).status

        known = sent(WEBHOOK_SECRET)
        with secrets_are(market, json.dumps([WEBHOOK_SECRET, "whsec_rolled"])):
            during = [
                sent(*signers)
                for signers in (
                    ("whsec_rolled",),
                    (WEBHOOK_SECRET,),
                    (WEBHOOK_SECRET, "whsec_rolled"),
                    ("whsec_rolled", WEBHOOK_SECRET),
                )
            ]
        with secrets_are(market, json.dumps(["whsec_rolled"])):
            market.restart("stripe-webhook")  # as five minutes would
            after = [sent("whsec_rolled"), sent(WEBHOOK_SECRET)]
        market.restart("stripe-webhook")

        assert (known, during, after) == (200, [200] * 4, [200, 400])


def age(market: Market, event_id: str) -> None:
    """As if the two minutes had passed after which somebody looks at the row."""
    key = keys.provider_event("stripe", event_id)
    tables.client(market.shop).update_item(
        TableName=market.shop.tables[key.table],
        Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
        UpdateExpression="SET opened_at = :then",
        ExpressionAttributeValues={":then": {"S": "2026-01-01T00:00:00.000Z"}},
    )


class secrets_are:  # noqa: N801 - reads as the state that it is
    """The webhook secrets hold `value` inside the block."""

    def __init__(self, market: Market, value: str) -> None:
        self._client = process.client("secretsmanager", endpoint=market.shop.aws_endpoint)
        self._value = value

    def __enter__(self) -> None:
        self._usual = self._client.get_secret_value(SecretId=WEBHOOK_SECRETS)["SecretString"]
        self._client.put_secret_value(SecretId=WEBHOOK_SECRETS, SecretString=self._value)

    def __exit__(self, *_: object) -> None:
        self._client.put_secret_value(SecretId=WEBHOOK_SECRETS, SecretString=self._usual)


class TestRepeats:
    def test_one_event_many_times_at_once_counts_once(self, market: Market, buyer: Buyer) -> None:
        before = lifetime_value(market, buyer)
        market.stand_in.dispatcher.pause()
        charge = market.pay(buyer.provider_id)
        market.stand_in.dispatcher.forget()
        event = an_event(market.stand_in.account.get("charge", charge), type="charge.succeeded")

        with ThreadPoolExecutor(SENDERS) as senders:
            answers = list(senders.map(lambda _: market.deliver(event).status, range(40)))
        market.settle()

        assert Counter(answers) == {200: 40}
        assert lifetime_value(market, buyer) == before + 1900
        row = event_row(market, event["id"])
        assert row is not None
        assert row["status"] == "DONE"

    def test_two_events_about_one_change_count_once(self, market: Market, buyer: Buyer) -> None:
        before = lifetime_value(market, buyer)
        charge = market.pay(buyer.provider_id)
        thing = market.stand_in.account.get("charge", charge)
        for type in ("charge.succeeded", "charge.updated", "charge.captured"):
            assert market.deliver(an_event(thing, type=type)).status == 200
        market.settle()

        assert lifetime_value(market, buyer) == before + 1900

    def test_what_is_done_stays_done_when_it_comes_again(
        self, market: Market, buyer: Buyer
    ) -> None:
        event = an_event(market.stand_in.account.get("customer", buyer.provider_id))
        market.deliver(event)
        market.settle()
        before = tables.items(market.shop)

        assert market.deliver(event).status == 200
        market.settle()

        assert tables.items(market.shop) == before


class TestUnknown:
    @pytest.mark.case("A10")
    @pytest.mark.parametrize(
        "thing",
        [
            {"object": "quantum", "id": "qu_1"},
            {"object": "customer"},
            {"object": "customer", "id": "../../v1/refunds"},
            {"object": ["customer"], "id": "cus_1"},
            {},
        ],
        ids=["unknown object", "no id", "an address for an id", "no kind", "nothing"],
    )
    def test_what_is_about_nothing_of_ours_is_stored_and_acknowledged(
        self, market: Market, thing: Json
    ) -> None:
        event = an_event(thing, type="quantum.entangled")
        asked = len(market.stand_in.api.log)

        answer = market.deliver(event)
        market.settle()

        row = event_row(market, event["id"])
        assert answer.status == 200
        assert row is not None
        assert (row["status"], row["event_type"]) == ("IGNORED", "quantum.entangled")
        assert len(market.stand_in.api.log) == asked

    @pytest.mark.case("A10")
    def test_an_unknown_type_or_version_about_a_known_object_makes_us_look(
        self, market: Market, buyer: Buyer
    ) -> None:
        market.stand_in.dispatcher.pause()
        market.dashboard("update_customer", customer=buyer.provider_id, name="Faye Future")
        market.stand_in.dispatcher.forget()
        old = {"object": "customer", "id": buyer.provider_id, "name": "Faye Past"}
        event = an_event(old, type="customer.teleported", api_version="2031-01-01.yarrow")

        assert market.deliver(event).status == 200
        market.settle()

        assert market.owner("GET", f"/v1/customers/{buyer.id}").body["name"] == "Faye Future"

    def test_an_invoice_that_is_only_announced_has_no_id_and_is_ignored(
        self, market: Market, buyer: Buyer
    ) -> None:
        (subscription,) = market.stand_in.account.store.linked(
            "subscription", "customer", buyer.provider_id
        )
        before = states(market)["IGNORED"]

        market.dashboard("upcoming_invoice", subscription=subscription["id"])
        market.settle()

        assert states(market)["IGNORED"] == before + 1

    @pytest.mark.parametrize(
        ("kind", "path"),
        [
            ("charge", "/v1/charges/ch_gone"),
            ("subscription", "/v1/subscriptions/sub_gone"),
            ("invoice", "/v1/invoices/in_gone"),
            ("payment_method", "/v1/payment_methods/pm_gone"),
            ("product", "/v1/products/prod_gone"),
        ],
    )
    def test_an_object_that_is_gone_is_asked_for_once_and_leaves_nothing(
        self, market: Market, kind: str, path: str
    ) -> None:
        before = {key for key, row in tables.items(market.shop).items() if _is_shown(row)}
        event = an_event({"object": kind, "id": path.rpartition("/")[2]}, type=f"{kind}.updated")

        assert market.deliver(event).status == 200
        market.settle()

        row = event_row(market, event["id"])
        assert row is not None
        assert row["status"] == "DONE"
        assert looks(market, path) == 1
        assert {key for key, row in tables.items(market.shop).items() if _is_shown(row)} == before

    def test_a_body_too_large_for_a_row_is_kept_beside_it_byte_for_byte(
        self, market: Market, buyer: Buyer
    ) -> None:
        thing = {"object": "customer", "id": buyer.provider_id, "metadata": {"long": "é" * 150_000}}
        event = an_event(thing)
        raw = json.dumps(event, ensure_ascii=False).encode()

        assert market.post(raw).status == 200
        market.settle()

        row = event_row(market, event["id"])
        assert row is not None
        s3 = process.client("s3", endpoint=market.shop.aws_endpoint)
        kept = s3.get_object(Bucket=market.shop.events_bucket, Key=row["body_object"])
        assert kept["Body"].read() == raw


def _is_shown(row: Item) -> bool:
    return row.get("entity") not in ("provider_event", "mirror", "api_key", "session")


@pytest.mark.case("C10")
class TestDashboard:
    """What is done at the provider, without us, is seen here."""

    def test_a_refund(self, market: Market, buyer: Buyer) -> None:
        before, charge = lifetime_value(market, buyer), market.pay(buyer.provider_id)

        market.dashboard("refund", charge=charge, amount=600)
        market.settle()

        seen = transactions(market, buyer)[charge]
        assert seen["refunded"] == {"amount": 600, "currency": "usd"}
        assert lifetime_value(market, buyer) == before + 1300

    def test_a_refund_that_fails_afterwards(self, market: Market, buyer: Buyer) -> None:
        before, charge = lifetime_value(market, buyer), market.pay(buyer.provider_id)
        refund = market.dashboard("refund", charge=charge, amount=600)
        market.settle()

        market.dashboard("refund_fails", refund=refund["id"])
        market.settle()

        assert transactions(market, buyer)[charge]["refunded"]["amount"] == 0
        assert lifetime_value(market, buyer) == before + 1900

    @pytest.mark.parametrize(("won", "lost"), [(True, 0), (False, 1600)])
    def test_a_dispute(self, market: Market, buyer: Buyer, won: bool, lost: int) -> None:
        before, charge = lifetime_value(market, buyer) + 1900, market.pay(buyer.provider_id)

        opened = market.dashboard("dispute", charge=charge, amount=1600)
        market.settle()
        during = lifetime_value(market, buyer)
        market.dashboard("dispute_close", dispute=opened["id"], won=won)
        market.settle()

        assert during == before - 1600
        assert lifetime_value(market, buyer) == before - lost

    def test_a_pause_and_its_end(self, market: Market, buyer: Buyer) -> None:
        subscription = its_subscription(market, buyer)

        market.dashboard("pause", subscription=subscription)
        market.settle()
        paused = buyer.api("GET", "/v1/me/subscriptions").body["data"][0]
        market.dashboard("resume", subscription=subscription)
        market.settle()
        resumed = buyer.api("GET", "/v1/me/subscriptions").body["data"][0]

        assert (paused["status"], paused["billing_status"]) == ("paused", "active")
        assert (resumed["status"], resumed["billing_status"]) == ("active", "active")

    def test_a_cancellation_at_the_periods_end_and_its_undoing(
        self, market: Market, buyer: Buyer
    ) -> None:
        subscription = its_subscription(market, buyer)

        market.dashboard("cancel", subscription=subscription, at_period_end=True)
        market.settle()
        ending = buyer.api("GET", "/v1/me/subscriptions").body["data"][0]
        market.dashboard("undo_cancel", subscription=subscription)
        market.settle()
        kept = buyer.api("GET", "/v1/me/subscriptions").body["data"][0]

        assert (ending["status"], ending["pending"]["kind"]) == ("active", "cancel")
        assert ending["pending"]["at"] == ending["current_period_end"]
        assert (kept["status"], kept["pending"]) == ("active", None)

    def test_a_change_of_plan(self, market: Market, buyer: Buyer) -> None:
        subscription = its_subscription(market, buyer)
        (item,) = market.stand_in.account.get("subscription", subscription)["items"]["data"]
        terms = {"currency": "usd", "unit_amount": 7700, "recurring": {"interval": "month"}}
        price = market.dashboard(
            "call",
            method="POST",
            path="/v1/prices",
            params={**terms, "product": item["price"]["product"]},
        )

        market.dashboard("change_plan", subscription=subscription, price=price["id"])
        market.settle()

        shown = buyer.api("GET", "/v1/me/subscriptions").body["data"][0]
        assert shown["amount"] == {"amount": 7700, "currency": "usd"}

    def test_a_cancellation_at_once(self, market: Market, leaver: Buyer) -> None:
        market.dashboard("cancel", subscription=its_subscription(market, leaver))
        market.settle()

        assert leaver.api("GET", "/v1/me/subscriptions").body["data"][0]["status"] == "canceled"

    @pytest.mark.case("F6")
    def test_a_deleted_customer_keeps_its_record_and_is_asked_for_once(
        self, market: Market, leaver: Buyer
    ) -> None:
        market.dashboard("delete_customer", customer=leaver.provider_id)
        market.settle()
        path = f"/v1/customers/{leaver.provider_id}"
        looked = looks(market, path)
        market.invoke("janitor")
        market.settle()

        customer = market.owner("GET", f"/v1/customers/{leaver.id}").body
        address = f"/v1/customers/{leaver.id}/subscriptions"
        subscriptions = market.owner("GET", address).body["data"]
        assert customer["status"] == "deleted"
        assert transactions(market, leaver).keys() >= {leaver.charge_id}
        assert {one["status"] for one in subscriptions} == {"canceled"}
        assert looks(market, path) == looked

    def test_a_new_name(self, market: Market, buyer: Buyer) -> None:
        market.dashboard("update_customer", customer=buyer.provider_id, name="Þórður Ægisson")
        market.settle()

        assert market.owner("GET", f"/v1/customers/{buyer.id}").body["name"] == "Þórður Ægisson"


def its_subscription(market: Market, buyer: Buyer) -> str:
    store = market.stand_in.account.store
    (subscription,) = store.linked("subscription", "customer", buyer.provider_id)
    return str(subscription["id"])


FAULTS: dict[str, dict[str, Any]] = {
    "an error": {"kind": "error", "status": 500},
    "too many requests": {"kind": "rate_limited"},
    "a reset connection": {"kind": "reset"},
}


class TestProviderFaults:
    def test_what_could_not_be_fetched_is_fetched_once_the_provider_is_well(
        self, market: Market, buyer: Buyer
    ) -> None:
        market.stand_in.dispatcher.pause()
        charges = [market.pay(buyer.provider_id) for _ in FAULTS]
        for charge, fault in zip(charges, FAULTS.values(), strict=True):
            market.break_provider(path=f"/v1/charges/{charge}", times=3, **fault)
        market.stand_in.dispatcher.resume()
        market.settle()

        seen = transactions(market, buyer)
        assert seen.keys() >= set(charges)
        assert {seen[charge]["status"] for charge in charges} == {"succeeded"}
        assert {fault["hits"] for fault in market.stand_in.api.faults.report()} == {3}

    def test_one_object_that_cannot_be_fetched_holds_no_other_up(
        self, market: Market, buyer: Buyer
    ) -> None:
        market.stand_in.dispatcher.pause()
        charges = [market.pay(buyer.provider_id) for _ in range(6)]
        market.break_provider(
            path=f"/v1/charges/{charges[0]}", times=None, kind="error", status=500
        )
        market.stand_in.dispatcher.resume()

        def seen() -> set[str]:
            return transactions(market, buyer).keys() & set(charges)

        wait_until(lambda: len(seen()) == 5, seconds=30, what="the others")
        first = charges[0] in seen()
        market.stand_in.api.faults.clear()
        market.settle()

        assert not first
        assert seen() == set(charges)
