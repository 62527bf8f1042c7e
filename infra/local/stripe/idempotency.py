"""What Stripe remembers of an `Idempotency-Key`, for 24 hours of its own time.

Source: https://docs.stripe.com/api/idempotent_requests
"""

from infra.local.provider.clock import VirtualClock
from infra.local.provider.exchange import Answer
from infra.local.provider.key_memory import KeyMemory, KeyState
from infra.local.stripe.errors import StripeError, invalid_request

_REMEMBERED_SECONDS = 24 * 3600
_LONGEST_KEY = 255


class IdempotencyMemory:
    def __init__(self, clock: VirtualClock) -> None:
        self._memory = KeyMemory[Answer](clock)

    def begin(self, key: str, fingerprint: str) -> Answer | None:
        """The remembered answer, or None when this caller is the first and shall execute."""
        if len(key) > _LONGEST_KEY:
            raise invalid_request(f"Idempotency keys may be up to {_LONGEST_KEY} characters long.")
        match self._memory.begin(key, fingerprint, remembered_seconds=_REMEMBERED_SECONDS):
            case KeyState.FRESH:
                return None
            case KeyState.OTHER_PAYLOAD:
                raise StripeError(
                    400,
                    "idempotency_error",
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                )
            case KeyState.IN_USE:
                raise StripeError(
                    409,
                    "idempotency_error",
                    "There is currently another in-progress request using this Idempotent Key "
                    f"({key}). Please try again later.",
                    code="idempotency_key_in_use",
                )
            case Answer() as answer:
                return answer

    def remember(self, key: str, answer: Answer) -> None:
        self._memory.remember(key, answer)

    def forget(self, key: str) -> None:
        self._memory.forget(key)
