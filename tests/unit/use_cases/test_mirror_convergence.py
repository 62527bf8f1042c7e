"""C1 in small; 10,000 events with fifty seeds in `make soak`."""

import pytest

from tests.convergence import Size, unequal_rows


@pytest.mark.case("C1")
def test_sixteen_workers_and_shuffled_events_end_where_one_worker_in_order_ends() -> None:
    assert unequal_rows(seed=1, size=Size(events=90, objects=30)) == []
