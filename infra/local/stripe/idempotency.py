"""What the provider remembers of an `Idempotency-Key`, for 24 hours of its own time.

Source: https://docs.stripe.com/api/idempotent_requests
"""

import threading
from dataclasses import dataclass

from infra.local.stripe.clock import VirtualClock
from infra.local.stripe.errors import StripeError, invalid_request

_REMEMBERED_SECONDS = 24 * 3600
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class _Memory:
    fingerprint: str
    began_at: int
    answer: Answer | None = None


class IdempotencyMemory:
    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._memories: dict[str, _Memory] = {}

    def begin(self, key: str, fingerprint: str) -> Answer | None:
        """The remembered answer, or None when this caller is the first and shall execute."""
        if len(key) > _LONGEST_KEY:
            raise invalid_request(f"Idempotency keys may be up to {_LONGEST_KEY} characters long.")
        with self._lock:
            memory = self._memories.get(key)
            if memory is None or self._clock.now() - memory.began_at >= _REMEMBERED_SECONDS:
                self._memories[key] = _Memory(fingerprint, self._clock.now())
                return None
            if memory.fingerprint != fingerprint:
                raise StripeError(
                    400,
                    "idempotency_error",
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                )
            if memory.answer is None:
                raise StripeError(
                    409,
                    "idempotency_error",
                    "There is currently another in-progress request using this Idempotent Key "
                    f"({key}). Please try again later.",
                    code="idempotency_key_in_use",
                )
            return memory.answer

    def remember(self, key: str, answer: Answer) -> None:
        with self._lock:
            self._memories[key].answer = answer

    def forget(self, key: str) -> None:
        """The request never began to execute: the key is as good as new."""
        with self._lock:
            self._memories.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self._memories.clear()
