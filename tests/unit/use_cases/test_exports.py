from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from frontdesk.domain.export import (
    EVERYTHING,
    ExportFormat,
    ExportJob,
    ExportKind,
    ExportStatus,
)
from frontdesk.domain.ids import is_id
from frontdesk.domain.settings import ExportSchedule, Frequency
from frontdesk.use_cases.export_schedule import start_scheduled
from frontdesk.use_cases.exports import (
    download_of,
    find_export,
    list_exports,
    order_export,
)
from tests.fakes.clock import FakeClock
from tests.fakes.exports import MemoryExportFiles, MemoryExportMachine
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.unit.use_cases.export_world import JOB_ID, Stage, begun, customers, run, stage

SUNDAY_NIGHT = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)


class Desk:
    def __init__(self) -> None:
        self.jobs = DynamoExportJobs(MemoryGateway(), ids=CountingIds())
        self.machine = MemoryExportMachine()
        self.clock = FakeClock()

    def order(
        self, operation_id: str = "op_1", *, kind: ExportKind = ExportKind.CUSTOMERS
    ) -> ExportJob:
        return order_export(
            kind,
            format=ExportFormat.CSV,
            wanted=EVERYTHING,
            currency="usd",
            requested_by="staff#1",
            operation_id=operation_id,
            jobs=self.jobs,
            machine=self.machine,
            clock=self.clock,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestOrder:
    def test_a_job_is_queued_and_its_run_started_under_its_id(self, desk: Desk) -> None:
        job = desk.order()

        assert is_id(job.id, "exp")
        assert desk.jobs.find(job.id) == job
        assert job.status is ExportStatus.QUEUED
        assert desk.machine.started == [job.id]

    def test_an_order_that_is_sent_again_is_the_same_job(self, desk: Desk) -> None:
        first = desk.order()
        desk.clock.advance(timedelta(minutes=1))

        assert desk.order() == first
        assert set(desk.machine.started) == {first.id}

    def test_an_order_whose_run_did_not_start_starts_it_when_sent_again(self, desk: Desk) -> None:
        desk.machine.is_down = True
        with pytest.raises(UnavailableError):
            desk.order()
        desk.machine.is_down = False

        job = desk.order()

        assert desk.machine.started == [job.id]

    def test_a_finished_job_is_not_started_again(self, desk: Desk) -> None:
        job = desk.order()
        desk.jobs.fail(job.id, reason="timed_out", at=desk.clock.now())

        assert desk.order().status is ExportStatus.FAILED
        assert desk.machine.started == [job.id]

    @pytest.mark.parametrize("kind", [ExportKind.TRANSACTIONS, ExportKind.SUBSCRIPTIONS])
    def test_a_kind_that_cannot_be_exported_yet_is_refused(
        self, desk: Desk, kind: ExportKind
    ) -> None:
        with pytest.raises(InvalidInputError) as caught:
            desk.order(kind=kind)

        assert caught.value.code == "export_kind_unavailable"
        assert desk.machine.started == []


class TestList:
    def test_jobs_are_listed_newest_first_page_by_page(self, desk: Desk) -> None:
        ordered = []
        for number in range(5):
            desk.clock.advance(timedelta(seconds=1))
            ordered.append(desk.order(f"op_{number}").id)

        first = list_exports(limit=2, start=None, jobs=desk.jobs)
        second = list_exports(limit=2, start=first.next_start, jobs=desk.jobs)
        third = list_exports(limit=2, start=second.next_start, jobs=desk.jobs)

        pages = [[job.id for job in page.jobs] for page in (first, second, third)]
        assert pages == [ordered[4:2:-1], ordered[2:0:-1], ordered[:1]]
        assert third.next_start is None

    def test_an_unknown_export_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(NotFoundError):
            find_export(JOB_ID, jobs=desk.jobs)


class TestDownload:
    def test_a_finished_file_has_an_address_for_a_quarter_of_an_hour(self) -> None:
        shop = stage(customers(3))
        run(shop.world)

        download = download_of(shop.job, files=lambda: shop.files, clock=shop.clock)

        assert download is not None
        assert download.expires_at == shop.clock.now() + timedelta(minutes=15)
        assert f"/{shop.job.file_key}?" in download.url
        assert "name=customers-2026-11-01-0000.csv&seconds=900" in download.url

    def test_an_unfinished_file_has_none(self) -> None:
        shop = stage(customers(3))

        assert download_of(shop.job, files=no_files, clock=shop.clock) is None


def no_files() -> MemoryExportFiles:
    raise AssertionError("no bucket is asked for a file that is not there")


class TestSchedule:
    def start(
        self,
        shop: Stage,
        *,
        execution: str = "run-1",
        at: datetime = SUNDAY_NIGHT,
        schedule: ExportSchedule = ExportSchedule(),  # noqa: B008 - frozen
    ) -> ExportJob | None:
        return start_scheduled(
            schedule, execution=execution, scheduled_at=at, currency="usd", world=shop.world
        )

    def test_a_schedule_makes_a_job_of_its_own(self) -> None:
        job = self.start(stage({}))

        assert job is not None
        assert (job.kind, job.format) == (ExportKind.CUSTOMERS, ExportFormat.CSV)
        assert (job.requested_by, job.execution) == ("schedule", "run-1")

    def test_a_schedule_that_fires_twice_makes_one_job(self) -> None:
        shop = stage({})
        self.start(shop)

        assert self.start(shop, execution="run-2", at=SUNDAY_NIGHT.replace(minute=3)) is None

    def test_a_start_that_is_tried_again_finds_its_job(self) -> None:
        shop = stage({})

        assert self.start(shop) == self.start(shop)

    def test_the_next_hour_makes_another_job(self) -> None:
        shop = stage({})
        first = self.start(shop)
        second = self.start(shop, execution="run-2", at=SUNDAY_NIGHT + timedelta(minutes=1))

        assert first is not None
        assert second is not None
        assert first.id != second.id

    @pytest.mark.parametrize(
        ("frequency", "days"),
        [
            (Frequency.NEVER, []),
            (Frequency.DAILY, [1, 2, 3]),
            (Frequency.WEEKLY, [2]),
            (Frequency.MONTHLY, [1]),
        ],
    )
    def test_the_settings_say_on_which_days(self, frequency: Frequency, days: list[int]) -> None:
        schedule = ExportSchedule(frequency=frequency)
        made = [
            day
            for day in (1, 2, 3)
            if self.start(stage({}), at=SUNDAY_NIGHT.replace(day=day), schedule=schedule)
        ]

        assert made == days

    def test_a_schedule_without_a_kind_that_can_be_exported_does_nothing(self) -> None:
        schedule = ExportSchedule(kinds=("transactions",))

        assert self.start(stage({}), schedule=schedule) is None

    def test_it_ends_jobs_whose_run_was_stopped_and_gives_up_their_uploads(self) -> None:
        shop = stage(customers(60))
        begun(shop)
        shop.clock.advance(timedelta(days=3))

        self.start(shop)

        assert (shop.job.status, shop.job.failure) == (ExportStatus.FAILED, "abandoned")
        assert (shop.files.uploads, shop.files.objects) == ({}, {})

    def test_it_leaves_jobs_that_may_still_run(self) -> None:
        shop = stage(customers(60))
        begun(shop)
        shop.clock.advance(timedelta(days=1))

        self.start(shop)

        assert shop.job.status is ExportStatus.RUNNING
