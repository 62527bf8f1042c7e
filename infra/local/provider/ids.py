"""Ids that are the same in every run with the same seed, and what else chance decides."""

import hashlib
import random

BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 24


def seeded_random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - mischief that can be repeated, no secrets


class Ids:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.issued = 0

    def new(self, prefix: str, length: int = _LENGTH) -> str:
        return f"{prefix}_{self.token(length)}"

    def token(self, length: int, alphabet: str = BASE_62) -> str:
        self.issued += 1
        digest = hashlib.sha256(f"{self.seed}:{self.issued}".encode()).digest()
        number = int.from_bytes(digest)
        digits = []
        for _ in range(length):
            number, digit = divmod(number, len(alphabet))
            digits.append(alphabet[digit])
        return "".join(digits)
