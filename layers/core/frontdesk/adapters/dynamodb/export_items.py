"""Export jobs and segments as items, and back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb.operations import Item, Value
from frontdesk.domain.customer import CustomerStatus
from frontdesk.domain.export import (
    ExportFilter,
    ExportFormat,
    ExportJob,
    ExportKind,
    ExportStatus,
    PartReceipt,
    Rest,
    Segment,
    SegmentProgress,
    Slice,
)
from frontdesk.domain.times import from_text, to_sortable

JOB_KIND = "EXPORT"


def job_item(job: ExportJob) -> Item:
    """A job that has just been ordered."""
    created = to_sortable(job.created_at)
    return {
        "entity": "export_job",
        "version": job.version,
        "created_at": created,
        "updated_at": created,
        "job_kind": JOB_KIND,
        "created_at_key": job.position,
        "export_id": job.id,
        "kind": job.kind.value,
        "format": job.format.value,
        "filter": _filter_value(job.filter),
        "currency": job.currency,
        "requested_by": job.requested_by,
        "execution": job.execution,
        "status": job.status.value,
        "rows_done": 0,
        "segments_done": 0,
    }


def job_of(item: Item) -> ExportJob:
    fields = cast("dict[str, Any]", item)
    finished = fields.get("finished_at")
    return ExportJob(
        id=fields["export_id"],
        kind=ExportKind(fields["kind"]),
        format=ExportFormat(fields["format"]),
        filter=_filter_of(fields["filter"]),
        currency=fields["currency"],
        requested_by=fields["requested_by"],
        execution=fields["execution"],
        created_at=from_text(fields["created_at"]),
        status=ExportStatus(fields["status"]),
        version=fields["version"],
        upload_id=fields.get("upload_id"),
        segments=tuple(_segment_of(slices) for slices in fields.get("segments", ())),
        segments_done=fields["segments_done"],
        rows_done=fields["rows_done"],
        row_count=fields.get("row_count"),
        size_bytes=fields.get("size_bytes"),
        sha256=fields.get("sha256"),
        failure=fields.get("failure"),
        finished_at=from_text(finished) if finished else None,
    )


def _filter_value(wanted: ExportFilter) -> dict[str, Value]:
    return {
        "is_test": wanted.is_test,
        "status": wanted.status.value if wanted.status else None,
        "created_from": to_sortable(wanted.created_from) if wanted.created_from else None,
        "created_to": to_sortable(wanted.created_to) if wanted.created_to else None,
    }


def _filter_of(fields: dict[str, Any]) -> ExportFilter:
    status, after, before = fields["status"], fields["created_from"], fields["created_to"]
    return ExportFilter(
        is_test=fields["is_test"],
        status=CustomerStatus(status) if status else None,
        created_from=from_text(after) if after else None,
        created_to=from_text(before) if before else None,
    )


def segment_values(segments: Iterable[Segment]) -> list[Value]:
    return [[[one.partition, one.lower, one.upper] for one in slices] for slices in segments]


def _segment_of(slices: Iterable[tuple[str, str, str]]) -> Segment:
    return tuple(Slice(*bounds) for bounds in slices)


def progress_item(job: ExportJob, progress: SegmentProgress, *, at: datetime) -> Item:
    """Receipts are kept as one text each: the largest segment has 2,400 of them."""
    return {
        "entity": "export_segment",
        "version": progress.turn,
        "created_at": to_sortable(job.created_at),
        "updated_at": to_sortable(at),
        "export_id": job.id,
        "number": progress.number,
        "turn": progress.turn,
        "is_done": progress.is_done,
        "slice_index": progress.slice_index,
        "start": progress.start,
        "row_count": progress.row_count,
        "size_bytes": progress.size_bytes,
        "head": _rest_value(progress.head),
        "parts": [f"{part.checksum} {part.etag}" for part in progress.parts],
        "tail": _rest_value(progress.tail),
    }


def progress_of(item: Item) -> SegmentProgress:
    fields = cast("dict[str, Any]", item)
    return SegmentProgress(
        number=fields["number"],
        turn=fields["turn"],
        is_done=fields["is_done"],
        slice_index=fields["slice_index"],
        start=fields["start"],
        row_count=fields["row_count"],
        size_bytes=fields["size_bytes"],
        head=_rest_of(fields["head"]),
        parts=tuple(_receipt_of(text) for text in fields["parts"]),
        tail=_rest_of(fields["tail"]),
    )


def _rest_value(rest: Rest | None) -> Value:
    return [rest.key, rest.etag] if rest else None


def _rest_of(value: list[str] | None) -> Rest | None:
    return Rest(*value) if value else None


def _receipt_of(text: str) -> PartReceipt:
    checksum, _, etag = text.partition(" ")
    return PartReceipt(etag=etag, checksum=checksum)
