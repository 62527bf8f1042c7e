"""Stripe answers 500, or not at all, or hangs up: five hundred refunds; 5,000 in `make soak`."""

import pytest

from tests.doubting import Doubts, doubt

pytestmark = pytest.mark.case("D8")


@pytest.mark.parametrize("seed", range(2))
def test_no_doubt_makes_a_second_refund_and_every_doubt_ends(seed: int) -> None:
    assert doubt(250, seed=seed) == Doubts(refunds=250)
