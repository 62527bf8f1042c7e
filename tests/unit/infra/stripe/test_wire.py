from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from infra.local.stripe.errors import StripeError
from infra.local.stripe.wire import parse_form

NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TEXTS = st.text(min_size=1, max_size=20)
LEAVES = TEXTS | st.integers(-(10**9), 10**9) | st.booleans()
ROWS = st.dictionaries(NAMES, LEAVES, min_size=1, max_size=2)
NESTED = (
    st.lists(TEXTS, min_size=1, max_size=3)  # Stripe takes no lists of truth values
    | st.lists(ROWS, min_size=1, max_size=3)
    | st.dictionaries(NAMES, LEAVES | ROWS, min_size=1, max_size=3)
)
TREES = st.dictionaries(NAMES, LEAVES | NESTED, max_size=4)


def as_text(value: object) -> object:
    match value:
        case dict():
            return {name: as_text(child) for name, child in value.items()}
        case list():
            return [as_text(child) for child in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)


@given(TREES)
def test_what_the_sdk_encodes_comes_back_as_text(tree: dict[str, object]) -> None:
    encoded = urlencode(list(_api_encode(tree)))

    assert parse_form(encoded) == as_text(tree)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("a=1&b[c]=2", {"a": "1", "b": {"c": "2"}}),
        ("x[]=1&x[]=2", {"x": ["1", "2"]}),
        ("i[0][p]=a&i[1][p]=b", {"i": [{"p": "a"}, {"p": "b"}]}),
        ("i[10]=k&i[9]=j", {"i": ["j", "k"]}),
        ("m=", {"m": ""}),
        ("n=%3D1%2B1%0A%F0%9F%A6%84", {"n": "=1+1\n🦄"}),
    ],
)
def test_bracketed_forms(form: str, expected: object) -> None:
    assert parse_form(form) == expected


@pytest.mark.parametrize("form", ["a[b=1", "[a]=1", "a=1&a[b]=2"])
def test_malformed_names_are_a_400(form: str) -> None:
    with pytest.raises(StripeError) as refused:
        parse_form(form)

    assert refused.value.status == 400
