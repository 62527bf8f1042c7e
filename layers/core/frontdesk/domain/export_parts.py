"""How many workers write one multipart upload of S3.

S3 refuses parts under 5 MiB except the last, takes 10,000, and the file has to begin with what no
worker can know to be its own to write. So a worker keeps back its first full part (its head) and
what is left at the end (its tail), in objects of their own, and sends every full part between them.
The finishing step puts the beginning before the first head, or before the tails if nobody has a
full part; heads come first, tails last. Every part but the last is full, whatever the distribution
of the rows over the workers, and nobody ever holds more than one part and one page.

    number   1 … 16        17 …                                             9,901 … 10,000
             head, head …  segment 0: part, part … segment 1: part, part …  tails, in full parts
"""

from collections.abc import Iterable, Iterator

from frontdesk.domain.export import ExportBrokenError

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
SMALLEST_PART_BYTES = 5 * 1024 * 1024
MOST_PARTS = 10_000

PART_BYTES = SMALLEST_PART_BYTES
"""A part is full with that much or a page more. The smallest: a worker's memory is its size."""

MOST_SEGMENTS = 16
_TAIL_PARTS = 100
_FIRST_TAIL = MOST_PARTS - _TAIL_PARTS + 1

_MOST_PARTS_OF_A_SEGMENT = 2_400
"""Their receipts stay well under the 400 KB of one table row."""


def head_number(segment: int) -> int:
    """The number of the part that begins with the segment's head."""
    return 1 + segment


def part_number(segment: int, position: int, *, segment_count: int) -> int:
    """The number of the `position`-th part that the segment's worker sends, both from 0."""
    room = min((_FIRST_TAIL - 1 - MOST_SEGMENTS) // segment_count, _MOST_PARTS_OF_A_SEGMENT)
    if position >= room:
        raise ExportBrokenError(
            f"A segment does not fit into {room} parts.", code="export_too_large"
        )
    return 1 + MOST_SEGMENTS + segment * room + position


def tail_number(position: int) -> int:
    """The number of the `position`-th part that holds tails."""
    return _FIRST_TAIL + position


class PartBuffer:
    """Pieces of one part, never joined: that would hold them twice."""

    def __init__(self, *, part_bytes: int) -> None:
        self._part_bytes = part_bytes
        self._size_bytes = 0
        self.pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        if piece:
            self.pieces.append(piece)
            self._size_bytes += len(piece)

    @property
    def is_full(self) -> bool:
        return self._size_bytes >= self._part_bytes

    def clear(self) -> None:
        self.pieces = []
        self._size_bytes = 0


def full_parts(pieces: Iterable[bytes], *, part_bytes: int) -> Iterator[list[bytes]]:
    """The pieces as full parts and a last one that need not be full. Of nothing comes nothing."""
    part = PartBuffer(part_bytes=part_bytes)
    for piece in pieces:
        part.add(piece)
        if part.is_full:
            yield part.pieces
            part.clear()
    if part.pieces:
        yield part.pieces
