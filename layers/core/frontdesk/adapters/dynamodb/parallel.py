"""Several reads at the same time: a sharded list costs one round trip, not one for each shard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_THREADS = 8


@cache
def _threads() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only lists need threads

    return ThreadPoolExecutor(_THREADS, thread_name_prefix="read")


def together[T](reads: Sequence[Callable[[], T]]) -> list[T]:
    """The answers in the order of `reads`; raises what the first failed one raised."""
    if len(reads) == 1:
        return [reads[0]()]
    return [pending.result() for pending in [_threads().submit(read) for read in reads]]
