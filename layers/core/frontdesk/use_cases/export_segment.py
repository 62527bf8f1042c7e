"""The work of a run: one turn of one segment, in constant memory."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from frontdesk.domain.export import ExportJob, Rest, SegmentProgress, Slice
from frontdesk.domain.export_parts import PartBuffer, part_number
from frontdesk.domain.export_rows import customer_lines
from frontdesk.ports.exports import JobMovedOnError
from frontdesk.use_cases.export_job import World, ensure_running


def export_segment(
    job_id: str, segment: int, *, is_time_up: Callable[[], bool], world: World
) -> SegmentProgress:
    """One turn of a segment: reads and writes until it is done or the time is up."""
    job = world.job(job_id)
    before = world.jobs.progress(job_id, segment)
    if before.is_done:
        return before
    ensure_running(job)
    after = _Turn(job, before, world).run(is_time_up)
    with suppress(JobMovedOnError):
        world.jobs.keep_progress(job, before, after, at=world.clock.now())
        return after
    # Another attempt of this turn was faster; what is on record is what counts.
    return world.jobs.progress(job_id, segment)


class _Turn:
    def __init__(self, job: ExportJob, before: SegmentProgress, world: World) -> None:
        self._job = job
        self._before = before
        self._world = world
        self._row_count = before.row_count
        self._size_bytes = before.size_bytes
        self._head = before.head
        self._parts = list(before.parts)
        self._held = PartBuffer(part_bytes=world.part_bytes)

    def run(self, is_time_up: Callable[[], bool]) -> SegmentProgress:
        if tail := self._before.tail:
            for piece in self._world.files.read_rest(tail):
                self._held.add(piece)
        slices = self._job.segments[self._before.number]
        index, start = self._before.slice_index, self._before.start
        while index < len(slices):
            start = self._read_slice(slices[index], start, is_time_up)
            if start is not None:
                break
            index += 1
            if is_time_up():
                break
        return self._ended(index, start, is_done=index == len(slices))

    def _read_slice(
        self, one: Slice, start: str | None, is_time_up: Callable[[], bool]
    ) -> str | None:
        """Where to go on, when the time was up before the slice's end."""
        job = self._job
        pages = self._world.source.pages(one, wanted=job.filter, currency=job.currency, start=start)
        for page in pages:
            self._hold(customer_lines(page.rows, format=job.format, currency=job.currency))
            self._row_count += len(page.rows)
            if page.next_start is not None and is_time_up():
                return page.next_start
        return None

    def _hold(self, lines: bytes) -> None:
        self._size_bytes += len(lines)
        self._held.add(lines)
        if not self._held.is_full:
            return
        if self._head is None:
            self._head = self._put(self._job.head_key(self._before.number))
        else:
            self._send()
        self._held.clear()

    def _put(self, key: str) -> Rest:
        return Rest(key, etag=self._world.files.put_rest(key, self._held.pieces))

    def _send(self) -> None:
        job = self._job
        number = part_number(self._before.number, len(self._parts), segment_count=len(job.segments))
        receipt = self._world.files.put_part(
            job.file_key, upload_id=ensure_running(job), number=number, content=self._held.pieces
        )
        self._parts.append(receipt)

    def _ended(self, index: int, start: str | None, *, is_done: bool) -> SegmentProgress:
        turn = self._before.turn + 1
        tail_key = self._job.tail_key(self._before.number, turn)
        return replace(
            self._before,
            turn=turn,
            is_done=is_done,
            slice_index=index,
            start=start,
            row_count=self._row_count,
            size_bytes=self._size_bytes,
            head=self._head,
            parts=tuple(self._parts),
            tail=self._put(tail_key) if self._held.pieces else None,
        )
