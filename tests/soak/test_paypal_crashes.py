"""D9 in full at PayPal: the janitor that finds what was broken off is broken off too."""

import pytest

from tests.breaking import BreakOff
from tests.paypal_refund_stories import Story, broken, by_story, run, steps_of, unsettled
from tests.stories import PASSES
from tests.workers import Fate

pytestmark = [pytest.mark.soak, pytest.mark.case("D9"), pytest.mark.timeout(1200)]
MOST_STEPS_OF_A_PASS = 80


@pytest.mark.parametrize("second", [Fate.DIE_AFTER, Fate.FAIL_AFTER])
@by_story
def test_a_janitor_that_is_broken_off_too_is_followed_by_the_next(
    story: Story, second: Fate
) -> None:
    for step in range(steps_of(story)):
        for janitors_step in range(MOST_STEPS_OF_A_PASS):
            shop, payment = broken(story, step, Fate.DIE_AFTER)
            breaking = BreakOff(step=janitors_step, fate=second)
            was_broken = run(shop, shop.tend, breaking)
            for _ in range(PASSES):
                shop.tend()

            wrongs = unsettled(shop, payment, story)
            assert wrongs == [], f"{step}, and {second} at {janitors_step} of the janitor"
            if not was_broken:
                break
        else:
            pytest.fail("a pass has more steps than are tried")
