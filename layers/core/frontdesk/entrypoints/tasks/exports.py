"""The edge of the export machine: one event for each step of a run.

    {"step": "start", "execution", "started_at", "input"}   → {"export_id": id or null}
    {"step": "plan", "export_id"}                           → {"export_id", "segments": […]}
    {"step": "segment", "export_id", "segment"}             → {"export_id", "segment", "is_done"}
    {"step": "finish", "export_id"}                         → {"export_id", "row_count"}
    {"step": "fail", "state"}                               → {"export_id"}

What a step raises stands in the run's history for 90 days, so it is a code and nothing else.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from frontdesk.domain.errors import FrontdeskError
from frontdesk.domain.export import ExportBrokenError
from frontdesk.domain.settings import ExportSchedule
from frontdesk.domain.times import from_text
from frontdesk.use_cases.export_finish import finish_export
from frontdesk.use_cases.export_job import World, fail_export
from frontdesk.use_cases.export_plan import plan_export
from frontdesk.use_cases.export_schedule import start_scheduled
from frontdesk.use_cases.export_segment import export_segment

TURN_SECONDS = 120
"""After that long a worker puts down its work and is called again: progress is seen, little is
lost with a killed worker, and no segment is too long for a function."""

_LAST_SECONDS = 60
"""Kept for sending what a worker holds."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")

type Event = Mapping[str, Any]


class StepFailedError(Exception):
    """A step that may succeed when it is tried again; the message is the code of what it met."""


def export_tasks(
    *,
    world: Callable[[], World],
    schedule: Callable[[], ExportSchedule],
    currency: Callable[[], str],
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[Event, Any], dict[str, Any]]:
    steps = _Steps(world=world, schedule=schedule, currency=currency, monotonic=monotonic)

    def handle(event: Event, context: Any) -> dict[str, Any]:
        try:
            result = steps.run(event, context)
        except Exception as error:
            _log_failed(event, error)
            code = error.code if isinstance(error, FrontdeskError) else "internal_error"
            is_broken = isinstance(error, ExportBrokenError)
        else:
            _log_done(event, result)
            return result
        # Outside the except: the cause would stand in the run's history.
        raise ExportBrokenError(code) if is_broken else StepFailedError(code)

    return handle


class _Steps:
    def __init__(
        self,
        *,
        world: Callable[[], World],
        schedule: Callable[[], ExportSchedule],
        currency: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        self._world = world
        self._schedule = schedule
        self._currency = currency
        self._monotonic = monotonic

    def run(self, event: Event, context: Any) -> dict[str, Any]:
        match event["step"]:
            case "start":
                return {"export_id": self._start(event)}
            case "plan":
                return self._plan(event["export_id"])
            case "segment":
                return self._segment(event["export_id"], event["segment"], context)
            case "finish":
                job = finish_export(event["export_id"], world=self._world())
                return {"export_id": job.id, "row_count": job.row_count}
            case "fail":
                return {"export_id": self._fail(event["state"])}
        raise ValueError("There is no such step.")

    def _start(self, event: Event) -> str | None:
        ordered: str | None = event["input"].get("export_id")
        if ordered:
            return ordered
        job = start_scheduled(
            self._schedule(),
            execution=event["execution"],
            scheduled_at=_scheduled_at(event),
            currency=self._currency(),
            world=self._world(),
        )
        return job.id if job else None

    def _plan(self, export_id: str) -> dict[str, Any]:
        job = plan_export(export_id, world=self._world())
        numbers = range(len(job.segments))
        segments = [{"export_id": job.id, "segment": number} for number in numbers]
        return {"export_id": job.id, "segments": segments}

    def _segment(self, export_id: str, segment: int, context: Any) -> dict[str, Any]:
        is_time_up = _timer(context, self._monotonic)
        progress = export_segment(export_id, segment, is_time_up=is_time_up, world=self._world())
        return {
            "export_id": export_id,
            "segment": segment,
            "is_done": progress.is_done,
            "row_count": progress.row_count,
        }

    def _fail(self, state: Mapping[str, Any]) -> str | None:
        export_id: str | None = state.get("export_id")
        if export_id:
            fail_export(export_id, reason=_reason(state.get("error", {})), world=self._world())
        return export_id


def _scheduled_at(event: Event) -> datetime:
    """When the schedule meant to start this; the execution's start where it does not say."""
    try:
        moment = from_text(event["input"]["scheduled_at"])
    except (KeyError, TypeError, ValueError):
        moment = from_text(event["started_at"])
    if moment.tzinfo is None:
        raise ValueError("A schedule's moment needs a time zone.")
    return moment


def _timer(context: Any, monotonic: Callable[[], float]) -> Callable[[], bool]:
    began = monotonic()
    remaining_seconds = context.get_remaining_time_in_millis() / 1000
    allowed_seconds = min(TURN_SECONDS, remaining_seconds - _LAST_SECONDS)
    return lambda: monotonic() - began >= allowed_seconds


def _reason(error: Mapping[str, Any]) -> str:
    """The code that a step raised, or what became of a step that could not raise one."""
    if error.get("Error") == "States.Timeout":
        return "timed_out"
    try:
        message = json.loads(error["Cause"])["errorMessage"]
    except (KeyError, TypeError, ValueError):
        return "internal_error"
    return message if isinstance(message, str) and _CODE.fullmatch(message) else "internal_error"


def _log_failed(event: Event, error: Exception) -> None:
    """What failed and where; never the error's text, which may hold a customer's data."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    Logger(service="export_worker").error(
        "A step of an export failed.",
        step=event.get("step"),
        export_id=event.get("export_id"),
        segment=event.get("segment"),
        error_type=type(error).__name__,
        error_code=getattr(error, "code", None),
        cause_type=type(error.__cause__).__name__ if error.__cause__ else None,
    )


def _log_done(event: Event, result: Mapping[str, Any]) -> None:
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    Logger(service="export_worker").info(
        "A step of an export is done.",
        step=event["step"],
        export_id=result.get("export_id"),
        segment=result.get("segment"),
        row_count=result.get("row_count"),
    )
