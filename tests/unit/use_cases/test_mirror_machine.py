"""A few random runs of the mirror's state machine; 10,000 in `make soak`."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mirror_machine import MirrorMachine


@pytest.mark.case("C2")
def test_no_history_delivery_death_or_interleaving_makes_the_tables_differ() -> None:
    run_state_machine_as_test(
        MirrorMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=6,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
