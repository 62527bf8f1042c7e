"""C1 in full: 10,000 events about 2,000 objects, fifty seeds."""

import pytest

from tests.convergence import Size, unequal_rows


@pytest.mark.soak
@pytest.mark.case("C1")
@pytest.mark.parametrize("seed", range(50))
def test_ten_thousand_shuffled_events_end_where_one_worker_in_order_ends(seed: int) -> None:
    assert unequal_rows(seed=seed, size=Size(events=10_000, objects=2_000)) == []
