"""A plan of n payments at Stripe stays one wherever whoever changes it is broken off (D9)."""

from functools import cache
from typing import Any

import pytest

from tests.stories import DEATHS, FATES, KEY, LONGER_THAN_A_LEASE, PASSES, Stage, Story, nothing
from tests.subscribing import SubscriptionRig
from tests.unit.use_cases.test_installments import MONTH, TOTAL, later, shown
from tests.workers import Fate

pytestmark = [pytest.mark.case("D9"), pytest.mark.feature("K2-18")]

PERIOD_END = {"when": "period_end"}
UNTIL = {"resume_at": "2027-01-20T12:00:00Z"}


def is_paused(subscription: Any) -> bool:
    return subscription["pause_collection"] is not None and subscription["schedule"] is None


STORIES = {
    "pause": Story("pause", nothing, is_paused),
    "pause until a date": Story("pause", lambda _: UNTIL, is_paused),
    "resume": Story(
        "resume",
        nothing,
        lambda s: s["pause_collection"] is None and s["cancel_at"] is not None,
        before=(("pause", {}),),
    ),
    "cancel at period end": Story(
        "cancel", lambda _: PERIOD_END, lambda s: s["cancel_at_period_end"]
    ),
    "undo cancel": Story(
        "undo-cancel",
        nothing,
        lambda s: s["cancel_at"] is not None and not s["cancel_at_period_end"],
        before=(("cancel", PERIOD_END),),
    ),
}
PAID_IN_THE_END = dict.fromkeys(STORIES, TOTAL) | {"cancel at period end": 1}


def sold_in_installments() -> SubscriptionRig:
    rig = SubscriptionRig()
    rig.sell_in_installments(TOTAL)
    return rig


def stage(name: str) -> Stage:
    return Stage(STORIES[name], sold_in_installments)


@cache
def steps_of(name: str) -> int:
    return stage(name).steps()


def wrongs(name: str, rig: SubscriptionRig) -> list[str]:
    """In which it is not as if nothing had broken; asked when all is quiet."""
    found = list(rig.wrongs())
    if {one.state.value for one in rig.operations()} != {"succeeded"}:
        found.append(f"operations are {[one.state.value for one in rig.operations()]}")
    if not STORIES[name].is_done(rig.at_provider):
        found.append("it has not happened")
    if shown(rig)[1:] != (1, TOTAL):
        found.append(f"the plan is shown as {shown(rig)}")
    return found


def paid_in_the_end(name: str, rig: SubscriptionRig) -> int:
    later(rig, 2 * MONTH)
    if name == "pause":
        assert rig.order("resume").status == 200
    later(rig, 20 * MONTH)
    return rig.paid_installments


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("name", STORIES)
def test_the_janitor_ends_what_was_broken_off(name: str, fate: Fate) -> None:
    play = stage(name)
    for step in range(steps_of(name)):
        rig, _ = play.broken(step, fate)
        for _ in range(PASSES):
            rig.janitor()

        if play.is_admitted(rig):
            assert wrongs(name, rig) == [], f"{fate} at step {step}"
            assert paid_in_the_end(name, rig) == PAID_IN_THE_END[name], f"{fate} at step {step}"
        else:
            assert list(rig.wrongs()) == [], f"{fate} at step {step}"


@pytest.mark.parametrize("fate", DEATHS)
@pytest.mark.parametrize("name", STORIES)
def test_the_same_order_again_ends_what_was_broken_off(name: str, fate: Fate) -> None:
    play = stage(name)
    for step in range(steps_of(name)):
        rig, body = play.broken(step, fate)
        rig.advance(LONGER_THAN_A_LEASE)

        answer = rig.order(STORIES[name].verb, body, key=KEY)

        assert answer.status == 200, f"{fate} at step {step}: {answer.text}"
        assert wrongs(name, rig) == [], f"{fate} at step {step}"


def test_the_plan_stands_between_any_two_calls() -> None:
    """Broken off and left alone, it would run to its last payment and no further."""
    play = stage("pause")
    for step in range(steps_of("pause")):
        rig, _ = play.broken(step, Fate.DIE_AFTER)
        rig.look()

        assert shown(rig)[1:] == (1, TOTAL), step
        if rig.at_stripe["pause_collection"] is None:
            later(rig, 20 * MONTH)
            assert rig.paid_installments == TOTAL, step
