"""Connections on which a read time-out counts for the whole answer.

A socket's counts for each read: whoever sends a byte now and then is never late by it. Here what is
left of it shrinks while an answer comes, from its first line to its last byte. Imported late,
because urllib3 is.
"""

import io
from collections.abc import Callable
from http.client import HTTPResponse
from socket import socket
from typing import Any

from certifi import where
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class _UntilDeadline(io.RawIOBase):
    """What a socket receives, as long as there is time."""

    def __init__(self, sock: socket, *, seconds_left: Callable[[], float]) -> None:
        self._sock = sock
        self._received = sock.makefile("rb", buffering=0)
        self._seconds_left = seconds_left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._seconds_left()
        if left <= 0:
            raise TimeoutError("The answer took too long.")
        self._sock.settimeout(left)
        return self._received.readinto(buffer)

    def close(self) -> None:
        self._received.close()
        super().close()


def pool_of(monotonic: Callable[[], float]) -> PoolManager:
    """`monotonic` is seconds that never go back."""

    class WholeAnswer(HTTPResponse):
        """Begins when the request has been sent; its socket has the read time-out then."""

        def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            timeout = sock.gettimeout()
            if timeout is not None:
                ends_at = monotonic() + timeout
                raw = _UntilDeadline(sock, seconds_left=lambda: ends_at - monotonic())
                self.fp.close()
                self.fp = io.BufferedReader(raw)

    class Connection(HTTPConnection):
        response_class = WholeAnswer

    class SecureConnection(HTTPSConnection):
        response_class = WholeAnswer

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    manager = PoolManager(num_pools=4, maxsize=4, ca_certs=where(), cert_reqs="CERT_REQUIRED")
    manager.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}
    return manager
