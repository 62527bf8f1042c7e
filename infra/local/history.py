"""Lets months of history happen at a stand-in: its clock goes back, then from event to event."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from infra.local.provider.control_client import ControlClient

_DAY_SECONDS = 86_400
_HISTORY_DAYS = 150


@dataclass(frozen=True, slots=True)
class Planned:
    """What happens when; actions of one moment keep the order of the stories."""

    at: int
    number: int
    act: Callable[[], object] = field(compare=False)


class Historian(ABC):
    """Fills an empty account. A subclass says what was sold, and what happened to whom."""

    def __init__(self, api_base: str, *, seed: int) -> None:
        self._control = ControlClient(api_base)
        self._seed = seed

    @abstractmethod
    def make_offers(self) -> None: ...

    @abstractmethod
    def lived(self, now: int) -> Iterator[Planned]:
        """What happened to everybody, in any order."""

    def is_empty(self) -> bool:
        return not self._control.get("health")["objects"]

    def steps(self) -> list[Planned]:
        """The whole history, oldest first; it begins by setting the clock back."""
        now = self._control.get("clock")["now"]
        start = now - now % _DAY_SECONDS - _HISTORY_DAYS * _DAY_SECONDS
        self._control.post("clock", set_to=start)
        planned = [Planned(start, 0, self.make_offers), *self.lived(now)]
        return sorted(planned, key=lambda step: (step.at, step.number))

    def at(self, days_ago: float, *, now: int, number: int) -> int:
        """Spread over the day, so that not everybody renews in the same second."""
        spread = (number * 5077 + self._seed * 101) % 7200
        return now - round(days_ago * _DAY_SECONDS) - spread

    def run(self, planned: Planned) -> None:
        self._control.post("clock", advance_to=planned.at)
        planned.act()

    def finish(self) -> None:
        """Catch up with the wall clock and let time run."""
        self._control.post("clock", advance_to=int(self._control.get("clock")["wall"]))
        self._control.post("clock", follow_wall=True)

    def dashboard(self, action: str, **body: Any) -> Any:
        return self._control.post(f"dashboard/{action}", **body)

    def now(self) -> int:
        return int(self._control.get("clock")["now"])


def tell(
    historian: Historian, *, on_step: Callable[[int, int], None] = lambda _d, _t: None
) -> None:
    """Raises ValueError for an account that holds anything already."""
    if not historian.is_empty():
        raise ValueError("this account is not empty: it was seeded before")
    steps = historian.steps()
    for done, planned in enumerate(steps, start=1):
        historian.run(planned)
        on_step(done, len(steps))
    historian.finish()
