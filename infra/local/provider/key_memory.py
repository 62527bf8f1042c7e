"""What a provider remembers of an idempotency key, for as long as it remembers such keys."""

import threading
from dataclasses import dataclass
from enum import Enum, auto

from infra.local.provider.clock import VirtualClock


class KeyState(Enum):
    FRESH = auto()
    IN_USE = auto()
    OTHER_PAYLOAD = auto()


@dataclass(slots=True)
class _Memory[T]:
    fingerprint: str
    began_at: int
    outcome: T | None = None


class KeyMemory[T]:
    """`T` is what a provider keeps under a key: an answer, or which resource came of it."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._memories: dict[str, _Memory[T]] = {}

    def begin(self, key: str, fingerprint: str, *, remembered_seconds: int) -> T | KeyState:
        """What the key led to. `FRESH`: this caller is the first and shall execute."""
        with self._lock:
            memory = self._memories.get(key)
            if memory is None or self._clock.now() - memory.began_at >= remembered_seconds:
                self._memories[key] = _Memory(fingerprint, self._clock.now())
                return KeyState.FRESH
            if memory.fingerprint != fingerprint:
                return KeyState.OTHER_PAYLOAD
            return KeyState.IN_USE if memory.outcome is None else memory.outcome

    def remember(self, key: str, outcome: T) -> None:
        with self._lock:
            self._memories[key].outcome = outcome

    def forget(self, key: str) -> None:
        """The request never began to execute: the key is as good as new."""
        with self._lock:
            self._memories.pop(key, None)
