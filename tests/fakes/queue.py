"""The event queue in memory: at least once, in any order."""

from collections.abc import Callable, Sequence

from frontdesk.domain.provider_event import Hint


class MemoryQueue:
    """`before_send` may raise: the queue does not take a message."""

    def __init__(self, *, before_send: Callable[[], None] = lambda: None) -> None:
        self.hints: list[Hint] = []
        self.before_send = before_send

    def send(self, hints: Sequence[Hint]) -> None:
        self.before_send()
        self.hints += hints

    def taken(self) -> list[Hint]:
        """All that wait, and none of them waits any longer."""
        hints, self.hints = self.hints, []
        return hints
