"""Another body with the same CRC32: what an attacker can do with one captured transmission.

CRC32 is linear over GF(2). A text field of 8 letters more than it has bits gives enough freedom to
solve for any checksum.
"""

import json
import zlib

from infra.local.provider.exchange import Json

_BITS = 32
_LETTERS = 48  # more unknowns than equations, so that a solution exists
_FIELD = "note"


def forge(document: Json, *, like: bytes) -> bytes:
    """`document` as JSON with a field that makes its CRC32 equal to that of `like`."""
    wanted = zlib.crc32(like)
    blank = {**document, _FIELD: "a" * _LETTERS}
    body = bytearray(json.dumps(blank, ensure_ascii=False, separators=(",", ":")).encode())
    start = body.rindex(b"a" * _LETTERS)
    now = zlib.crc32(body)
    # "a" and "c" differ in one bit; the change of the checksum does not depend on the other bytes.
    effects = [_effect(body, start + n) ^ now for n in range(_LETTERS)]
    for n in _solve(effects, now ^ wanted):
        body[start + n] ^= 2
    return bytes(body)


def _effect(body: bytearray, at: int) -> int:
    changed = bytearray(body)
    changed[at] ^= 2
    return zlib.crc32(changed)


def _solve(effects: list[int], wanted: int) -> list[int]:
    """Which effects, added without carry, give what is wanted."""
    reduced: dict[int, tuple[int, int]] = {}  # highest bit -> (value, which effects it is made of)
    for n, effect in enumerate(effects):
        value, made_of = _reduce(effect, 1 << n, reduced)
        if value:
            reduced[value.bit_length()] = (value, made_of)
    rest, made_of = _reduce(wanted, 0, reduced)
    if rest:
        raise ValueError("no solution: try another length")
    return [n for n in range(len(effects)) if made_of >> n & 1]


def _reduce(value: int, made_of: int, reduced: dict[int, tuple[int, int]]) -> tuple[int, int]:
    for bit in range(_BITS, 0, -1):
        if value.bit_length() == bit and bit in reduced:
            value ^= reduced[bit][0]
            made_of ^= reduced[bit][1]
    return value, made_of
