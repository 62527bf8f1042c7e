"""Subscription schedules: what is sold from when on, and what comes at the end."""

from typing import Any

import pytest

from infra.local.provider.calendar import boundary
from infra.local.stripe.errors import StripeError
from tests.unit.infra.stripe.conftest import START, Provider

MONTH = {"interval": "month", "interval_count": 1}


def scheduled(provider: Provider, *, to: int = 1000, interval: str = "month") -> tuple[str, str]:
    """A subscription of 3000 that becomes one of twice `to`; its id and the schedule's."""
    subscription = provider.subscribe(provider.customer())
    made = provider.post("subscription_schedules", from_subscription=subscription["id"])
    (phase,) = made["phases"]
    sold = [{"price": i["price"], "quantity": i["quantity"]} for i in phase["items"]]
    span = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    provider.post(
        f"subscription_schedules/{made['id']}",
        end_behavior="release",
        metadata={"who": "us"},
        phases=[
            {"items": sold, **span},
            {
                "items": [{"price": provider.price(to, interval), "quantity": 2}],
                "metadata": {"entered": "yes"},
            },
        ],
    )
    return subscription["id"], made["id"]


def installments(provider: Provider, count: int) -> tuple[str, str]:
    subscription = provider.subscribe(provider.customer())
    made = provider.post("subscription_schedules", from_subscription=subscription["id"])
    (phase,) = made["phases"]
    sold = [{"price": i["price"], "quantity": i["quantity"]} for i in phase["items"]]
    end = boundary(START, MONTH, count)
    phases = [{"items": sold, "start_date": phase["start_date"], "end_date": end}]
    provider.post(f"subscription_schedules/{made['id']}", end_behavior="cancel", phases=phases)
    return subscription["id"], made["id"]


def amounts(provider: Provider, subscription: str) -> list[int]:
    """Of its paid invoices, oldest first."""
    rows = provider.get("invoices", subscription=subscription, limit=100)["data"][::-1]
    return [row["total"] for row in rows if row["status"] == "paid"]


def sale(subscription: Any) -> tuple[int, int]:
    (item,) = subscription["items"]["data"]
    return item["price"]["unit_amount"], item["quantity"]


class TestFromASubscription:
    def test_it_has_one_phase_as_long_as_the_present_period(self, provider: Provider) -> None:
        subscription = provider.subscribe(provider.customer())

        made = provider.post("subscription_schedules", from_subscription=subscription["id"])

        (phase,) = made["phases"]
        assert (phase["start_date"], phase["end_date"]) == (START, boundary(START, MONTH, 1))
        assert made["current_phase"] == {n: phase[n] for n in ("start_date", "end_date")}
        assert (made["status"], made["end_behavior"]) == ("active", "release")
        assert provider.get(f"subscriptions/{subscription['id']}")["schedule"] == made["id"]

    def test_there_is_one_at_a_time(self, provider: Provider) -> None:
        subscription, _ = scheduled(provider)

        with pytest.raises(StripeError, match="already attached"):
            provider.post("subscription_schedules", from_subscription=subscription)

    def test_nothing_else_may_be_said_with_it(self, provider: Provider) -> None:
        subscription = provider.subscribe(provider.customer())

        with pytest.raises(StripeError, match="unknown parameter"):
            provider.post(
                "subscription_schedules",
                from_subscription=subscription["id"],
                metadata={"a": "b"},
            )


