"""Subscription schedules, object by object and event by event, against Stripe's description."""

from typing import Any

import pytest

from frontdesk.adapters.stripe.schedule_phases import next_phase, phase_as_sent
from tests.contract.stripe.conftest import Shop
from tests.contract.stripe.openapi import validate_object, validate_request
from tests.unit.adapters.stripe.test_schedule_phases import RUNNING


def scheduled(shop: Shop, *, end_behavior: str = "release") -> Any:
    subscription = shop.subscription(shop.customer(), shop.price(4900))
    made = shop.v1.subscription_schedules.create({"from_subscription": subscription.id})
    running = made.phases[0]
    first = {
        "items": [{"price": running["items"][0].price, "quantity": 1}],
        "start_date": running.start_date,
        "end_date": running.end_date,
        "proration_behavior": "none",
    }
    last = {
        "items": [{"price": shop.price(900, interval="year"), "quantity": 1}],
        "duration": {"interval": "year", "interval_count": 2},
    }
    wanted: Any = {"end_behavior": end_behavior, "phases": [first, last], "metadata": {"a": "b"}}
    return shop.v1.subscription_schedules.update(made.id, wanted)


@pytest.mark.parametrize("end_behavior", ["release", "cancel"])
def test_objects_and_events_are_stripes_to_the_end(shop: Shop, end_behavior: str) -> None:
    schedule = scheduled(shop, end_behavior=end_behavior)
    shop.advance(days=800)

    (listed,) = shop.v1.subscription_schedules.list({"customer": schedule.customer}).data
    told = list(shop.standin.account.store.newest_first("event"))

    ended = {"release": "released", "cancel": "completed"}[end_behavior]
    assert listed.status == ended
    assert f"subscription_schedule.{ended}" in {event["type"] for event in told}
    for thing in (event["data"]["object"] for event in told):
        validate_object(thing["object"], thing)


def test_the_schedule_is_expanded_to_the_prices_of_its_phases(shop: Shop) -> None:
    schedule = scheduled(shop)

    found = shop.v1.subscriptions.retrieve(
        schedule.subscription, {"expand": ["schedule.phases.items.price"]}
    )

    prices = [phase["items"][0].price.unit_amount for phase in found.schedule.phases]
    assert prices == [4900, 900]


def test_release_and_cancel_answer_as_stripe_does(shop: Shop) -> None:
    released = shop.v1.subscription_schedules.release(scheduled(shop).id)
    canceled = shop.v1.subscription_schedules.cancel(scheduled(shop).id, {"prorate": False})

    assert (released.status, canceled.status) == ("released", "canceled")


def test_a_phase_with_all_its_terms_is_said_again_as_stripe_takes_it() -> None:
    phases = [phase_as_sent(RUNNING) | {"end_date": 900}, next_phase(RUNNING, {"price": "price_2"})]

    validate_request("POST", "/v1/subscription_schedules/sub_sched_1", {"phases": phases})
