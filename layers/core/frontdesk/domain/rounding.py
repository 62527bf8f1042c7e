"""The one place where an amount is rounded.

A rate or a part of a whole is rounded half to even, so that many of them lean to neither side. A
whole that is divided among several is rounded by largest remainder, so that nothing is left over.
All of it is integers: no float ever holds money.
"""

from collections.abc import Sequence


def half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to the fraction, the even one of two; `denominator` is above 0."""
    if denominator <= 0:
        raise ValueError("A denominator is above nothing.")
    whole, rest = divmod(numerator, denominator)
    is_odd = whole % 2 == 1
    return whole + (2 * rest > denominator or (2 * rest == denominator and is_odd))


def share_of(amount_minor: int, part: int, whole: int, *, step: int = 1) -> int:
    """`part` of `whole` of an amount, in minor units: unused seconds of a period, basis points.

    The nearest multiple of `step` (see `money.step_of`), half to the even one, and never more than
    the amount. Raises ValueError for what is no part of a whole.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("A part is between nothing and the whole.")
    share = step * half_even(amount_minor * part, whole * step)
    if abs(share) <= abs(amount_minor):
        return share
    return share - step if share > 0 else share + step


def split(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """An amount by weight, in minor units; the shares add up to it exactly.

    Each gets what is whole of its share; what remains goes one by one to the largest remainders,
    of equal ones to the earlier. Raises ValueError where no weight is above 0, or one below.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Weights are 0 or more, and not all of them 0.")
    sign = -1 if amount_minor < 0 else 1
    exact = [divmod(abs(amount_minor) * weight, total) for weight in weights]
    rest = abs(amount_minor) - sum(whole for whole, _ in exact)
    by_remainder = sorted(range(len(exact)), key=lambda place: -exact[place][1])
    topped_up = frozenset(by_remainder[:rest])
    return tuple(sign * (whole + (place in topped_up)) for place, (whole, _) in enumerate(exact))