class TestPhases:
    def test_the_next_one_begins_with_the_period_and_is_billed(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)

        provider.advance(days=30)
        assert sale(provider.get(f"subscriptions/{subscription}")) == (3000, 1)
        provider.advance(days=2)

        found = provider.get(f"subscriptions/{subscription}")
        assert sale(found) == (1000, 2)
        assert amounts(provider, subscription) == [3000, 2000]
        assert found["metadata"] == {"entered": "yes"}
        assert provider.get(f"subscription_schedules/{schedule}")["status"] == "active"

    def test_the_subscription_is_released_after_the_last(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)

        provider.advance(days=100)

        found = provider.get(f"subscription_schedules/{schedule}")
        assert (found["status"], found["released_subscription"]) == ("released", subscription)
        assert (found["subscription"], found["current_phase"]) == (None, None)
        assert provider.get(f"subscriptions/{subscription}")["schedule"] is None
        assert amounts(provider, subscription) == [3000, 2000, 2000, 2000]

    def test_another_interval_counts_from_its_phase_on(self, provider: Provider) -> None:
        subscription, _ = scheduled(provider, to=9000, interval="year")

        provider.advance(days=32)

        (item,) = provider.get(f"subscriptions/{subscription}")["items"]["data"]
        begin = boundary(START, MONTH, 1)
        assert item["current_period_start"] == begin
        assert item["current_period_end"] == boundary(begin, {**MONTH, "interval": "year"}, 1)

    @pytest.mark.parametrize(
        "phases",
        [
            [],
            [{"items": [{"price": "price_none"}], "start_date": START}],
            [{"items": [], "start_date": START}],
            [{"items": "x", "start_date": START}],
            [{"start_date": START + 5}],
        ],
    )
    def test_nonsense_is_refused(self, provider: Provider, phases: Any) -> None:
        _, schedule = scheduled(provider)

        with pytest.raises(StripeError):
            provider.post(f"subscription_schedules/{schedule}", phases=phases)


class TestTheEnd:
    def test_a_plan_of_three_payments_takes_three(self, provider: Provider) -> None:
        subscription, schedule = installments(provider, 3)
        assert provider.get(f"subscriptions/{subscription}")["cancel_at"]

        provider.advance(days=400)

        found = provider.get(f"subscriptions/{subscription}")
        assert (found["status"], found["ended_at"]) == ("canceled", boundary(START, MONTH, 3))
        assert provider.get(f"subscription_schedules/{schedule}")["status"] == "completed"
        assert amounts(provider, subscription) == [3000] * 3

    def test_a_release_leaves_the_subscription_as_it_is(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)

        provider.post(f"subscription_schedules/{schedule}/release")
        provider.advance(days=40)

        assert sale(provider.get(f"subscriptions/{subscription}")) == (3000, 1)
        with pytest.raises(StripeError, match="currently in the `released` status"):
            provider.post(f"subscription_schedules/{schedule}/release")

    @pytest.mark.parametrize("keeps", [True, False])
    def test_a_release_may_keep_the_end(self, provider: Provider, *, keeps: bool) -> None:
        subscription, schedule = installments(provider, 3)

        provider.post(f"subscription_schedules/{schedule}/release", preserve_cancel_date=keeps)

        end = boundary(START, MONTH, 3) if keeps else None
        assert provider.get(f"subscriptions/{subscription}")["cancel_at"] == end

    def test_it_ends_with_its_subscription(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)

        provider.call("DELETE", f"subscriptions/{subscription}")

        assert provider.get(f"subscription_schedules/{schedule}")["status"] == "canceled"

    def test_a_subscription_ends_with_it(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)

        provider.post(f"subscription_schedules/{schedule}/cancel", prorate=False)

        assert provider.get(f"subscriptions/{subscription}")["status"] == "canceled"
        assert provider.get(f"subscription_schedules/{schedule}")["status"] == "canceled"


class TestBesideASchedule:
    @pytest.mark.parametrize("change", [{"cancel_at_period_end": True}, {"cancel_at": START + 99}])
    def test_nobody_else_says_when_the_subscription_ends(
        self, provider: Provider, change: dict[str, Any]
    ) -> None:
        subscription, _ = scheduled(provider)

        with pytest.raises(StripeError, match="managed by the subscription schedule"):
            provider.post(f"subscriptions/{subscription}", **change)

    def test_what_is_sold_now_may_be_changed(self, provider: Provider) -> None:
        subscription, schedule = scheduled(provider)
        item = provider.get(f"subscriptions/{subscription}")["items"]["data"][0]["id"]

        changed = [{"id": item, "price": provider.price(5000)}]
        provider.post(f"subscriptions/{subscription}", items=changed, proration_behavior="none")

        phases = provider.get(f"subscription_schedules/{schedule}")["phases"]
        prices = [provider.get(f"prices/{p['items'][0]['price']}")["unit_amount"] for p in phases]
        assert prices == [5000, 1000]

    def test_every_step_is_told(self, provider: Provider) -> None:
        scheduled(provider)
        provider.advance(days=100)

        told = [name for name in provider.events() if name.startswith("subscription_schedule")]

        assert told == [
            "subscription_schedule.created",
            "subscription_schedule.updated",
            "subscription_schedule.updated",
            "subscription_schedule.released",
        ]
