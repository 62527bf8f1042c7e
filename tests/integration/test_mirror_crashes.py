"""A worker may die, and another may come between, at every step of the mirror.

Over the table in memory, and here because it takes too long for make unit.
"""

from collections.abc import Callable

import pytest

from tests.fakes.provider import FakeProvider
from tests.mirror_deaths import (
    FATES,
    PAIRS,
    STORIES,
    Story,
    divergence,
    divergence_after_death,
    schedules,
    steps_of,
)
from tests.workers import Fate


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("story", STORIES)
def test_after_a_death_the_next_look_ends_as_if_nothing_had_happened(
    story: Story, fate: Fate
) -> None:
    for step in range(steps_of(story)):
        assert divergence_after_death(story, step=step, fate=fate) == [], step


@pytest.mark.case("C3")
@pytest.mark.parametrize("is_first_try", [True, False])
@pytest.mark.parametrize(("story", "change"), PAIRS)
def test_a_change_and_a_second_worker_between_two_steps_of_the_first(
    story: Story, change: Callable[[FakeProvider], None], is_first_try: bool
) -> None:
    steps = steps_of(story)
    for schedule in schedules(steps, stride=3 + steps // 6):
        assert divergence(story, change, schedule, is_first_try=is_first_try) == [], schedule
