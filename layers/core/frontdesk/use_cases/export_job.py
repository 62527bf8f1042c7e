"""The steps of an export's run. Any of them can be killed at any point and tried again.

    start ─ plan ─┬ segment, segment, … ─┬ finish
                  └ segment, segment, … ─┘    └── fail, when a step will not work

What a step has done is on record before the next begins: the plan and the upload on the job, each
turn of a segment with its parts and its rest. A repeated turn begins where the turn before ended
and writes the same part numbers again; the file is made of exactly the parts on record, so what a
killed turn left behind is replaced or never used.
"""

from contextlib import suppress
from dataclasses import dataclass

from frontdesk.domain.export import ExportBrokenError, ExportJob, ExportStatus
from frontdesk.domain.export_parts import PART_BYTES
from frontdesk.ports.clock import Clock
from frontdesk.ports.exports import CustomerSource, ExportFiles, ExportJobs, JobMovedOnError


@dataclass(frozen=True, slots=True)
class World:
    """What every step works on."""

    jobs: ExportJobs
    files: ExportFiles
    source: CustomerSource
    clock: Clock
    part_bytes: int = PART_BYTES

    def job(self, job_id: str) -> ExportJob:
        job = self.jobs.find(job_id)
        if job is None:
            raise ExportBrokenError("There is no such job.", code="job_missing")
        return job


def ensure_running(job: ExportJob) -> str:
    """The upload of a job that is running. Raises ExportBrokenError for any other."""
    if job.status is not ExportStatus.RUNNING or job.upload_id is None:
        raise ExportBrokenError(f"The job is {job.status}.", code="job_not_running")
    return job.upload_id


def fail_export(job_id: str, *, reason: str, world: World) -> None:
    """Ends the job, if it has not ended, and leaves nothing of it in the bucket."""
    with suppress(JobMovedOnError):
        world.jobs.fail(job_id, reason=reason, at=world.clock.now())
    job = world.jobs.find(job_id)
    if job is not None:
        tidy(job, world=world)


def tidy(job: ExportJob, *, world: World) -> None:
    """Leaves the file of a job that succeeded, and nothing else of any job.

    Also gives up uploads that a killed attempt at a plan began and could not put on record.
    """
    world.files.abort_uploads(job.folder)
    keys = [key for number in range(len(job.segments)) for key in _rest_keys(job, number, world)]
    if job.status is not ExportStatus.SUCCEEDED:
        keys.append(job.file_key)
    world.files.delete(keys)


def _rest_keys(job: ExportJob, segment: int, world: World) -> list[str]:
    """A killed turn may have left one more tail than there are turns on record."""
    turns = world.jobs.progress(job.id, segment).turn + 1
    tails = [job.tail_key(segment, turn) for turn in range(1, turns + 1)]
    return [job.head_key(segment), *tails]
