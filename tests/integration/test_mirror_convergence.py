"""C1 with one seed; over the table in memory, and here because it takes too long for make unit."""

import pytest

from tests.convergence import Size, unequal_rows


@pytest.mark.case("C1")
def test_ten_thousand_shuffled_events_end_where_one_worker_in_order_ends() -> None:
    assert unequal_rows(seed=0, size=Size(events=10_000, objects=2_000)) == []
