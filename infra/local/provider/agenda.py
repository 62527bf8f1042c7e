"""What falls due next in an account, and moving the clock from one due thing to the next."""

import heapq
from collections.abc import Callable, Mapping
from typing import Protocol

from infra.local.provider.clock import VirtualClock
from infra.local.provider.exchange import Json


class Account(Protocol):
    clock: VirtualClock
    on_change: list[Callable[[Json], None]]

    def now(self) -> int: ...

    def find(self, object_id: str) -> Json | None: ...


type Due[A] = Callable[[A, Json], int | None]
type Act[A] = Callable[[A, Json], object]


class Agenda[A: Account]:
    """A heap of (instant, object); entries are checked against the object when they come up.

    `rules` says for each kind when an object of it is due next, and what happens then.
    """

    def __init__(
        self,
        account: A,
        rules: Mapping[str, tuple[Due[A], Act[A]]],
        *,
        kind_of: Callable[[Json], str],
    ) -> None:
        self._account = account
        self._rules = rules
        self._kind_of = kind_of
        self._heap: list[tuple[int, int, str]] = []
        self._noted: dict[str, int] = {}
        self._counter = 0
        account.on_change.append(self.note)

    def note(self, obj: Json) -> None:
        rule = self._rules.get(self._kind_of(obj))
        if rule is None:
            return
        at = rule[0](self._account, obj)
        if at is not None and self._noted.get(obj["id"]) != at:
            self._noted[obj["id"]] = at
            self._counter += 1
            heapq.heappush(self._heap, (at, self._counter, obj["id"]))

    def advance(self, target: int) -> int:
        """Do all that falls due until `target`, each at its own instant. Answers how many acts."""
        account, acts = self._account, 0
        begin = account.now()
        with account.clock.pinned() as pin:
            while (due := self._pop(target)) is not None:
                at, obj = due
                pin(max(at, begin))
                self._rules[self._kind_of(obj)][1](account, obj)
                self.note(obj)
                acts += 1
        return acts

    def _pop(self, target: int) -> tuple[int, Json] | None:
        while self._heap and self._heap[0][0] <= target:
            at, _, object_id = heapq.heappop(self._heap)
            obj = self._account.find(object_id)
            if self._noted.get(object_id) == at:
                del self._noted[object_id]
            if obj is None:
                continue
            if self._rules[self._kind_of(obj)][0](self._account, obj) == at:
                return at, obj
            self.note(obj)
        return None
