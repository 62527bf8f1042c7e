import pytest

from frontdesk.domain.search import fold, words_of


@pytest.mark.feature("L3-33")
class TestFoldedWords:
    @pytest.mark.parametrize(
        ("written", "searched"),
        [
            ("André", "ANDRE"),
            ("Andre\u0301", "andré"),
            ("Straße", "STRASSE"),
            ("Søren Ørsted", "soren orsted"),
            ("İstanbul Işık", "istanbul isik"),
            ("Łukasz", "lukasz"),
            ("Đặng Ngọc", "dang ngoc"),
            ("Σωκράτης", "σωκρατησ"),
            ("ΣΩΚΡΆΤΗΣ", "Σωκράτης"),
            ("Олег Чёрный", "ОЛЕГ ЧЕРНЫЙ"),
            ("ＦＵＬＬ　ＷＩＤＴＨ", "full width"),
            ("O'Brien-Smith", "o brien smith"),
        ],
    )
    def test_case_and_accents_do_not_matter(self, written: str, searched: str) -> None:
        assert words_of(written) == words_of(searched)

    def test_case_does_not_matter_for_any_character(self) -> None:
        different = [
            chr(point)
            for point in range(0x30000)
            if not 0xD800 <= point < 0xE000
            and {fold(chr(point).upper()), fold(chr(point).lower())} != {fold(chr(point))}
        ]

        assert different == []

    def test_an_address_is_its_parts(self) -> None:
        assert words_of("anne.lise+news@mail.shop-one.example") == (
            "anne",
            "lise",
            "news",
            "mail",
            "shop",
            "one",
            "example",
        )

    @pytest.mark.parametrize("name", ["हिन्दी", "สมชาย", "தமிழ்", "বাংলা"])
    def test_vowel_signs_do_not_split_a_word(self, name: str) -> None:
        assert len(words_of(name)) == 1

    @pytest.mark.parametrize("text", ["", "  ", "-- @ !", "❤️", None])
    def test_a_text_without_letters_and_digits_has_no_words(self, text: str | None) -> None:
        assert words_of(text) == ()
