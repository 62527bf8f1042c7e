"""Our ids: a prefix, and 26 characters of Crockford base 32 that sort by time."""

import hashlib
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80
_LENGTH = 26

PREFIXES = frozenset(
    "cus sub txn ref rrq inv cm off prd acc aff exp op ses key pm evt".split()  # noqa: SIM905 - a table
)


def _encode(number: int) -> str:
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def new_id(prefix: str, *, at: datetime, randomness: bytes) -> str:
    """An id for something that begins here. `randomness` is ten bytes."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{_encode(milliseconds << _RANDOM_BITS | int.from_bytes(randomness[:10]))}"


def derived_id(prefix: str, *, origin: str, at: datetime | None = None) -> str:
    """The id of something that began at a provider: always the same for the same `origin`.

    `origin` names the provider's object (`stripe:ch_123`). With `at`, the provider's immutable
    creation time, ids sort by it; without, they are evenly spread.
    """
    digest = hashlib.sha256(origin.encode()).digest()
    if at is None:
        return f"{prefix}_{_encode(int.from_bytes(digest[:16]))}"
    return new_id(prefix, at=at, randomness=digest)


def is_id(text: str, prefix: str) -> bool:
    head, _, tail = text.partition("_")
    return head == prefix and len(tail) == _LENGTH and all(c in _ALPHABET for c in tail)
