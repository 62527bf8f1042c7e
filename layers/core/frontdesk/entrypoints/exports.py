"""The routes of exports."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from frontdesk.domain.export import EVERYTHING, ExportFilter
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.common import present_page
from frontdesk.entrypoints.presenters.exports import present_export, present_export_summary
from frontdesk.ports.clock import Clock
from frontdesk.ports.exports import ExportFiles, ExportJobs, ExportMachine
from frontdesk.use_cases.exports import download_of, find_export, list_exports, order_export


def export_handlers(
    *,
    jobs: Callable[[], ExportJobs],
    machine: Callable[[], ExportMachine],
    files: Callable[[], ExportFiles],
    currency: Callable[[], str],
    cursors: Cursors,
    clock: Clock,
) -> Mapping[str, Handler]:
    def create(request: Request) -> Response:
        job = order_export(
            request.body.kind,
            format=request.body.format,
            wanted=_wanted(request.body.filter),
            currency=currency(),
            requested_by=request.caller.key,
            # The route requires an Idempotency-Key, so there is one.
            operation_id=cast("str", request.operation_id),
            jobs=jobs(),
            machine=machine(),
            clock=clock,
        )
        return Response(present_export(job), headers={"Location": f"/v1/exports/{job.id}"})

    def list_all(request: Request) -> Response:
        position = cursors.open(request)
        page = list_exports(
            limit=request.filters.limit,
            start=position["after"] if position else None,
            jobs=jobs(),
        )
        after = {"after": page.next_start} if page.next_start else None
        next_cursor = cursors.seal(after, request=request)
        shown = [present_export_summary(job) for job in page.jobs]
        return Response(present_page(shown, next_cursor=next_cursor))

    def read(request: Request) -> Response:
        job = find_export(request.path["id"], jobs=jobs())
        return Response(present_export(job, download=download_of(job, files=files, clock=clock)))

    return {
        "POST /v1/exports": create,
        "GET /v1/exports": list_all,
        "GET /v1/exports/{id}": read,
    }


def _wanted(body: Any) -> ExportFilter:
    if body is None:
        return EVERYTHING
    return ExportFilter(
        is_test=body.test,
        status=body.status,
        created_from=body.created_from,
        created_to=body.created_to,
    )
