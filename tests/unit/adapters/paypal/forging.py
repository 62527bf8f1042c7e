"""Bodies of an attacker who holds one genuine transmission: any text, the same CRC32.

CRC32 is linear: four bytes of the attacker's choice reach every checksum. They are found backwards
through the polynomial's table and written as letters, so that the body stays JSON.
"""

import json
import random
import zlib
from typing import Any

_LETTERS = 40


def forged(document: Any, *, like: bytes, seed: int) -> bytes:
    """`document` with a field that gives its bytes the checksum of `like`."""
    generator = random.Random(seed)
    wanted = zlib.crc32(like)
    blank = json.dumps({**document, "pad": "@" * _LETTERS}).encode()
    start = blank.index(b"@" * _LETTERS)
    filler = bytes(generator.choice(b"abcdefghijklmno") for _ in range(_LETTERS))
    body = bytearray(blank[:start] + filler + blank[start + _LETTERS :])
    # Flipping bit 5 makes a small letter a capital one; each flip changes the checksum in a way
    # that does not depend on the others. Which flips are needed is a system of linear equations.
    changes = [_change(body, start + place) for place in range(_LETTERS)]
    for place in _combination(changes, zlib.crc32(body) ^ wanted):
        body[start + place] ^= 0x20
    assert zlib.crc32(body) == wanted
    return bytes(body)


def _change(body: bytearray, place: int) -> int:
    other = bytearray(body)
    other[place] ^= 0x20
    return zlib.crc32(other) ^ zlib.crc32(body)


def _combination(changes: list[int], wanted: int) -> list[int]:
    """Places whose changes, added without carry, are `wanted`."""
    basis: dict[int, tuple[int, int]] = {}
    for place, change in enumerate(changes):
        value, used = _reduced(change, 1 << place, basis)
        if value:
            basis[value.bit_length()] = value, used
    value, used = _reduced(wanted, 0, basis)
    assert value == 0
    return [place for place in range(len(changes)) if used >> place & 1]


def _reduced(value: int, used: int, basis: dict[int, tuple[int, int]]) -> tuple[int, int]:
    while value and value.bit_length() in basis:
        other, others_use = basis[value.bit_length()]
        value, used = value ^ other, used ^ others_use
    return value, used
