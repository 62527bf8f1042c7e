"""A change and a second worker come between any two steps of a first."""

from collections.abc import Callable

import pytest

from tests.fakes.provider import FakeProvider
from tests.mirror_deaths import PAIRS, Story, divergence, schedules, steps_of


@pytest.mark.soak
@pytest.mark.case("C3")
@pytest.mark.parametrize("is_first_try", [True, False])
@pytest.mark.parametrize(("story", "change"), PAIRS)
def test_a_change_and_a_second_worker_between_any_two_steps_of_the_first(
    story: Story, change: Callable[[FakeProvider], None], is_first_try: bool
) -> None:
    for schedule in schedules(steps_of(story), stride=1):
        assert divergence(story, change, schedule, is_first_try=is_first_try) == [], schedule
