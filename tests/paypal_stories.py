"""Verbs at PayPal, and what the janitor brings about there, to be broken off at each step."""

from datetime import timedelta
from functools import cache

import pytest

from tests.stories import FATES, PASSES, Stage, Story, nothing, told_by
from tests.subscribing_paypal import PayPalSubscriptionRig

AT_PERIOD_END = {"when": "period_end"}
IN_FORTY_DAYS = {"resume_at": "2026-12-11T12:00:00Z"}

STORIES = {
    "cancel now": Story("cancel", lambda _: {"when": "now"}, lambda s: s["status"] == "CANCELLED"),
    "cancel at period end": Story(
        "cancel", lambda _: AT_PERIOD_END, lambda s: s["status"] == "SUSPENDED"
    ),
    "cancel on a date": Story(
        "cancel",
        lambda _: {"when": "2027-03-01T00:00:00Z"},
        lambda s: s["status"] == "ACTIVE",
    ),
    "the end that is due": Story(
        "cancel",
        nothing,
        lambda s: s["status"] == "CANCELLED",
        before=(("cancel", AT_PERIOD_END),),
        due_after=timedelta(days=31),
    ),
    "undo cancel": Story(
        "undo-cancel",
        nothing,
        lambda s: s["status"] == "ACTIVE",
        before=(("cancel", AT_PERIOD_END),),
    ),
    "pause": Story("pause", nothing, lambda s: s["status"] == "SUSPENDED"),
    "pause with a date": Story(
        "pause", lambda _: IN_FORTY_DAYS, lambda s: s["status"] == "SUSPENDED"
    ),
    "the resumption that is due": Story(
        "pause",
        nothing,
        lambda s: s["status"] == "ACTIVE",
        before=(("pause", IN_FORTY_DAYS),),
        due_after=timedelta(days=41),
    ),
    "resume": Story("resume", nothing, lambda s: s["status"] == "ACTIVE", before=(("pause", {}),)),
    "change": Story(
        "change",
        lambda rig: {"offer_id": rig.offer_of(9000)},
        lambda s: (
            s["plan"]["billing_cycles"][0]["pricing_scheme"]["fixed_price"]["value"] == "90.00"
        ),
        needs_buyer=True,
    ),
    "price": Story(
        "price",
        lambda _: {"amount": {"amount": 9000, "currency": "usd"}, "from": "next_renewal"},
        lambda s: (
            s["plan"]["billing_cycles"][0]["pricing_scheme"]["fixed_price"]["value"] == "90.00"
        ),
    ),
}
by_story = pytest.mark.parametrize("name", STORIES)
by_fate = pytest.mark.parametrize("fate", FATES)


def stage(name: str) -> Stage:
    return Stage(STORIES[name], PayPalSubscriptionRig)


@cache
def steps_of(name: str) -> int:
    return stage(name).steps()


@cache
def smooth(name: str) -> PayPalSubscriptionRig:
    rig = stage(name).smooth()
    assert isinstance(rig, PayPalSubscriptionRig)
    return rig


def wrongs(name: str, rig: PayPalSubscriptionRig) -> list[str]:
    """In which it is not as if nothing had broken; asked when all is quiet."""
    wanted = smooth(name)
    found = list(rig.wrongs())
    if {one.state.value for one in rig.operations()} != {"succeeded"}:
        found.append(f"operations are {[one.state.value for one in rig.operations()]}")
    if not STORIES[name].is_done(rig.at_provider):
        found.append("it has not happened")
    if told_by(rig) != told_by(wanted):
        found.append(f"{told_by(rig)} happened, not {told_by(wanted)}")
    scheduled, meant = rig.subscription.scheduled, wanted.subscription.scheduled
    if (scheduled and (scheduled.kind, scheduled.at)) != (meant and (meant.kind, meant.at)):
        found.append(f"{scheduled} is to come, not {meant}")
    if rig.payments() != wanted.payments():
        found.append(f"{rig.payments()} payments")
    return found


def settled(rig: PayPalSubscriptionRig) -> None:
    for _ in range(PASSES):
        rig.janitor()
