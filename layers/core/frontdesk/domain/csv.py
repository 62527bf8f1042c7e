"""Cells and records of CSV files that a spreadsheet may open: nothing runs, nothing is lost.

A text cell that a spreadsheet could take for a formula gets one apostrophe in front. The same is
done to a cell that only *looks* as if that had been done to it, so `unguard` is its exact inverse
and every character is kept: controls, bidi marks and line ends too. Nothing is cut at the 32,767
characters that Excel shows of a cell: a file that silently lost text would be worse than a
spreadsheet that shows less of it.

Text is always quoted, so that no other separator a spreadsheet may be set to splits a cell; numbers
that we made never are, so they stay numbers.
"""

import re
from collections.abc import Sequence

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel reads the file in the machine's old code page."""

LINE_END = "\r\n"

_TRIGGERS = (
    "=+-@\t\r\n"
    # The same in full width, small, raised, lowered and doubled, which NFKC folds into them, and
    # the minus sign.
    "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u208c\u207a\u208a\u207b\u208b"
    "\u2212\u2a75\u2a76\ufb29"
)
_BLANK_RANGES = (
    # Controls, spaces and characters without a shape, which a reader may skip or strip.
    ("\x00", "\x20"),
    ("\x7f", "\xa0"),
    ("\xad", "\xad"),
    ("\u034f", "\u034f"),
    ("\u0600", "\u0605"),
    ("\u061c", "\u061c"),
    ("\u06dd", "\u06dd"),
    ("\u070f", "\u070f"),
    ("\u0890", "\u0891"),
    ("\u08e2", "\u08e2"),
    ("\u115f", "\u1160"),
    ("\u1680", "\u1680"),
    ("\u17b4", "\u17b5"),
    ("\u180b", "\u180f"),
    ("\u2000", "\u200f"),
    ("\u2028", "\u202f"),
    ("\u205f", "\u206f"),
    ("\u3000", "\u3000"),
    ("\u3164", "\u3164"),
    ("\ufe00", "\ufe0f"),
    ("\ufeff", "\ufeff"),
    ("\uffa0", "\uffa0"),
    ("\ufff0", "\ufffb"),
    ("\U000110bd", "\U000110bd"),
    ("\U000110cd", "\U000110cd"),
    ("\U00013430", "\U0001343f"),
    ("\U0001bca0", "\U0001bca3"),
    ("\U0001d173", "\U0001d17a"),
    ("\U000e0001", "\U000e007f"),
    ("\U000e0100", "\U000e01ef"),
)
_BLANK_CLASS = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in _BLANK_RANGES)
_LOOKS_LIKE_FORMULA = re.compile(f"['{_BLANK_CLASS}]*[{re.escape(_TRIGGERS)}]")
_APOSTROPHE = "'"
_FIRST_CHARACTERS = frozenset(_APOSTROPHE + _TRIGGERS).union(
    *(map(chr, range(ord(low), ord(high) + 1)) for low, high in _BLANK_RANGES)
)


def guard(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    return _APOSTROPHE + text if _LOOKS_LIKE_FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """What `guard` was given."""
    if cell.startswith(_APOSTROPHE) and _LOOKS_LIKE_FORMULA.match(cell, 1):
        return cell[1:]
    return cell


def record(texts: Sequence[str], *, number: str) -> str:
    """One line: the texts, guarded and quoted, then a number of ours as it is.

    Written for millions of rows: the first character tells that most texts need no guard, one
    count of the quotes that most records need no doubling.
    """
    guarded = [guard(text) if text[:1] in _FIRST_CHARACTERS else text for text in texts]
    joined = '","'.join(guarded)
    if joined.count('"') != 2 * (len(guarded) - 1):
        joined = '","'.join([text.replace('"', '""') for text in guarded])
    return f'"{joined}",{number}{LINE_END}'


class RecordCounter:
    """Counts the records of a file that is read in pieces: line ends outside quotes."""

    def __init__(self) -> None:
        self.count = 0
        self._is_inside_quotes = False

    def feed(self, piece: bytes) -> None:
        between_quotes = piece.split(b'"')
        outside = between_quotes[self._is_inside_quotes :: 2]
        self.count += b"".join(outside).count(b"\n")
        self._is_inside_quotes ^= len(between_quotes) % 2 == 0
