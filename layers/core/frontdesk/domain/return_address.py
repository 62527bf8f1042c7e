"""Where a browser may be sent after signing in: the merchant's own addresses and nowhere else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

# Browsers read a backslash as a slash and drop tabs and line breaks; urlsplit does not quite.
_PLAIN = re.compile(r"https?://[!-~]{1,2000}", re.ASCII | re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_DOT_SEGMENTS = frozenset((".", ".."))


@dataclass(frozen=True, slots=True)
class _Address:
    scheme: str
    host: str
    port: int
    path: str


def is_allowed(address: str, *, allowed: Iterable[str]) -> bool:
    """Whether scheme, host and port equal an allowed address's and the path begins like its.

    A path begins at whole segments: `/account` allows `/account/orders`, not `/accounts`.
    """
    wanted = _parsed(address)
    if wanted is None:
        return False
    return any(_covers(known, wanted) for text in allowed if (known := _parsed(text)))


def _parsed(text: str) -> _Address | None:
    if not _PLAIN.fullmatch(text) or "\\" in text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc or _climbs(parts.path):
        return None
    if port is None:
        port = _DEFAULT_PORTS[parts.scheme]
    return _Address(parts.scheme, parts.hostname, port, parts.path)


def _climbs(path: str) -> bool:
    """Dot segments, also percent-encoded: a browser resolves them out of the allowed prefix."""
    return any(unquote(segment) in _DOT_SEGMENTS for segment in path.split("/"))


def _covers(known: _Address, wanted: _Address) -> bool:
    if (known.scheme, known.host, known.port) != (wanted.scheme, wanted.host, wanted.port):
        return False
    prefix = known.path.rstrip("/")
    return wanted.path == prefix or wanted.path.startswith(f"{prefix}/") or not prefix
