"""A worker dies, and another comes between, at each step of two stories; all stories and every
fate are in tests/integration."""

from collections.abc import Callable

import pytest

from tests.fakes.provider import FakeProvider
from tests.mirror_deaths import (
    Story,
    change_customer,
    divergence,
    divergence_after_death,
    fail_payment,
    new_customer,
    pending_payment,
    schedules,
    steps_of,
)
from tests.workers import Fate


def test_after_a_death_the_next_look_ends_as_if_nothing_had_happened() -> None:
    for step in range(steps_of(pending_payment)):
        assert divergence_after_death(pending_payment, step=step, fate=Fate.DIE_AFTER) == [], step


@pytest.mark.case("C3")
@pytest.mark.parametrize("is_first_try", [True, False])
@pytest.mark.parametrize(
    ("story", "change"), [(new_customer, change_customer), (pending_payment, fail_payment)]
)
def test_a_change_and_a_second_worker_between_two_steps_of_the_first(
    story: Story, change: Callable[[FakeProvider], None], is_first_try: bool
) -> None:
    for schedule in schedules(steps_of(story), stride=4):
        assert divergence(story, change, schedule, is_first_try=is_first_try) == [], schedule
