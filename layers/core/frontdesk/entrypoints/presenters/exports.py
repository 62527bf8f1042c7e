"""Exports as the merchant sees them."""

from typing import Any

from frontdesk.domain.export import ExportFilter, ExportJob
from frontdesk.domain.times import to_text
from frontdesk.entrypoints.presenters.common import present_moment
from frontdesk.use_cases.exports import Download


def present_export(job: ExportJob, *, download: Download | None = None) -> dict[str, Any]:
    return present_export_summary(job) | {
        "download": download and {"url": download.url, "expires_at": to_text(download.expires_at)}
    }


def present_export_summary(job: ExportJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind.value,
        "format": job.format.value,
        "filter": _present_filter(job.filter),
        "currency": job.currency,
        "status": job.status.value,
        "progress": {
            "segments_total": len(job.segments) or None,
            "segments_done": job.segments_done,
            "rows_done": job.rows_done,
        },
        "row_count": job.row_count,
        "size_bytes": job.size_bytes,
        "sha256": job.sha256,
        "failure_code": job.failure,
        "created_at": to_text(job.created_at),
        "finished_at": present_moment(job.finished_at),
        "version": job.version,
    }


def _present_filter(wanted: ExportFilter) -> dict[str, Any]:
    return {
        "test": wanted.is_test,
        "status": wanted.status.value if wanted.status else None,
        "created_from": present_moment(wanted.created_from),
        "created_to": present_moment(wanted.created_to),
    }
