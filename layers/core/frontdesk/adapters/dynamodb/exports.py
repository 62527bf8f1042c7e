"""Export jobs and the progress of their segments, in one partition of the store table for each."""

from datetime import datetime

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.export_items import (
    JOB_KIND,
    job_item,
    job_of,
    progress_item,
    progress_of,
    segment_values,
)
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AnyOf,
    Condition,
    ConditionFailedError,
    Equals,
    Gateway,
    Item,
    Missing,
    Put,
    Query,
    TransactionRefusedError,
    Update,
    Value,
)
from frontdesk.domain.export import (
    UNFINISHED,
    ExportJob,
    ExportStatus,
    Segment,
    SegmentProgress,
)
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import IdFactory
from frontdesk.ports.exports import JobMovedOnError, JobPage

_TOKEN_LENGTH = 36
_IS_RUNNING = Equals("status", ExportStatus.RUNNING)
_IS_UNFINISHED = AnyOf(tuple(Equals("status", status) for status in sorted(UNFINISHED)))


class DynamoExportJobs:
    def __init__(self, gateway: Gateway, *, ids: IdFactory) -> None:
        self._gateway = gateway
        self._ids = ids

    def add(self, job: ExportJob) -> ExportJob:
        key = keys.export_job(job.id)
        try:
            self._gateway.write(Put(key, job_item(job), Absent()))
        except ConditionFailedError:
            return self.find(job.id) or job
        return job

    def find(self, job_id: str) -> ExportJob | None:
        item = self._gateway.get(keys.export_job(job_id))
        return job_of(item) if item else None

    def newest(self, *, limit: int, start: str | None = None) -> JobPage:
        page = self._gateway.query(
            Query(
                "store",
                JOB_KIND,
                index="jobs_by_created",
                ascending=False,
                limit=limit,
                start=_start_key(start) if start else None,
            )
        )
        jobs = [job_of(item) for item in page.items]
        return JobPage(jobs, jobs[-1].position if page.next_start and jobs else None)

    def begin(
        self, job: ExportJob, *, upload_id: str, segments: tuple[Segment, ...], at: datetime
    ) -> ExportJob:
        item = self._change(
            job.id,
            AllOf((Equals("status", ExportStatus.QUEUED), Missing("upload_id"))),
            at=at,
            put={
                "status": ExportStatus.RUNNING.value,
                "upload_id": upload_id,
                "segments": segment_values(segments),
            },
        )
        return job_of(item)

    def progress(self, job_id: str, segment: int) -> SegmentProgress:
        item = self._gateway.get(keys.export_segment(job_id, segment))
        return progress_of(item) if item else SegmentProgress(segment)

    def keep_progress(
        self, job: ExportJob, before: SegmentProgress, after: SegmentProgress, *, at: datetime
    ) -> None:
        moment = to_sortable(at)
        sums = Update(
            keys.export_job(job.id),
            _IS_RUNNING,
            put={"updated_at": moment},
            add={
                "version": 1,
                "rows_done": after.row_count - before.row_count,
                "segments_done": int(after.is_done),
            },
        )
        row = Put(
            keys.export_segment(job.id, after.number),
            progress_item(job, after, at=at),
            Equals("turn", before.turn) if before.turn else Absent(),
        )
        try:
            self._gateway.transact([row, sums], token=self._ids.new("op"))
        except TransactionRefusedError as error:
            raise JobMovedOnError from error

    def succeed(
        self, job: ExportJob, *, row_count: int, size_bytes: int, sha256: str, at: datetime
    ) -> None:
        figures: dict[str, Value] = {
            "status": ExportStatus.SUCCEEDED.value,
            "row_count": row_count,
            "size_bytes": size_bytes,
            "sha256": sha256,
            "finished_at": to_sortable(at),
        }
        self._change(job.id, _IS_RUNNING, at=at, put=figures)

    def fail(self, job_id: str, *, reason: str, at: datetime) -> None:
        ending: dict[str, Value] = {
            "status": ExportStatus.FAILED.value,
            "failure": reason,
            "finished_at": to_sortable(at),
        }
        self._change(job_id, _IS_UNFINISHED, at=at, put=ending)

    def _change(
        self, job_id: str, condition: Condition, *, at: datetime, put: dict[str, Value]
    ) -> Item:
        update = Update(
            keys.export_job(job_id),
            condition,
            put=put | {"updated_at": to_sortable(at)},
            add={"version": 1},
        )
        try:
            return self._gateway.write(update)
        except ConditionFailedError as error:
            raise JobMovedOnError from error


def _start_key(position: str) -> Item:
    """The index key of the job at that position, and its table key."""
    key = keys.export_job(position.rpartition("#")[2])
    return {"pk": key.pk, "sk": key.sk, "job_kind": JOB_KIND, "created_at_key": position}
