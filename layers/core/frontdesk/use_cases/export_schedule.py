"""The start of a run that nobody ordered: the schedule's."""

from datetime import datetime, timedelta

from frontdesk.domain.export import (
    AVAILABLE_KINDS,
    EVERYTHING,
    UNFINISHED,
    ExportFormat,
    ExportJob,
    ExportKind,
)
from frontdesk.domain.ids import derived_id
from frontdesk.domain.settings import ExportSchedule
from frontdesk.use_cases.export_job import World, fail_export

ABANDONED_AFTER = timedelta(days=2)
_SWEPT_JOBS = 100


def start_scheduled(
    schedule: ExportSchedule,
    *,
    execution: str,
    scheduled_at: datetime,
    currency: str,
    world: World,
) -> ExportJob | None:
    """The job of this schedule, or None when there is nothing to do for this execution.

    Its id comes from the hour: of two executions for one hour, the second finds the first's job.
    """
    fail_abandoned(world=world)
    due = [kind for kind in schedule.kinds if kind in AVAILABLE_KINDS]
    if not due or not schedule.is_due(scheduled_at.date()):
        return None
    job = ExportJob(
        id=derived_id("exp", origin=f"schedule:{due[0]}:{scheduled_at:%Y-%m-%dT%H}"),
        kind=ExportKind(due[0]),
        format=ExportFormat(schedule.format),
        filter=EVERYTHING,
        currency=currency,
        requested_by="schedule",
        execution=execution,
        created_at=world.clock.now(),
    )
    stored = world.jobs.add(job)
    return stored if stored.execution == execution else None


def fail_abandoned(*, world: World) -> None:
    """Ends jobs whose run was stopped by hand or never began, and gives up their uploads."""
    oldest_allowed = world.clock.now() - ABANDONED_AFTER
    for job in world.jobs.newest(limit=_SWEPT_JOBS).jobs:
        if job.status in UNFINISHED and job.created_at < oldest_allowed:
            fail_export(job.id, reason="abandoned", world=world)
