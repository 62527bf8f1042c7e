"""Failures on demand, and a rate limiter that can be switched on."""

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from infra.local.provider.ids import seeded_random

KINDS = ("error", "rate_limited", "hang", "reset", "slow")


@dataclass(slots=True)
class Fault:
    """`when="after"` lets the request execute first: the caller cannot know that it did.

    `error` answers `status`; `rate_limited` answers 429; `hang` stays silent for `seconds` and
    then closes; `reset` resets the connection; `slow` answers rightly after `seconds`, and with
    `when="before"` the idempotency key is in use for as long.
    """

    kind: str
    when: str = "before"
    method: str = ".*"
    path: str = ".*"
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    seconds: float = 30.0
    status: int = 500
    reason: str = "global-rate"
    hits: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in ("before", "after"):
            raise ValueError(f"unknown fault: {self.kind} {self.when}")
        self._random = seeded_random(self.seed)

    def strikes(self, method: str, path: str) -> bool:
        if not (re.fullmatch(self.method, method) and re.fullmatch(self.path, path)):
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self._random.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def report(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "_random"}


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        with self._lock:
            return next((f for f in self._faults if f.strikes(method, path)), None)

    def report(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.report() for fault in self._faults]


class RateLimiter:
    """A bucket that refills in wall-clock time; off until a rate is set."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._rate: float | None = None
        self._tokens = 0.0
        self._filled_at = 0.0
        self.refused = 0

    def limit_to(self, requests_per_second: float | None) -> None:
        with self._lock:
            self._rate = requests_per_second
            self._tokens = requests_per_second or 0.0
            self._filled_at = self._monotonic()

    def admits(self) -> bool:
        with self._lock:
            if self._rate is None:
                return True
            now = self._monotonic()
            refilled = self._tokens + (now - self._filled_at) * self._rate
            self._tokens, self._filled_at = min(self._rate, refilled), now
            if self._tokens < 1:
                self.refused += 1
                return False
            self._tokens -= 1
            return True

    @property
    def rate(self) -> float | None:
        return self._rate
