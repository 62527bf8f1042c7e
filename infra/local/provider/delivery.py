"""Webhook delivery by background senders, as orderly or as unkind as asked."""

import heapq
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import Any

from infra.local.provider.connections import KeptConnections
from infra.local.provider.exchange import Json
from infra.local.provider.ids import seeded_random

type Post = Callable[[str, bytes, dict[str, str], float], int]


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """How deliveries behave. Times are wall-clock: the receiver lives in real time."""

    senders: int = 4
    shuffle: bool = False
    copies_min: int = 1
    copies_max: int = 1
    delay_seconds_max: float = 0.0
    loss_probability: float = 0.0
    seed: int = 0
    attempts_max: int = 12
    retry_base_seconds: float = 0.25
    retry_limit_seconds: float = 5.0
    timeout_seconds: float = 30.0


@dataclass(slots=True)
class Delivery:
    """`headers` is asked before each attempt, because a retry may have to be signed anew."""

    event_id: str
    url: str
    body: bytes
    headers: Callable[[], dict[str, str]]
    attempts: int = 0


type MakeDelivery = Callable[[], Delivery]


@dataclass(slots=True)
class Tally:
    published: int = 0
    lost: int = 0
    attempts: int = 0
    delivered: int = 0
    failed_attempts: int = 0
    given_up: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)


class DeliveryQueue:
    def __init__(self, *, post: Post | None = None) -> None:
        self.plan = DeliveryPlan()
        self.tally = Tally()
        self._post = post or KeptConnections().post
        self._random = seeded_random(self.plan.seed)
        self._ready = threading.Condition()
        self._queue: list[tuple[float, float, int, Delivery]] = []
        self._pushed = 0
        self._in_flight = 0
        self._is_paused = False
        self._is_stopped = False
        self._senders: list[threading.Thread] = []
        self._awaited: dict[str, int] = {}

    # -- configuration ---------------------------------------------------------------------

    def configure(self, **changes: Any) -> None:
        with self._ready:
            self.plan = replace(self.plan, **changes)
            if "seed" in changes:
                self._random = seeded_random(self.plan.seed)
            self._ready.notify_all()
        self._hire()

    def pause(self) -> None:
        with self._ready:
            self._is_paused = True

    def resume(self) -> None:
        with self._ready:
            self._is_paused = False
            self._ready.notify_all()
        self._hire()

    def stop(self) -> None:
        with self._ready:
            self._is_stopped = True
            self._ready.notify_all()

    def forget(self) -> None:
        """Drop what is queued and what was counted."""
        with self._ready:
            self._queue.clear()
            self._awaited.clear()
            self.tally = Tally()

    # -- what goes in ----------------------------------------------------------------------

    def enqueue(self, event_id: str, wanted: Iterable[MakeDelivery]) -> None:
        """Queue one event for every receiver; the plan decides about copies and fate."""
        with self._ready:
            makers = list(wanted)
            if not makers:
                return
            self.tally.published += 1
            self._awaited[event_id] = len(makers)
            for make in makers:
                self._send_copies(make)
            self._ready.notify_all()
        self._hire()

    def _send_copies(self, make: MakeDelivery) -> None:
        if self._random.random() < self.plan.loss_probability:
            self.tally.lost += 1
            return
        for _ in range(self._random.randint(self.plan.copies_min, self.plan.copies_max)):
            delay = self._random.uniform(0, self.plan.delay_seconds_max)
            self._push(make(), time.monotonic() + delay if delay else 0.0)

    def _push(self, delivery: Delivery, due: float) -> None:
        self._pushed += 1
        tie = self._random.random() if self.plan.shuffle else 0.0
        heapq.heappush(self._queue, (due, tie, self._pushed, delivery))

    # -- what goes out ---------------------------------------------------------------------

    def _hire(self) -> None:
        with self._ready:
            for _ in range(self.plan.senders - len(self._senders)):
                sender = threading.Thread(
                    target=self._work, args=(len(self._senders),), daemon=True
                )
                self._senders.append(sender)
                sender.start()

    def _work(self, number: int) -> None:
        while (delivery := self._next(number)) is not None:
            status = self._attempt(delivery)
            with self._ready:
                self._in_flight -= 1
                self._record(delivery, status)
                self._ready.notify_all()

    def _next(self, number: int) -> Delivery | None:
        with self._ready:
            while not self._is_stopped:
                wait = self._seconds_until_due(number)
                if wait == 0.0:
                    self._in_flight += 1
                    return heapq.heappop(self._queue)[3]
                self._ready.wait(wait)
            return None

    def _seconds_until_due(self, number: int) -> float | None:
        """0 when a delivery may go out now; None when only a notification can change that."""
        if self._is_paused or not self._queue or number >= self.plan.senders:
            return None
        return max(0.0, self._queue[0][0] - time.monotonic())

    def _attempt(self, delivery: Delivery) -> int:
        delivery.attempts += 1
        try:
            return self._post(
                delivery.url, delivery.body, delivery.headers(), self.plan.timeout_seconds
            )
        except (OSError, HTTPException):
            return 0

    def _record(self, delivery: Delivery, status: int) -> None:
        self.tally.attempts += 1
        key = str(status) if status else "no answer"
        self.tally.statuses[key] = self.tally.statuses.get(key, 0) + 1
        if 200 <= status < 300:
            self.tally.delivered += 1
            self._awaited[delivery.event_id] = max(0, self._awaited.get(delivery.event_id, 1) - 1)
            return
        self.tally.failed_attempts += 1
        if delivery.attempts >= self.plan.attempts_max:
            self.tally.given_up.append(delivery.event_id)
            return
        wait = self.plan.retry_base_seconds * 2 ** (delivery.attempts - 1)
        self._push(delivery, time.monotonic() + min(wait, self.plan.retry_limit_seconds))

    # -- what can be asked -----------------------------------------------------------------

    def drain(self, timeout_seconds: float) -> bool:
        """Wait until nothing is queued or in flight; False when the time ran out first."""
        with self._ready:
            return self._ready.wait_for(
                lambda: not self._queue and not self._in_flight, timeout_seconds
            )

    def awaited(self) -> list[str]:
        """Events that no endpoint has acknowledged yet."""
        with self._ready:
            return [event_id for event_id, missing in self._awaited.items() if missing]

    def pending_for(self, event_id: str) -> int:
        with self._ready:
            return self._awaited.get(event_id, 0)

    def report(self) -> Json:
        with self._ready:
            return {
                "plan": {name: getattr(self.plan, name) for name in DeliveryPlan.__slots__},
                "is_paused": self._is_paused,
                "queued": len(self._queue),
                "in_flight": self._in_flight,
                **{name: getattr(self.tally, name) for name in Tally.__slots__},
            }
