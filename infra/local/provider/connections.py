"""The connections that webhooks travel on."""

import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit


class KeptConnections:
    """One kept-alive connection per sender thread and host. Redirects are failures."""

    def __init__(self) -> None:
        self._local = threading.local()

    def post(self, url: str, body: bytes, headers: dict[str, str], timeout_seconds: float) -> int:
        parts = urlsplit(url)
        kept: dict[tuple[str, str], HTTPConnection] = self._local.__dict__.setdefault("kept", {})
        place = (parts.scheme, parts.netloc)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        is_reused = place in kept
        connection = kept.pop(place, None) or _connect(*place, timeout_seconds)
        try:
            status = _exchange(connection, target, body, headers)
        except ConnectionError:
            if not is_reused:
                raise
            # The receiver had closed the kept connection in the meantime.
            connection = _connect(*place, timeout_seconds)
            status = _exchange(connection, target, body, headers)
        kept[place] = connection
        return status


def _connect(scheme: str, netloc: str, timeout_seconds: float) -> HTTPConnection:
    kind = HTTPSConnection if scheme == "https" else HTTPConnection
    return kind(netloc, timeout=timeout_seconds)


def _exchange(connection: HTTPConnection, target: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        connection.request("POST", target, body, headers)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        connection.close()
        raise
    return response.status
