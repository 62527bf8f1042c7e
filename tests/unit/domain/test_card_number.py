import random

import pytest

from frontdesk.domain.card_number import has_card_number
from tests.thoroughness import tries

# https://docs.stripe.com/testing#cards, and the brands' own test numbers
PUBLISHED = {
    "visa": "4242424242424242",
    "visa, 13 digits": "4222222222222",
    "visa, 19 digits": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, 2 series": "2223003122003222",
    "american express": "378282246310005",
    "discover": "6011111111111117",
    "diners club": "3056930009020004",
    "diners club, 14 digits": "36227206271667",
    "jcb": "3566002020360505",
    "unionpay": "6200000000000005",
    "unionpay, 19 digits": "6205500000000000004",
    "maestro, 12 digits": "675911111118",
    "mir": "2200000000000004",
    "rupay": "8171999927660000",
    "troy": "9792030000000000",
    "uatp": "135412345678911",
}
SCRIPTS = ("0", "٠", "۰", "०", "০", "๐", "０", "𝟎", "𝟘", "⁰")
SEPARATORS = ("", " ", "-", ".", "\u00a0", "\u2009", " - ", "_", "/", "\u200b", "·", "\n", "–")


def luhn_completed(digits: str) -> str:
    def total(number: str) -> int:
        doubled = (sum(divmod(2 * int(d), 10)) for d in number[-2::-2])
        return sum(map(int, number[-1::-2])) + sum(doubled)

    return next(digits + str(d) for d in range(10) if total(digits + str(d)) % 10 == 0)


def written(number: str, chance: random.Random) -> str:
    """The number as somebody might type it: spaced, in any digits, inside a text."""
    zero = chance.choice(SCRIPTS)
    if zero == "⁰":
        digits = ["⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in number]
    else:
        digits = [chr(ord(zero) + int(d)) for d in number]
    separator = chance.choice(SEPARATORS)
    size = chance.choice((1, 3, 4, 5, 19))
    groups = ["".join(digits[n : n + size]) for n in range(0, len(digits), size)]
    before = chance.choice(("", "card: ", "karte", "№ ", "12/27 ", "(", "カード"))
    after = chance.choice(("", ", thanks", "exp 12/27", " 12/27 123", ")", "です"))
    return before + separator.join(groups) + after


@pytest.mark.case("G7")
class TestFindingCardNumbers:
    @pytest.mark.parametrize("brand", PUBLISHED)
    def test_a_number_of_every_brand_is_found(self, brand: str) -> None:
        number = PUBLISHED[brand]

        assert has_card_number(luhn_completed(number[:-1]))

    def test_none_is_missed_however_it_is_written(self) -> None:
        chance = random.Random(7)
        missed = []
        for _ in range(tries(10_000, quick=500)):
            model = chance.choice(tuple(PUBLISHED.values()))
            kept = model[:6]
            rest = "".join(chance.choice("0123456789") for _ in range(len(model) - 7))
            text = written(luhn_completed(kept + rest), chance)
            if not has_card_number(text):
                missed.append(text)

        assert missed == []

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Ann",
            "4242424242424241",
            "4242 4242 4242",
            "+45 20 00 00 24",
            "2026-11-22 09:30:00",
            "order 1234567890123456",
            "12 Main Street, 8000 Aarhus",
            "0000000000000000",
            "x" * 10_000,
        ],
    )
    def test_other_text_is_let_through(self, text: str) -> None:
        assert not has_card_number(text)
