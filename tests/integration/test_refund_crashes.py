"""A refund may be killed at every step it takes outside itself (in full in tests/soak)."""

import pytest

from tests.breaking_refunds import (
    Story,
    by_story,
    left_by_the_janitor,
    left_by_the_same_order,
    steps_of_refund,
)
from tests.workers import Fate

pytestmark = pytest.mark.case("D9")


@by_story
def test_a_refund_has_at_least_twelve_places_to_die(story: Story) -> None:
    assert steps_of_refund(story) >= 12


@pytest.mark.parametrize("fate", [Fate.DIE_BEFORE, Fate.FAIL_AFTER])
@by_story
def test_the_janitor_ends_what_was_broken_off(story: Story, fate: Fate) -> None:
    for step in range(steps_of_refund(story)):
        assert left_by_the_janitor(story, step=step, fate=fate) == [], f"{fate} at step {step}"


@by_story
def test_the_same_order_again_ends_what_was_broken_off(story: Story) -> None:
    for step in range(steps_of_refund(story)):
        wrongs = left_by_the_same_order(story, step=step, fate=Fate.DIE_BEFORE)

        assert wrongs == [], f"dead before step {step}"
