"""The last step of a run: one file of all segments, checked."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from frontdesk.domain.export import (
    ExportBrokenError,
    ExportJob,
    ExportStatus,
    PartReceipt,
    SegmentProgress,
)
from frontdesk.domain.export_parts import leading_parts, numbered_parts
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
        leading: list[PartReceipt] = []
        pieces = _beginning_and_rests(job, segments, world)
        for part in leading_parts(pieces, sizes=world.part_sizes):
            number = len(leading) + 1
            receipt = world.files.put_part(
                job.file_key, upload_id=upload_id, number=number, content=part
            )
            leading.append(receipt)
        parts = numbered_parts(leading, [segment.parts for segment in segments])
        world.files.complete(job.file_key, upload_id=upload_id, parts=parts)


def _beginning_and_rests(
    job: ExportJob, segments: list[SegmentProgress], world: World
) -> Iterator[bytes]:
    yield beginning(job.format)
    for segment in segments:
        if segment.rest:
            yield from world.files.read_rest(segment.rest.key, etag=segment.rest.etag)


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
