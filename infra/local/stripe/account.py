"""One Stripe account: its objects, its clock, and the events that every change leaves behind."""

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.provider.clock import VirtualClock
from infra.local.provider.ids import Ids
from infra.local.stripe.errors import no_such
from infra.local.stripe.store import Store
from infra.local.stripe.wire import Json

API_VERSION = "2026-10-28.endive"  # what stripe-python 16.1 pins
ACCOUNT_ID = "acct_1Frontdesk000000"

type Listener = Callable[[Json], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who caused a change: an API request, or nobody (billing, the dashboard)."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Settings:
    """What a merchant configures in the dashboard."""

    after_last_retry: str = "unpaid"  # or "cancel", "past_due"
    retry_days: list[int] = field(default_factory=lambda: [3, 5, 7])
    fee_basis_points: int = 290
    fee_fixed_minor: int = 30
    dispute_fee_minor: int = 1500
    generates_events: bool = True  # Stripe admits that an event may fail to be generated


class Account:
    """All changes happen under `lock`, one at a time, like rows in one database."""

    def __init__(self, *, clock: VirtualClock, ids: Ids) -> None:
        self.clock = clock
        self.ids = ids
        self.lock = threading.RLock()
        self.store = Store()
        self.settings = Settings()
        self.origin = Origin()
        self.on_event: list[Listener] = []
        self.on_change: list[Listener] = []
        self.deliveries_pending: Callable[[str], int] = lambda _event_id: 0
        self.changes = 0

    def now(self) -> int:
        return self.clock.now()

    def add(self, obj: Json, *event_types: str) -> Json:
        self._put(obj)
        for event_type in event_types:
            self.emit(event_type, obj)
        return obj

    def take_in(self, obj: Json) -> None:
        """Accept an object as it stands, from a file: nobody is told."""
        self._put(obj)

    def change(self, obj: Json, changes: Json, *event_types: str) -> Json:
        """Apply changes; events carry what the changed fields were before, if any did change."""
        previous = {
            name: copy.deepcopy(obj.get(name))
            for name, value in changes.items()
            if obj.get(name) != value
        }
        obj.update(changes)
        self._put(obj)
        if previous:
            for event_type in event_types:
                self.emit(event_type, obj, previous)
        return obj

    def find(self, object_id: str) -> Json | None:
        return self.store.find(object_id)

    def is_empty(self) -> bool:
        return not self.store.counts()

    def delete(self, obj: Json, event_type: str | None = None) -> None:
        self.store.remove(obj["id"])
        self.changes += 1
        if event_type:
            self.emit(event_type, obj)

    def emit(self, event_type: str, obj: Json, previous: Json | None = None) -> None:
        if not self.settings.generates_events:
            return
        data: Json = {"object": copy.deepcopy(obj)}
        if previous:
            data["previous_attributes"] = previous
        event: Json = {
            "id": self.ids.new("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {
                "id": self.origin.request_id,
                "idempotency_key": self.origin.idempotency_key,
            },
            "type": event_type,
        }
        self._put(event)
        for listener in self.on_event:
            listener(event)

    def get(self, kind: str, object_id: str, *, param: str = "id") -> Json:
        """The object, or Stripe's 404; a reference in a parameter answers 400 instead."""
        found = self.store.find(object_id)
        if found is None or found["object"] != kind:
            raise no_such(kind, object_id, param=param, status=404 if param == "id" else 400)
        return found

    def note(self, object_id: str) -> Json:
        """What only the provider knows about an object."""
        return self.store.notes.setdefault(object_id, {})

    def new(self, kind: str, prefix: str, **fields: Any) -> Json:
        return {"id": self.ids.new(prefix), "object": kind, "created": self.now(), **fields}

    def _put(self, obj: Json) -> None:
        self.store.put(obj)
        self.changes += 1
        for listener in self.on_change:
            listener(obj)
