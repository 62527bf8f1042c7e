"""What every stand-in does as a whole: time passes, memory goes to disk, events go out again."""

import json
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

from infra.local.provider import agenda
from infra.local.provider.api import Api
from infra.local.provider.clock import VirtualClock
from infra.local.provider.delivery import DeliveryQueue
from infra.local.provider.exchange import Json

_TICK_SECONDS = 0.5
_SAVE_SECONDS = 5.0


class Account(agenda.Account, Protocol):
    lock: threading.RLock
    changes: int
    settings: Any

    def is_empty(self) -> bool: ...


class StandIn(ABC):
    clock: VirtualClock
    account: Account
    agenda: agenda.Agenda[Any]
    api: Api
    dispatcher: DeliveryQueue

    def __init__(self, state: Path | None) -> None:
        self._state = state
        self._saved_changes = 0
        self._undelivered: list[str] = []

    @abstractmethod
    def events(self) -> list[Json]:
        """Everything that was ever told, oldest first."""

    @abstractmethod
    def publish(self, event: Json) -> None: ...

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """How many objects of each kind there are."""

    @abstractmethod
    def dump(self) -> Json: ...

    @abstractmethod
    def restore(self, dumped: Json) -> None: ...

    def advance_to(self, at: int) -> int:
        """Move the account's time forward; what falls due happens on the way."""
        if at < self.clock.now():
            raise ValueError("time only moves forward")
        with self.account.lock:
            acts = self.agenda.advance(at)
            self.clock.move_to(at)
            return acts

    def redeliver(self) -> int:
        """Publish every event of the account once more, in its order, by the plan in force."""
        with self.account.lock:
            events = [dict(event) for event in self.events()]
        for event in events:
            self.publish(event)
        return len(events)

    def deliver_what_was_left(self) -> None:
        """After a restart: events that no endpoint had acknowledged go out again."""
        for event_id in self._undelivered:
            event = self.account.find(event_id)
            if event is not None:
                self.publish(event)

    def keep_time(self, stop: threading.Event) -> None:
        """While time runs by itself, do what falls due; keep the file on disk fresh."""
        ticks = 0
        while not stop.wait(_TICK_SECONDS):
            ticks += 1
            if not self.clock.is_frozen:
                with self.account.lock:
                    self.agenda.advance(self.clock.now())
            if ticks % int(_SAVE_SECONDS / _TICK_SECONDS) == 0:
                self.save()

    def save(self) -> None:
        """Whole or not at all: a reader never sees half a file."""
        if self._state is None or self.account.changes == self._saved_changes:
            return
        with self.account.lock:
            self._saved_changes = self.account.changes
            dumped = json.dumps(
                {
                    **self.dump(),
                    "frozen_at": self.clock.now() if self.clock.is_frozen else None,
                    "ahead_of_wall_seconds": self.clock.ahead_of_wall_seconds,
                    "undelivered": self.dispatcher.awaited(),
                },
                ensure_ascii=False,
            )
        fresh = self._state.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(dumped, encoding="utf-8")
        fresh.replace(self._state)

    def take_up(self) -> None:
        """Go on where the file on disk left off; to be called when the parts are in place."""
        if self._state is None or not self._state.exists():
            return
        dumped = json.loads(self._state.read_text(encoding="utf-8"))
        self.restore(dumped)
        if dumped["frozen_at"] is not None:
            self.clock.freeze(dumped["frozen_at"])
        else:
            self.clock.run_ahead(dumped["ahead_of_wall_seconds"])
        self._undelivered = list(dumped["undelivered"])
