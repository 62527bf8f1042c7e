"""One HTTP exchange: explicit time-outs, no retry, no redirect, an answer of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from urllib3 import PoolManager


@dataclass(frozen=True, slots=True)
class Limits:
    connect_seconds: float
    read_seconds: float
    """For all of the answer, from when the request has been sent."""
    largest_answer: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class NoAnswerError(Exception):
    """Nothing came back in time, or not all of it: what was asked may have been done or not."""


class AnswerTooLargeError(Exception):
    """More came back than anybody asked for."""


class Http(Protocol):
    def __call__(
        self,
        method: str,
        url: str,
        *,
        limits: Limits,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Raises NoAnswerError, AnswerTooLargeError; any status is an answer, a redirect too."""
        ...


def exchange(
    method: str,
    url: str,
    *,
    limits: Limits,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: Callable[[], float] = monotonic,
) -> Answer:
    """`seconds` never go back."""
    from urllib3 import Timeout  # noqa: PLC0415 - a third of a cold start; not every one needs it
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - the same

    try:
        response = _pool(seconds).request(
            method,
            url,
            headers={"User-Agent": "frontdesk", **(headers or {})},
            body=body,
            timeout=Timeout(connect=limits.connect_seconds, read=limits.read_seconds),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            received = response.read(limits.largest_answer + 1)
            if len(received) > limits.largest_answer:
                raise AnswerTooLargeError("The answer is too large.")
            # Empty by now; reading to the end gives the connection back to the pool.
            received += response.read()
        except BaseException:
            response.close()
            raise
    except HTTPError as error:
        # The library's text holds the address; only the kind of failure is told.
        raise NoAnswerError(type(error).__name__) from None
    return Answer(response.status, received)


@cache
def _pool(seconds: Callable[[], float]) -> PoolManager:
    from frontdesk.adapters.paypal.whole_answers import pool_of  # noqa: PLC0415 - as urllib3

    return pool_of(seconds)
