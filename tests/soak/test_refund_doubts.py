"""D8 in full: 5,000 refunds at each provider, which answers badly."""

from collections.abc import Callable

import pytest

from tests.doubting import PLACES, Doubts, Opened, doubt


@pytest.mark.soak
@pytest.mark.case("D8")
@pytest.mark.parametrize("seed", range(100, 110))
@pytest.mark.parametrize("opened", PLACES)
def test_no_doubt_makes_a_second_refund_and_every_doubt_ends(
    opened: Callable[[int], Opened], seed: int
) -> None:
    assert doubt(500, seed=seed, opened=opened) == Doubts(refunds=500)
