"""The whole stand-in as one object: account, API, deliveries, time, and its memory on disk."""

import json
import threading
from dataclasses import asdict
from pathlib import Path

from infra.local.stripe.account import Account, Settings
from infra.local.stripe.api import Api
from infra.local.stripe.billing.agenda import Agenda
from infra.local.stripe.clock import VirtualClock
from infra.local.stripe.ids import Ids
from infra.local.stripe.webhooks import Dispatcher
from infra.local.stripe.wire import Json

_TICK_SECONDS = 0.5
_SAVE_SECONDS = 5.0


class StandIn:
    def __init__(
        self, *, seed: int = 0, clock: VirtualClock | None = None, state: Path | None = None
    ) -> None:
        self.clock = clock or VirtualClock()
        self.account = Account(clock=self.clock, ids=Ids(seed))
        self.agenda = Agenda(self.account)
        self.api = Api(self.account)
        self.dispatcher = Dispatcher()
        self.account.on_event.append(self.dispatcher.publish)
        self.account.deliveries_pending = self.dispatcher.pending_for
        self._state = state
        self._saved_changes = 0
        self._undelivered: list[str] = []
        if state is not None and state.exists():
            self._restore(json.loads(state.read_text(encoding="utf-8")))

    def advance_to(self, at: int) -> int:
        """Move the account's time forward; renewals, retries and endings happen on the way."""
        if at < self.clock.now():
            raise ValueError("time only moves forward")
        with self.account.lock:
            acts = self.agenda.advance(at)
            self.clock.move_to(at)
            return acts

    def redeliver(self) -> int:
        """Publish every event of the account once more, in its order, by the plan in force."""
        with self.account.lock:
            events = [dict(e) for e in self.account.store.newest_first("event")]
        for event in reversed(events):
            self.dispatcher.publish(event)
        return len(events)

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
            dumped = json.dumps(self._dump(), ensure_ascii=False)
        fresh = self._state.with_suffix(".new")
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(dumped, encoding="utf-8")
        fresh.replace(self._state)

    def _dump(self) -> Json:
        account = self.account
        return {
            **account.store.dump(),
            "settings": asdict(account.settings),
            "seed": account.ids.seed,
            "issued": account.ids.issued,
            "frozen_at": self.clock.now() if self.clock.is_frozen else None,
            "ahead_of_wall_seconds": self.clock.ahead_of_wall_seconds,
            "undelivered": self.dispatcher.awaited(),
        }

    def _restore(self, dumped: Json) -> None:
        account = self.account
        account.store.restore(dumped)
        account.settings = Settings(**dumped["settings"])
        account.ids.seed, account.ids.issued = dumped["seed"], dumped["issued"]
        if dumped["frozen_at"] is not None:
            self.clock.freeze(dumped["frozen_at"])
        else:
            self.clock.run_ahead(dumped["ahead_of_wall_seconds"])
        for kind in ("subscription", "invoice", "refund", "charge"):
            for obj in account.store.newest_first(kind):
                self.agenda.note(obj)
        self._undelivered = list(dumped["undelivered"])

    def deliver_what_was_left(self) -> None:
        """After a restart: events that no endpoint had acknowledged go out again."""
        for event_id in self._undelivered:
            event = self.account.store.find(event_id)
            if event is not None:
                self.dispatcher.publish(event)
