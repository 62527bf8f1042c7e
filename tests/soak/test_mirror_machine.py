"""The mirror's state machine, 2,000 runs of it with seeds that are new each time."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mirror_machine import MirrorMachine


@pytest.mark.soak
def test_two_thousand_runs_find_no_divergence() -> None:
    runs = 0

    class Counted(MirrorMachine):
        def teardown(self) -> None:
            nonlocal runs
            super().teardown()
            runs += 1

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=2000,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert runs >= 2000
