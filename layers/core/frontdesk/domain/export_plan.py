"""How a table is cut into segments that workers read side by side."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from frontdesk.domain.export import ExportFilter, Segment, Slice
from frontdesk.domain.export_parts import MOST_SEGMENTS
from frontdesk.domain.times import to_sortable

_ONE_WORKER_ROWS = 100_000
_SEGMENT_ROWS = 250_000
_BEFORE_ALL, _AFTER_ALL = "0", "~"


def plan_segments(
    partitions: Sequence[str],
    *,
    row_estimate: int,
    span: tuple[datetime, datetime] | None,
    wanted: ExportFilter,
) -> tuple[Segment, ...]:
    """A small table is one segment; a large one several equal spans of time of each partition.

    `row_estimate` and `span`, the first and the last row's moment, may be hours old: they decide
    how evenly the work is spread and never what is in the file. The first slice of a partition
    begins before everything and its last ends after everything.
    """
    lower = to_sortable(wanted.created_from) if wanted.created_from else _BEFORE_ALL
    upper = to_sortable(wanted.created_to) if wanted.created_to else _AFTER_ALL
    if lower >= upper:
        return ((),)
    if row_estimate <= _ONE_WORKER_ROWS or span is None:
        return (tuple(Slice(partition, lower, upper) for partition in partitions),)
    cuts = [cut for cut in _cuts(row_estimate, partitions, span) if lower < cut < upper]
    bounds = list(zip([lower, *cuts], [*cuts, upper], strict=True))
    return tuple((Slice(partition, *bound),) for partition in partitions for bound in bounds)


def _cuts(
    row_estimate: int, partitions: Sequence[str], span: tuple[datetime, datetime]
) -> Iterator[str]:
    most = MOST_SEGMENTS // len(partitions)
    wanted = -(-row_estimate // (_SEGMENT_ROWS * len(partitions)))
    count = max(1, min(wanted, most))
    first, last = span
    for number in range(1, count):
        yield to_sortable(first + (last - first) * number / count)
