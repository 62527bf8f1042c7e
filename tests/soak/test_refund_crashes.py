"""D9 in full: refunds broken off in every way at each of their steps, and the janitor too."""

import pytest

from tests.breaking_refunds import (
    FATES,
    PASSES,
    Story,
    by_story,
    left_by_the_janitor,
    left_by_the_same_order,
    prepared,
    run,
    steps_of_refund,
    unsettled,
)
from tests.workers import Fate

pytestmark = [pytest.mark.soak, pytest.mark.case("D9")]
MOST_STEPS_OF_A_PASS = 60


@pytest.mark.parametrize("fate", FATES)
@by_story
def test_every_way_to_break_off_comes_to_the_truth(story: Story, fate: Fate) -> None:
    for step in range(steps_of_refund(story)):
        by_the_janitor = left_by_the_janitor(story, step=step, fate=fate)
        by_the_order = left_by_the_same_order(story, step=step, fate=fate)

        assert (by_the_janitor, by_the_order) == ([], []), f"{fate} at step {step}"


@pytest.mark.parametrize("second", FATES)
@pytest.mark.parametrize("first", [Fate.DIE_BEFORE, Fate.DIE_AFTER])
@by_story
def test_a_janitor_that_is_broken_off_too_is_followed_by_the_next(
    story: Story, first: Fate, second: Fate
) -> None:
    for step in range(steps_of_refund(story)):
        for janitors_step in range(MOST_STEPS_OF_A_PASS):
            shop = prepared(story)
            run(shop, lambda: story.order(shop), step=step, fate=first)  # noqa: B023
            was_broken = run(shop, shop.tend, step=janitors_step, fate=second)
            for _ in range(PASSES):
                shop.tend()

            wrongs = unsettled(shop, story)
            assert wrongs == [], f"{first} at {step}, {second} at {janitors_step} of the janitor"
            if not was_broken:
                break
        else:
            pytest.fail("a pass has more steps than are tried")
