"""The last step of a run: one file of all segments, checked."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

from frontdesk.domain.export import (
    ExportBrokenError,
    ExportJob,
    ExportStatus,
    PartReceipt,
    Rest,
    SegmentProgress,
)
from frontdesk.domain.export_parts import full_parts, head_number, part_number, tail_number
from frontdesk.domain.export_rows import RowCounter, beginning
from frontdesk.ports.exports import JobMovedOnError, UploadGoneError
from frontdesk.use_cases.export_job import World, ensure_running, tidy


def finish_export(job_id: str, *, world: World) -> ExportJob:
    """Makes the file of the segments, checks it byte by byte, and tells the job."""
    job = world.job(job_id)
    if job.status is not ExportStatus.SUCCEEDED:
        ensure_running(job)
        segments = [world.jobs.progress(job_id, number) for number in range(len(job.segments))]
        if not all(segment.is_done for segment in segments):
            raise ExportBrokenError("A segment is not done.", code="segment_missing")
        _complete(job, segments, world)
        _check_and_succeed(job, segments, world)
    tidy(world.job(job_id), world=world)
    return world.job(job_id)


def _complete(job: ExportJob, segments: list[SegmentProgress], world: World) -> None:
    """An upload that is gone has been completed by an attempt before; the check will tell."""
    upload_id = ensure_running(job)
    with suppress(UploadGoneError):
        parts = _sent_parts(job, segments)
        for number, content in _kept_parts(job, segments, world):
            parts[number] = world.files.put_part(
                job.file_key, upload_id=upload_id, number=number, content=content
            )
        world.files.complete(job.file_key, upload_id=upload_id, parts=sorted(parts.items()))


def _sent_parts(job: ExportJob, segments: list[SegmentProgress]) -> dict[int, PartReceipt]:
    return {
        part_number(segment.number, position, segment_count=len(job.segments)): receipt
        for segment in segments
        for position, receipt in enumerate(segment.parts)
    }


def _kept_parts(
    job: ExportJob, segments: list[SegmentProgress], world: World
) -> Iterator[tuple[int, list[bytes]]]:
    """The file's beginning, the heads and the tails as parts, one at a time."""
    start = beginning(job.format)
    heads = [segment for segment in segments if segment.head]
    for segment in heads:
        yield (
            head_number(segment.number),
            [start, *world.files.read_rest(cast("Rest", segment.head))],
        )
        start = b""
    last_parts = full_parts(_tails(start, segments, world), part_bytes=world.part_bytes)
    count = 0
    for count, part in enumerate(last_parts, start=1):
        yield tail_number(count - 1), part
    if not heads and not count:
        # An upload needs a part, an empty one for an empty file.
        yield tail_number(0), []


def _tails(start: bytes, segments: list[SegmentProgress], world: World) -> Iterator[bytes]:
    yield start
    for segment in segments:
        if segment.tail:
            yield from world.files.read_rest(segment.tail)


def _check_and_succeed(job: ExportJob, segments: list[SegmentProgress], world: World) -> None:
    digest, rows, size_bytes = hashlib.sha256(), RowCounter(job.format), 0
    for piece in world.files.read(job.file_key):
        digest.update(piece)
        rows.feed(piece)
        size_bytes += len(piece)
    expected_bytes = len(beginning(job.format)) + sum(one.size_bytes for one in segments)
    if (rows.count, size_bytes) != (sum(one.row_count for one in segments), expected_bytes):
        raise ExportBrokenError("The file is not the sum of its segments.", code="file_differs")
    with suppress(JobMovedOnError):
        world.jobs.succeed(
            job,
            row_count=rows.count,
            size_bytes=size_bytes,
            sha256=digest.hexdigest(),
            at=world.clock.now(),
        )
