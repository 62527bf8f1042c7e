"""C2 in full: ten thousand histories of the mirror's state machine, with seeds that are new each
time. In parts, so that they can be run one after the other."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mirror_machine import MirrorMachine

PARTS = 20
HISTORIES = 10_000 // PARTS
RARE = ("a delivery that broke off", "Died", "a look: left", "a look: superseded")


@pytest.mark.soak
@pytest.mark.case("C2")
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happened_our_tables_are_what_the_provider_says(part: int) -> None:
    """Five hundred histories in each of the parts."""
    histories = 0
    happened: Counter[str] = Counter()

    class Counted(MirrorMachine):
        def teardown(self) -> None:
            nonlocal histories
            super().teardown()
            histories += 1
            happened.update(self.happened)

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=12,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )

    print(f"part {part}: {histories} histories", dict(happened.most_common()))  # noqa: T201 - -s
    assert histories >= HISTORIES
    assert all(happened[one] > HISTORIES / 10 for one in RARE)
