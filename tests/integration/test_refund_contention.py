"""Conflicts, throttles and lost answers in a fifth of all calls of the tables; 10,000 refunds in
`make soak`."""

import pytest

from tests.contending import contend


@pytest.mark.case("D12")
@pytest.mark.parametrize("seed", range(2))
def test_trouble_with_the_tables_makes_no_wrong_refund(seed: int) -> None:
    assert contend(400, seed=seed) == []
