"""How many workers write one multipart upload of S3.

S3 refuses parts under 5 MiB except the last, and takes 10,000. Every worker sends a part only
while at least the smallest part stays in its hands, and leaves that rest in an object of its own.
The finishing step sends the file's beginning and all rests as the *first* parts: if any worker has
sent a part its rest is long enough for one, and if none has, the rests are everything there is.
So the rule holds whatever the distribution of the rows over the workers.

    part     1 … 99                    100 …                         …             … 10,000
             beginning, rest, rest, …  segment 0: part, part, …      segment 1 …
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from frontdesk.domain.export import ExportBrokenError, PartReceipt

_MEBIBYTE = 1024 * 1024
MOST_PARTS = 10_000
LEADING_PARTS = 99
MOST_SEGMENTS = 16
"""Their rests together fit into the leading parts with room to spare."""

_MOST_PARTS_OF_A_SEGMENT = 2_400
"""Their receipts stay well under the 400 KB of one table row."""


@dataclass(frozen=True, slots=True)
class PartSizes:
    """`smallest_bytes` is S3's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""

    part_bytes: int = 8 * _MEBIBYTE
    smallest_bytes: int = 5 * _MEBIBYTE


S3_SIZES = PartSizes()


class PartBuffer:
    """Whole rows on their way into parts; holds less than two parts and what was last added."""

    def __init__(self, sizes: PartSizes = S3_SIZES) -> None:
        self._sizes = sizes
        self._chunks: deque[bytes] = deque()
        self._size_bytes = 0

    def add(self, rows: bytes) -> None:
        if rows:
            self._chunks.append(rows)
            self._size_bytes += len(rows)

    def take_part(self) -> bytes | None:
        """A part that leaves enough behind, cut between rows; None when there is not enough."""
        if self._size_bytes < self._sizes.part_bytes + self._sizes.smallest_bytes:
            return None
        count, size_bytes = self._first_part()
        if self._size_bytes - size_bytes < self._sizes.smallest_bytes:
            return None
        self._size_bytes -= size_bytes
        return b"".join([self._chunks.popleft() for _ in range(count)])

    def _first_part(self) -> tuple[int, int]:
        """How many chunks make a part, and its size; all of them when they are too few."""
        count = size_bytes = 0
        for chunk in self._chunks:
            if size_bytes >= self._sizes.part_bytes:
                break
            count += 1
            size_bytes += len(chunk)
        return count, size_bytes

    def put_down(self) -> tuple[bytes, int]:
        """What is left, and the place in it where a part may end: the state of a buffer."""
        return b"".join(self._chunks), self._first_part()[1]

    def take_up(self, content: bytes, cut: int) -> None:
        """Goes on where another buffer was put down."""
        self.add(content[:cut])
        self.add(content[cut:])


def part_number(segment: int, position: int, *, segment_count: int) -> int:
    """The number of the segment's `position`-th part, both from 0."""
    room = min((MOST_PARTS - LEADING_PARTS) // segment_count, _MOST_PARTS_OF_A_SEGMENT)
    if position >= room:
        raise ExportBrokenError(
            f"A segment does not fit into {room} parts.", code="export_too_large"
        )
    return LEADING_PARTS + 1 + segment * room + position


def leading_parts(pieces: Iterable[bytes], *, sizes: PartSizes = S3_SIZES) -> Iterator[bytes]:
    """The pieces as parts of at least the smallest size, or as the one part there is.

    An upload needs a part, so of nothing comes one empty part.
    """
    buffer = PartBuffer(sizes)
    for piece in pieces:
        buffer.add(piece)
        while part := buffer.take_part():
            yield part
    yield buffer.put_down()[0]


def numbered_parts(
    leading: Iterable[PartReceipt], segments: Iterable[tuple[PartReceipt, ...]]
) -> list[tuple[int, PartReceipt]]:
    """What completes the upload: every part with its number, in the order of the file."""
    parts = list(enumerate(leading, start=1))
    of_segments = list(segments)
    for segment, receipts in enumerate(of_segments):
        for position, receipt in enumerate(receipts):
            number = part_number(segment, position, segment_count=len(of_segments))
            parts.append((number, receipt))
    return parts
