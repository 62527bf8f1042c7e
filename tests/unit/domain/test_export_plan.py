from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.export import EVERYTHING, ExportFilter, Segment
from frontdesk.domain.export_parts import MOST_SEGMENTS
from frontdesk.domain.export_plan import plan_segments
from frontdesk.domain.times import to_sortable

SHARDS = ("S#0", "S#1", "S#2", "S#3")
SPAN = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))

moments = st.timedeltas(timedelta(0), timedelta(days=100 * 365)).map(
    lambda age: datetime(1980, 1, 1, tzinfo=UTC) + age
)
filters = st.builds(
    ExportFilter,
    created_from=st.one_of(st.none(), moments),
    created_to=st.one_of(st.none(), moments),
)


def plan(
    row_estimate: int, *, wanted: ExportFilter = EVERYTHING, span: object = SPAN
) -> tuple[Segment, ...]:
    return plan_segments(SHARDS, row_estimate=row_estimate, span=span, wanted=wanted)  # type: ignore[arg-type]  # None too


def holders(segments: tuple[Segment, ...], shard: str, moment: datetime) -> int:
    """How many slices hold a row of that shard and moment."""
    key = f"{to_sortable(moment)}#cus_1"
    return sum(
        one.partition == shard and one.lower <= key <= one.upper
        for segment in segments
        for one in segment
    )


@pytest.mark.parametrize(
    ("row_estimate", "segment_count"),
    [(0, 1), (100_000, 1), (100_001, 4), (1_000_000, 4), (1_000_001, 8), (10_000_000, 16)],
)
def test_the_number_of_segments_follows_the_table(row_estimate: int, segment_count: int) -> None:
    assert len(plan(row_estimate)) == segment_count


@given(st.integers(0, 10**12), filters, moments, st.sampled_from(SHARDS))
def test_every_wanted_row_is_in_one_slice_and_no_other_in_any(
    row_estimate: int, wanted: ExportFilter, moment: datetime, shard: str
) -> None:
    segments = plan(row_estimate, wanted=wanted)
    stored = to_sortable(moment)
    is_wanted = (wanted.created_from is None or to_sortable(wanted.created_from) <= stored) and (
        wanted.created_to is None or stored < to_sortable(wanted.created_to)
    )

    assert holders(segments, shard, moment) == is_wanted
    assert 1 <= len(segments) <= MOST_SEGMENTS


@given(st.integers(0, 10**9), filters)
def test_no_slice_ends_before_it_begins(row_estimate: int, wanted: ExportFilter) -> None:
    slices = [one for segment in plan(row_estimate, wanted=wanted) for one in segment]

    assert all(one.lower < one.upper for one in slices)


def test_rows_as_they_come_are_spread_evenly() -> None:
    segments = plan(10_000_000)
    days = [SPAN[0] + timedelta(days=n) for n in range((SPAN[1] - SPAN[0]).days)]
    shares = [sum(holders((segment,), "S#0", day) for day in days) for segment in segments[:4]]

    assert max(shares) - min(shares) <= 1


def test_a_table_that_cannot_say_when_it_began_is_one_segment() -> None:
    assert len(plan(10_000_000, span=None)) == 1
