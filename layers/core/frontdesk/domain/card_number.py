"""Finds payment card numbers in free text, however they are spaced or written.

A card number must never be stored, so the search leans towards finding: any run of digits, in any
script, that a brand's prefix and length and the Luhn check allow. Groups may be separated by
anything that is neither a letter nor a digit; a number begins and ends with a group, so ordinary
references and telephone numbers are rarely taken for one.
"""

import re
import unicodedata
from collections.abc import Iterator

_RUN_END = re.compile(r"x| {4,}")
_SHORTEST, _LONGEST = 12, 19

_BRANDS: tuple[tuple[range, int, frozenset[int]], ...] = (
    # first and last prefix, digits of the prefix, lengths of the number
    # (ISO/IEC 7812 and the brands' published ranges)
    (range(1, 2), 1, frozenset((15,))),  # UATP
    (range(2200, 2205), 4, frozenset(range(16, 20))),  # Mir
    (range(2221, 2721), 4, frozenset((16,))),  # Mastercard
    (range(300, 306), 3, frozenset(range(14, 20))),  # Diners Club
    (range(309, 310), 3, frozenset(range(14, 20))),
    (range(34, 35), 2, frozenset((15,))),  # American Express
    (range(37, 38), 2, frozenset((15,))),
    (range(36, 37), 2, frozenset(range(14, 20))),  # Diners Club
    (range(38, 40), 2, frozenset(range(14, 20))),
    (range(3528, 3590), 4, frozenset(range(16, 20))),  # JCB
    (range(2131, 2132), 4, frozenset((15,))),  # JCB, old
    (range(1800, 1801), 4, frozenset((15,))),
    (range(4, 5), 1, frozenset((13, 16, 18, 19))),  # Visa, Electron
    (range(50, 51), 2, frozenset(range(12, 20))),  # Maestro, Verve, RuPay, Elo
    (range(51, 56), 2, frozenset((16,))),  # Mastercard
    (range(56, 59), 2, frozenset(range(12, 20))),  # Maestro
    (range(60, 70), 2, frozenset(range(12, 20))),  # Discover, UnionPay, Maestro, RuPay, Hipercard
    (range(81, 83), 2, frozenset(range(16, 20))),  # UnionPay, RuPay
    (range(8600, 8601), 4, frozenset((16,))),  # Uzcard
    (range(9792, 9793), 4, frozenset((16,))),  # Troy
    (range(9860, 9861), 4, frozenset((16,))),  # Humo
)


def has_card_number(text: str) -> bool:
    if sum(map(str.isdigit, text)) < _SHORTEST:
        return False
    return any(_is_card_number(number) for number in _candidates(text))


def _candidates(text: str) -> Iterator[str]:
    """Every number made of whole neighbouring groups of digits."""
    for run in _runs(text):
        for first in range(len(run)):
            number = ""
            for group in run[first:]:
                number += group
                if len(number) > _LONGEST:
                    break
                if len(number) >= _SHORTEST:
                    yield number


def _runs(text: str) -> Iterator[list[str]]:
    """Groups of digits with only separators between them."""
    for run in _RUN_END.split("".join(map(_plain, text))):
        if groups := run.split():
            yield groups


def _plain(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return ""  # invisible characters and keycaps separate nothing
    return "x" if character.isalnum() else " "


def _is_card_number(number: str) -> bool:
    has_brand = any(
        int(number[:digits]) in prefixes and len(number) in lengths
        for prefixes, digits, lengths in _BRANDS
    )
    return has_brand and _passes_luhn(number)


def _passes_luhn(number: str) -> bool:
    odd = sum(int(digit) for digit in number[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (odd + even) % 10 == 0
