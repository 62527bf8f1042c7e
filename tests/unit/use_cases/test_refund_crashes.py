"""A plain refund, killed at each step; every story is in tests/integration."""

import pytest

from tests.breaking_refunds import STORIES, left_by_the_janitor, steps_of_refund
from tests.workers import Fate


@pytest.mark.case("D9")
def test_the_janitor_ends_what_was_broken_off() -> None:
    plain = STORIES[0]
    for step in range(steps_of_refund(plain)):
        assert left_by_the_janitor(plain, step=step, fate=Fate.DIE_AFTER) == [], step
