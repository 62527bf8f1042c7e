from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.export import ExportBrokenError
from frontdesk.domain.export_parts import (
    MOST_PARTS,
    MOST_SEGMENTS,
    PART_BYTES,
    SMALLEST_PART_BYTES,
    full_parts,
    head_number,
    part_number,
    tail_number,
)

segment_counts = pytest.mark.parametrize("segment_count", range(1, MOST_SEGMENTS + 1))


def room_of(segment_count: int) -> int:
    position = 0
    while True:
        try:
            part_number(0, position, segment_count=segment_count)
        except ExportBrokenError:
            return position
        position += 1


class TestNumbers:
    @segment_counts
    def test_heads_come_first_then_each_segment_s_parts_then_tails(
        self, segment_count: int
    ) -> None:
        room = room_of(segment_count)
        numbers = [head_number(segment) for segment in range(segment_count)]
        for segment in range(segment_count):
            numbers += [
                part_number(segment, position, segment_count=segment_count)
                for position in (0, 1, room - 1)
            ]
        numbers += [tail_number(0), tail_number(99)]

        assert all(earlier < later for earlier, later in pairwise(numbers))
        assert (numbers[0], numbers[-1]) == (1, MOST_PARTS)

    def test_a_part_is_as_small_as_s3_allows(self) -> None:
        assert PART_BYTES == SMALLEST_PART_BYTES == 5 * 1024 * 1024

    def test_a_segment_of_a_million_long_rows_fits(self) -> None:
        assert room_of(MOST_SEGMENTS) * PART_BYTES > 1_000_000 * 3_000

    def test_the_tails_of_all_segments_fit(self) -> None:
        longest_page_bytes = 2 * 1024 * 1024

        assert MOST_SEGMENTS * (PART_BYTES + longest_page_bytes) < 100 * PART_BYTES

    def test_a_segment_without_room_is_refused(self) -> None:
        with pytest.raises(ExportBrokenError) as caught:
            part_number(0, room_of(16), segment_count=16)

        assert caught.value.code == "export_too_large"


class TestFullParts:
    @given(st.lists(st.integers(0, 30).map(bytes)), st.integers(1, 50))
    def test_all_but_the_last_are_full_and_nothing_is_lost(
        self, pieces: list[bytes], part_bytes: int
    ) -> None:
        parts = [b"".join(part) for part in full_parts(pieces, part_bytes=part_bytes)]

        assert sum(map(len, parts)) == sum(map(len, pieces))
        assert all(len(part) >= part_bytes for part in parts[:-1])
        assert all(parts)
        assert max(map(len, parts), default=0) < part_bytes + 30

    def test_pieces_stay_in_order(self) -> None:
        parts = list(full_parts([b"ab", b"c", b"", b"def", b"g"], part_bytes=3))

        assert parts == [[b"ab", b"c"], [b"def"], [b"g"]]
