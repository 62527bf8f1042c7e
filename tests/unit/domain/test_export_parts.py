from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.domain.export import ExportBrokenError, PartReceipt
from frontdesk.domain.export_parts import (
    LEADING_PARTS,
    MOST_PARTS,
    MOST_SEGMENTS,
    S3_SIZES,
    PartBuffer,
    PartSizes,
    leading_parts,
    numbered_parts,
    part_number,
)

MEBIBYTE = 1024 * 1024
SMALL = PartSizes(part_bytes=80, smallest_bytes=50)

chunks = st.lists(st.integers(0, 30), max_size=60)
"""What one segment's pages come to, in bytes."""
segments = st.lists(chunks, min_size=1, max_size=MOST_SEGMENTS)


def rows_of(segment: int, page: int, size: int) -> bytes:
    """One row a page: its name, filled up; no two pages are alike."""
    return f"<{segment}.{page}>".encode().ljust(size, b".") if size else b""


def written(segment: int, sizes: list[int], *, turn_ends: set[int]) -> tuple[list[bytes], bytes]:
    """What a worker sends, and what it leaves, when it is put down after some of its pages."""
    buffer, parts = PartBuffer(SMALL), []
    for page, size in enumerate(sizes):
        buffer.add(rows_of(segment, page, size))
        while part := buffer.take_part():
            parts.append(part)
        if page in turn_ends:
            content, cut = buffer.put_down()
            buffer = PartBuffer(SMALL)
            buffer.take_up(content, cut)
    return parts, buffer.put_down()[0]


class TestParts:
    @given(segments, st.sets(st.integers(0, 59)))
    def test_every_row_is_in_the_file_once_and_no_part_is_too_small(
        self, sizes: list[list[int]], turn_ends: set[int]
    ) -> None:
        workers = [written(n, pages, turn_ends=turn_ends) for n, pages in enumerate(sizes)]
        beginning = b"<header>"
        rests = [rest for _, rest in workers]

        leading = list(leading_parts([beginning, *rests], sizes=SMALL))
        numbered = numbered_parts(
            [receipt(part) for part in leading],
            [tuple(receipt(part) for part in parts) for parts, _ in workers],
        )
        contents = leading + [part for parts, _ in workers for part in parts]

        numbers = [number for number, _ in numbered]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] <= MOST_PARTS
        assert len(numbered) == len(contents)
        assert all(len(part) >= SMALL.smallest_bytes for part in contents[:-1])
        sent = [part for parts, _ in workers for part in parts]
        assert b"".join(contents) == b"".join([beginning, *rests, *sent])

    @given(chunks, st.sets(st.integers(0, 59)))
    def test_a_segment_is_its_parts_and_then_its_rest(
        self, sizes: list[int], turn_ends: set[int]
    ) -> None:
        parts, rest = written(0, sizes, turn_ends=turn_ends)

        assert b"".join([*parts, rest]) == b"".join(next(rows_in_order([sizes])))

    @given(chunks, st.sets(st.integers(0, 59)))
    def test_parts_are_cut_between_rows(self, sizes: list[int], turn_ends: set[int]) -> None:
        parts, rest = written(0, [size and size + 10 for size in sizes], turn_ends=turn_ends)

        assert all(piece.startswith(b"<0.") for piece in [*parts, rest] if piece)

    @given(chunks, st.sets(st.integers(0, 59)))
    def test_a_worker_that_has_sent_a_part_keeps_enough_for_one_and_no_more_than_two(
        self, sizes: list[int], turn_ends: set[int]
    ) -> None:
        parts, rest = written(0, sizes, turn_ends=turn_ends)

        assert not parts or len(rest) >= SMALL.smallest_bytes
        assert len(rest) < SMALL.part_bytes + SMALL.smallest_bytes + 2 * 30

    def test_of_nothing_comes_one_empty_part(self) -> None:
        assert list(leading_parts([b""])) == [b""]

    def test_the_sizes_are_those_of_s3(self) -> None:
        assert S3_SIZES.smallest_bytes == 5 * MEBIBYTE
        assert S3_SIZES.part_bytes > S3_SIZES.smallest_bytes


def receipt(part: bytes) -> PartReceipt:
    return PartReceipt(etag=part.hex(), checksum="")


def rows_in_order(sizes: list[list[int]]) -> Iterator[list[bytes]]:
    for segment, pages in enumerate(sizes):
        yield [rows_of(segment, page, size) for page, size in enumerate(pages)]


class TestPartNumbers:
    @pytest.mark.parametrize("segment_count", range(1, MOST_SEGMENTS + 1))
    def test_no_two_segments_share_a_number(self, segment_count: int) -> None:
        first = [part_number(n, 0, segment_count=segment_count) for n in range(segment_count)]
        room = room_of(segment_count)

        assert first[0] == LEADING_PARTS + 1
        assert all(later - earlier >= room for earlier, later in pairwise(first))
        assert first[-1] + room - 1 <= MOST_PARTS

    def test_a_quarter_of_ten_million_customers_fits_into_one_of_sixteen(self) -> None:
        assert room_of(16) * S3_SIZES.part_bytes > 2_500_000 * 1_000

    def test_the_rests_of_all_segments_fit_into_the_leading_parts(self) -> None:
        page_bytes = 2 * MEBIBYTE
        most_of_a_rest = S3_SIZES.part_bytes + S3_SIZES.smallest_bytes + 2 * page_bytes

        assert MOST_SEGMENTS * most_of_a_rest < LEADING_PARTS * S3_SIZES.part_bytes

    def test_a_segment_without_room_is_refused(self) -> None:
        with pytest.raises(ExportBrokenError) as caught:
            part_number(0, room_of(16), segment_count=16)

        assert caught.value.code == "export_too_large"


def room_of(segment_count: int) -> int:
    position = 0
    while True:
        try:
            part_number(0, position, segment_count=segment_count)
        except ExportBrokenError:
            return position
        position += 1
