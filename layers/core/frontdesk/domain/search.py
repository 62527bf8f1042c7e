"""Folded words: what a search compares, so that case, accents and punctuation do not matter."""

import unicodedata

_MAX_WORDS = 24
_MAX_WORD_LENGTH = 64
_MAX_SORT_TEXT = 120
_AFTER_ALL_NAMES = "\U0010ffff"
_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fold(text: str) -> str:
    """`Łukasz ÅSA` as `lukasz asa`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.casefold().translate(_LETTERS_WITHOUT_DECOMPOSITION)


def sortable(name: str | None) -> str:
    """What names are sorted by; whoever has none comes last."""
    return fold(name or "")[:_MAX_SORT_TEXT] or _AFTER_ALL_NAMES


def words_of(*texts: str | None) -> tuple[str, ...]:
    """The distinct folded words of the texts, in order; an e-mail address is its parts."""
    spaced = "".join(c if _is_of_a_word(c) else " " for c in fold(" ".join(t for t in texts if t)))
    words = dict.fromkeys(word[:_MAX_WORD_LENGTH] for word in spaced.split())
    return tuple(word for word in words if any(map(str.isalnum, word)))[:_MAX_WORDS]


def _is_of_a_word(character: str) -> bool:
    """Vowel signs (Hindi, Thai, …) stand inside words and are neither letters nor digits."""
    return character.isalnum() or unicodedata.category(character).startswith("M")
