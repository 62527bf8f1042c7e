"""The first step of a run: how the table is cut, and the upload that the workers share."""

from frontdesk.domain.export import CONTENT_TYPES, ExportJob, ExportStatus
from frontdesk.domain.export_plan import plan_segments
from frontdesk.ports.exports import JobMovedOnError
from frontdesk.use_cases.export_job import World, ensure_running


def plan_export(job_id: str, *, world: World) -> ExportJob:
    """The job with its upload and its segments. A repeat answers the plan that is on record."""
    job = world.job(job_id)
    if job.status is not ExportStatus.QUEUED:
        ensure_running(job)
        return job
    size = world.source.size()
    segments = plan_segments(
        world.source.partitions,
        row_estimate=size.row_estimate,
        span=size.span,
        wanted=job.filter,
    )
    upload_id = world.files.begin_upload(job.file_key, content_type=CONTENT_TYPES[job.format])
    try:
        return world.jobs.begin(job, upload_id=upload_id, segments=segments, at=world.clock.now())
    except JobMovedOnError:
        # Another attempt was faster. Its upload is the job's; ours goes when the job ends.
        return world.job(job_id)
