"""What the server, the controls and the clock need of every provider's API."""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from infra.local.provider.exchange import Json, Reply, Request
from infra.local.provider.faults import Fault, Faults, RateLimiter

_REMEMBERED_REQUESTS = 20_000


class Api(ABC):
    def __init__(self) -> None:
        self.faults = Faults()
        self.rate_limiter = RateLimiter()
        # How a `slow` fault passes its time; the server shortens it when it closes.
        self.wait: Callable[[float], object] = time.sleep
        self.log: deque[Json] = deque(maxlen=_REMEMBERED_REQUESTS)

    @abstractmethod
    def reply(self, request: Request) -> Reply: ...

    @abstractmethod
    def crashed(self) -> Reply:
        """What a bug in the stand-in looks like from outside: the provider's own 500."""


def breaks_connection(fault: Fault | None) -> bool:
    return fault is not None and fault.kind in ("hang", "reset")
