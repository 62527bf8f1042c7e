"""What is asked of exports over HTTP: order one, list them, look at one, fetch its file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.domain.errors import InvalidInputError, NotFoundError
from frontdesk.domain.export import (
    AVAILABLE_KINDS,
    ExportFilter,
    ExportFormat,
    ExportJob,
    ExportKind,
    ExportStatus,
)
from frontdesk.domain.ids import derived_id
from frontdesk.ports.clock import Clock
from frontdesk.ports.exports import ExportFiles, ExportJobs, ExportMachine, JobPage

DOWNLOAD_PERIOD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Download:
    url: str
    expires_at: datetime


def order_export(
    kind: ExportKind,
    *,
    format: ExportFormat,
    wanted: ExportFilter,
    currency: str,
    requested_by: str,
    operation_id: str,
    jobs: ExportJobs,
    machine: ExportMachine,
    clock: Clock,
) -> ExportJob:
    """Adds the job and starts its run; with the same operation id both happen once."""
    if kind not in AVAILABLE_KINDS:
        raise InvalidInputError(
            f"There is no export of {kind} yet.", code="export_kind_unavailable"
        )
    job_id = derived_id("exp", origin=operation_id)
    job = jobs.add(
        ExportJob(
            id=job_id,
            kind=kind,
            format=format,
            filter=wanted,
            currency=currency,
            requested_by=requested_by,
            execution=job_id,
            created_at=clock.now(),
        )
    )
    if job.status is ExportStatus.QUEUED:
        machine.start(job)
    return job


def list_exports(*, limit: int, start: str | None, jobs: ExportJobs) -> JobPage:
    return jobs.newest(limit=limit, start=start)


def find_export(export_id: str, *, jobs: ExportJobs) -> ExportJob:
    job = jobs.find(export_id)
    if job is None:
        raise NotFoundError
    return job


def download_of(
    job: ExportJob, *, files: Callable[[], ExportFiles], clock: Clock
) -> Download | None:
    """The address of a finished job's file. `files` is called only for one."""
    if job.status is not ExportStatus.SUCCEEDED:
        return None
    url = files().download_url(
        job.file_key, file_name=job.file_name, seconds=int(DOWNLOAD_PERIOD.total_seconds())
    )
    return Download(url, expires_at=clock.now() + DOWNLOAD_PERIOD)
