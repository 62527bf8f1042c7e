"""An export's world in memory, the state machine that runs it, and the hand that kills it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.domain.export import (
    EVERYTHING,
    ExportBrokenError,
    ExportFilter,
    ExportFormat,
    ExportJob,
    ExportKind,
)
from frontdesk.domain.export_rows import CustomerRow
from frontdesk.domain.times import to_sortable
from frontdesk.use_cases.export_finish import finish_export
from frontdesk.use_cases.export_job import World, fail_export
from frontdesk.use_cases.export_plan import plan_export
from frontdesk.use_cases.export_segment import export_segment
from tests.fakes.clock import FakeClock
from tests.fakes.exports import MemoryCustomerSource, MemoryExportFiles, StoredRow
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds

PART_BYTES = 700
SHARDS = ("S#0", "S#1", "S#2", "S#3")
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
JOB_ID = "exp_00000000000000000000000001"
ATTEMPTS = 5


class KilledError(BaseException):
    """Nothing catches it: the process is gone."""


@dataclass
class Hand:
    """Kills at the `at`-th call to the world, just before it has an effect or just after."""

    at: int = -1
    is_after: bool = False
    calls: int = 0

    def over(self, target: Any) -> Any:
        return _Watched(target, self)

    def watch(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        strikes = self.calls == self.at
        if strikes and not self.is_after:
            raise KilledError
        result = call()
        if strikes:
            raise KilledError
        return result


class _Watched:
    def __init__(self, target: Any, hand: Hand) -> None:
        self._target = target
        self._hand = hand

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **named: Any) -> Any:
            result = self._hand.watch(lambda: attribute(*arguments, **named))
            return self._each(result) if isinstance(result, Iterator) else result

        return call

    def _each(self, items: Iterator[Any]) -> Iterator[Any]:
        nothing = object()
        while (item := self._hand.watch(lambda: next(items, nothing))) is not nothing:
            yield item


def customers(count: int, *, name_length: int = 30) -> dict[str, list[StoredRow]]:
    """Spread over the shards; each name has a line end and a quote in it."""
    rows: dict[str, list[StoredRow]] = {shard: [] for shard in SHARDS}
    for number in range(count):
        moment = FIRST + (LAST - FIRST) * number / max(count - 1, 1)
        row = CustomerRow._make([f"cus_{number}", *[""] * 13, number])
        named = row._replace(name=f'n{number}\r\n"'.ljust(name_length, "é"))
        stored = StoredRow(f"{to_sortable(moment)}#{number}", named, is_test=number % 5 == 0)
        rows[SHARDS[number % len(SHARDS)]].append(stored)
    return rows


def new_job(
    *, format: ExportFormat = ExportFormat.CSV, wanted: ExportFilter = EVERYTHING
) -> ExportJob:
    return ExportJob(
        id=JOB_ID,
        kind=ExportKind.CUSTOMERS,
        format=format,
        filter=wanted,
        currency="usd",
        requested_by="staff#1",
        execution=JOB_ID,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


@dataclass
class Stage:
    """What a run works on, as it is and without any hand over it."""

    world: World
    files: MemoryExportFiles
    source: MemoryCustomerSource
    clock: FakeClock

    def under(self, hand: Hand) -> World:
        return replace(
            self.world,
            jobs=hand.over(self.world.jobs),
            files=hand.over(self.world.files),
            source=hand.over(self.world.source),
        )

    @property
    def job(self) -> ExportJob:
        return self.world.job(JOB_ID)

    @property
    def content(self) -> bytes:
        return self.files.objects[self.job.file_key][1]


def stage(
    rows: dict[str, list[StoredRow]],
    *,
    job: ExportJob | None = None,
    row_estimate: int | None = None,
    page_rows: int = 3,
) -> Stage:
    files = MemoryExportFiles(smallest_part_bytes=PART_BYTES)
    source = MemoryCustomerSource(
        rows, page_rows=page_rows, row_estimate=row_estimate, span=(FIRST, LAST)
    )
    clock = FakeClock(datetime(2026, 11, 1, 12, tzinfo=UTC))
    world = World(
        jobs=DynamoExportJobs(MemoryGateway(), ids=CountingIds()),
        files=files,
        source=source,
        clock=clock,
        part_bytes=PART_BYTES,
    )
    world.jobs.add(job or new_job())
    return Stage(world, files, source, clock)


def never() -> bool:
    return False


def every(pages: int) -> Callable[[], bool]:
    """Time that is up after so many pages, again and again."""
    asked = 0

    def is_time_up() -> bool:
        nonlocal asked
        asked += 1
        return asked % pages == 0

    return is_time_up


def run(world: World, *, is_time_up: Callable[[], bool] = never, job_id: str = JOB_ID) -> None:
    """The state machine: retries what was killed, gives up on what is broken."""
    try:
        plan = _tried(partial(plan_export, job_id, world=world))
        for number in range(len(plan.segments)):
            turn = partial(export_segment, job_id, number, is_time_up=is_time_up, world=world)
            while not _tried(turn).is_done:
                pass
        _tried(partial(finish_export, job_id, world=world))
    except ExportBrokenError as error:
        _tried(partial(fail_export, job_id, reason=error.code, world=world))


def _tried[T](step: Callable[[], T]) -> T:
    for _ in range(ATTEMPTS - 1):
        try:
            return step()
        except KilledError:
            continue
    return step()


def begun(shop: Stage) -> None:
    """Planned, and one turn done, with parts sent and a rest put down."""
    plan_export(JOB_ID, world=shop.world)
    export_segment(JOB_ID, 0, is_time_up=every(10), world=shop.world)
