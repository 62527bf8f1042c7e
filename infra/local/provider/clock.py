"""The provider's own time, which tests and people can stop and move forward."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class VirtualClock:
    """Either frozen at an instant or running at the pace of the wall clock, with an offset."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._offset_seconds = 0.0
        self._frozen_at: int | None = None

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def now(self) -> int:
        if self._frozen_at is not None:
            return self._frozen_at
        return int(self._wall() + self._offset_seconds)

    def freeze(self, at: int | None = None) -> None:
        self._frozen_at = self.now() if at is None else at

    def run(self) -> None:
        """Let time flow again from the present virtual instant."""
        if self._frozen_at is not None:
            self._offset_seconds = self._frozen_at - self._wall()
            self._frozen_at = None

    def run_ahead(self, seconds: float) -> None:
        """Run at a fixed distance from the wall clock; 0 follows it."""
        self._frozen_at = None
        self._offset_seconds = seconds

    def wall_now(self) -> int:
        return int(self._wall())

    @property
    def ahead_of_wall_seconds(self) -> float:
        return self._offset_seconds

    def move_to(self, at: int) -> None:
        """Jump, and go on as before: standing still or running."""
        if self._frozen_at is not None:
            self._frozen_at = at
        else:
            self._offset_seconds += at - self.now()

    @contextmanager
    def pinned(self) -> Iterator[Callable[[int], None]]:
        """Within, the function that is handed out says what time it is."""
        before = self._frozen_at
        try:
            yield self.freeze
        finally:
            self._frozen_at = before
