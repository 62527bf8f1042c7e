"""D12 in full: 10,000 refunds over tables of which a fifth of all calls fails."""

import pytest

from tests.contending import contend


@pytest.mark.soak
@pytest.mark.case("D12")
@pytest.mark.parametrize("seed", range(100, 120))
def test_trouble_with_the_tables_makes_no_wrong_refund(seed: int) -> None:
    assert contend(500, seed=seed) == []
