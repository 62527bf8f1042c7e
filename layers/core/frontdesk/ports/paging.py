"""One page of a longer list, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass

type Position = str | int | Sequence[Position] | None
"""Plain values that only the store which made them understands; kept in a signed cursor."""


@dataclass(frozen=True, slots=True)
class Window:
    """How many rows at most, and from where on; `position` None is the beginning."""

    limit: int
    position: Position = None


@dataclass(frozen=True, slots=True)
class PageOf[T]:
    """`next_position` None says that nothing follows; otherwise something may."""

    rows: tuple[T, ...]
    next_position: Position = None
