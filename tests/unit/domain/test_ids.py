from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.ids import PREFIXES, derived_id, is_id, new_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 250 * 10**15).map(lambda n: EPOCH + timedelta(microseconds=n))
ORIGINS = st.text("ab:é", max_size=4)
RANDOMNESS = st.binary(min_size=10, max_size=10)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CUSTOMER = "cus_7p8ewn6ed5j6n0sf21e7dsd472"
TRANSACTION = "txn_01m6bfp5g0tj4k7gbw8s3hbf80"


@given(prefix=st.sampled_from(sorted(PREFIXES)), at=MOMENTS, randomness=RANDOMNESS)
def test_an_id_is_its_prefix_and_26_characters(
    prefix: str, at: datetime, randomness: bytes
) -> None:
    made = new_id(prefix, at=at, randomness=randomness)

    assert is_id(made, prefix)
    assert len(made) == len(prefix) + 27


@given(one=MOMENTS, other=MOMENTS, first=RANDOMNESS, second=RANDOMNESS)
def test_ids_sort_by_the_millisecond_in_which_they_began(
    one: datetime, other: datetime, first: bytes, second: bytes
) -> None:
    ids = [new_id("txn", at=one, randomness=first), new_id("txn", at=other, randomness=second)]

    if abs(one - other) >= timedelta(milliseconds=1):
        assert (ids[0] < ids[1]) is (one < other)


@given(first=RANDOMNESS, second=RANDOMNESS)
def test_chance_tells_ids_of_one_millisecond_apart(first: bytes, second: bytes) -> None:
    ids = {new_id("txn", at=NOW, randomness=one) for one in (first, second)}

    assert len(ids) == (1 if first == second else 2)


@given(one=ORIGINS, other=ORIGINS, at=st.none() | MOMENTS)
def test_a_derived_id_is_the_same_for_the_same_origin_and_no_other(
    one: str, other: str, at: datetime | None
) -> None:
    made = derived_id("cus", origin=one, at=at)

    assert made == derived_id("cus", origin=one, at=at)
    assert (made == derived_id("cus", origin=other, at=at)) is (one == other)
    assert is_id(made, "cus")


def test_derived_ids_are_what_they_were() -> None:
    """They stand in every table: a change here would make every object a second one."""
    assert derived_id("cus", origin="stripe:customer:cus_1") == CUSTOMER
    assert derived_id("txn", origin="stripe:payment:ch_1", at=NOW) == TRANSACTION


def test_derived_ids_with_a_moment_sort_by_it() -> None:
    days = [derived_id("txn", origin="x", at=NOW + timedelta(days=n)) for n in range(50)]

    assert days == sorted(days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "cus", "cus_", "cus_" + "0" * 25, "cus_" + "0" * 27, "txn_" + "0" * 26),
        *("cus_" + "u" * 26, "cus_" + "O" * 26, "CUS_" + "0" * 26, "cus_" + "0" * 25 + "é"),
    ],
)
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert not is_id(text, "cus")
