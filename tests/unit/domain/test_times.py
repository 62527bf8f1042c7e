"""Moments as text."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.times import from_text, to_sortable, to_text

moments = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
)


def test_a_moment_is_told_in_utc() -> None:
    moment = datetime(2026, 3, 1, 10, 30, 5, 123_999, tzinfo=timezone(timedelta(hours=1)))

    assert to_text(moment) == "2026-03-01T09:30:05Z"
    assert to_sortable(moment) == "2026-03-01T09:30:05.123Z"


@given(moments)
def test_any_moment_is_read_back_to_its_precision(moment: datetime) -> None:
    assert timedelta(0) <= moment - from_text(to_text(moment)) < timedelta(seconds=1)
    assert timedelta(0) <= moment - from_text(to_sortable(moment)) < timedelta(milliseconds=1)


@given(moments, moments)
def test_the_order_of_texts_is_the_order_of_moments(one: datetime, other: datetime) -> None:
    if to_sortable(one) < to_sortable(other):
        assert one < other
    assert len(to_sortable(one)) == len("2026-03-01T09:30:05.123Z")
