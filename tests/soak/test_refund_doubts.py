"""D8 in full: 5,000 refunds at a Stripe that answers badly."""

import pytest

from tests.doubting import Doubts, doubt


@pytest.mark.soak
@pytest.mark.case("D8")
@pytest.mark.parametrize("seed", range(100, 110))
def test_no_doubt_makes_a_second_refund_and_every_doubt_ends(seed: int) -> None:
    assert doubt(500, seed=seed) == Doubts(refunds=500)
