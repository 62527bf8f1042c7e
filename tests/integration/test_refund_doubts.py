"""A provider answers 500, or not at all, or hangs up: sixty refunds at each; 5,000 in
`make soak`."""

from collections.abc import Callable

import pytest

from tests.doubting import PLACES, Doubts, Opened, doubt

pytestmark = pytest.mark.case("D8")


@pytest.mark.parametrize("opened", PLACES)
def test_no_doubt_makes_a_second_refund_and_every_doubt_ends(
    opened: Callable[[int], Opened],
) -> None:
    assert doubt(60, seed=0, opened=opened) == Doubts(refunds=60)
