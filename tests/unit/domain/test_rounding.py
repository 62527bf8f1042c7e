"""One mode for a part of a whole, one for dividing a whole; both exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.rounding import half_even, share_of, split

AMOUNTS = st.integers(-(10**12), 10**12)
WHOLES = st.integers(1, 10**9)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@given(numerator=AMOUNTS, denominator=WHOLES)
def test_half_even_is_the_nearest_whole_number(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = half_even(numerator, denominator)

    assert abs(exact - rounded) <= Fraction(1, 2)
    assert abs(exact - rounded) < Fraction(1, 2) or rounded % 2 == 0
    assert rounded == -half_even(-numerator, denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 2, 0), (3, 2, 2), (5, 2, 2), (-1, 2, 0), (-3, 2, -2), (5, 4, 1), (7, 4, 2), (6, 3, 2)],
)
def test_a_half_goes_to_the_even_one(numerator: int, denominator: int, rounded: int) -> None:
    assert half_even(numerator, denominator) == rounded


@pytest.mark.parametrize("denominator", [0, -2])
def test_a_fraction_has_a_denominator(denominator: int) -> None:
    with pytest.raises(ValueError, match="above nothing"):
        half_even(1, denominator)


@given(data=st.data(), amount=AMOUNTS, whole=WHOLES)
def test_a_share_and_the_rest_are_never_more_than_one_minor_unit_off_the_whole(
    data: st.DataObject, amount: int, whole: int
) -> None:
    part = data.draw(st.integers(0, whole))
    share, rest = share_of(amount, part, whole), share_of(amount, whole - part, whole)

    assert abs(share) <= abs(amount)
    assert share * amount >= 0
    assert abs(share + rest - amount) <= 1
    assert share_of(amount, whole, whole) == amount
    assert share_of(amount, 0, whole) == 0


@given(data=st.data(), amount=AMOUNTS, whole=WHOLES, step=st.sampled_from((1, 10, 100)))
def test_a_share_in_steps_is_the_nearest_that_the_amount_has(
    data: st.DataObject, amount: int, whole: int, step: int
) -> None:
    part = data.draw(st.integers(0, whole))
    share = share_of(amount, part, whole, step=step)

    assert share % step == 0
    assert abs(share) <= abs(amount)
    assert abs(share - Fraction(amount * part, whole)) <= (step if amount % step else step / 2)


@pytest.mark.parametrize(
    ("amount", "part", "share"),
    [
        (3000, 1, 1500),
        (500, 1, 200),  # 250, to the even one
        (700, 1, 400),
        (350, 2, 300),  # 350 would be 400: more than there is
        (-350, 2, -300),
        (99, 2, 0),
    ],
)
def test_halves_and_wholes_of_an_amount_in_whole_units(amount: int, part: int, share: int) -> None:
    assert share_of(amount, part, 2, step=100) == share


@pytest.mark.parametrize(("part", "whole"), [(-1, 2), (3, 2), (0, 0), (0, -1), (1, 0)])
def test_what_is_no_part_of_a_whole_has_no_share(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="between nothing and the whole"):
        share_of(100, part, whole)


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_what_is_split_adds_up_and_each_is_within_one_of_its_share(
    amount: int, weights: list[int]
) -> None:
    shares = split(amount, weights)

    assert sum(shares) == amount
    assert len(shares) == len(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1
        assert weight or share == 0


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_the_larger_remainder_gets_no_less(amount: int, weights: list[int]) -> None:
    total = sum(weights)
    exact = [Fraction(abs(amount) * weight, total) for weight in weights]
    extra = [abs(share) - int(of) for share, of in zip(split(amount, weights), exact, strict=True)]
    remainders = sorted(zip((of - int(of) for of in exact), extra, strict=True))

    assert [one for _, one in remainders] == sorted(extra)


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (-100, (1, 1, 1), (-34, -33, -33)),
        (10, (1, 6), (1, 9)),
        (1, (0, 5, 5), (0, 1, 0)),
        (0, (3, 4), (0, 0)),
        (7, (2,), (7,)),
        (7, (1,), (7,)),
    ],
)
def test_how_amounts_are_split(
    amount: int, weights: tuple[int, ...], shares: tuple[int, ...]
) -> None:
    assert split(amount, weights) == shares


@pytest.mark.parametrize("weights", [(), (0,), (0, 0), (2, -1)])
def test_nothing_is_split_by_weights_that_say_nothing(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="Weights"):
        split(100, weights)
