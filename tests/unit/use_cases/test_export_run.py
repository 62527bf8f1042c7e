import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.domain.csv import unguard
from frontdesk.domain.export import (
    ExportBrokenError,
    ExportFilter,
    ExportFormat,
    ExportJob,
    ExportStatus,
    SegmentProgress,
)
from frontdesk.domain.export_rows import beginning
from frontdesk.ports.exports import ExportJobs
from frontdesk.use_cases.export_finish import finish_export
from frontdesk.use_cases.export_job import World, fail_export
from frontdesk.use_cases.export_plan import plan_export
from frontdesk.use_cases.export_segment import export_segment
from tests.fakes.exports import StoredRow
from tests.thoroughness import stride, tries
from tests.unit.use_cases.export_world import (
    JOB_ID,
    PART_BYTES,
    Hand,
    KilledError,
    Stage,
    begun,
    customers,
    every,
    never,
    new_job,
    run,
    stage,
)

MANY = 10_000_000


def names_in(content: bytes) -> list[str]:
    text = content.decode("utf-8-sig")
    return [unguard(row[0]) for row in list(csv.reader(io.StringIO(text, newline="")))[1:]]


def names_of(rows: dict[str, list[StoredRow]]) -> list[str]:
    return sorted(stored.row.name for some in rows.values() for stored in some)


def assert_whole(shop: Stage, rows: dict[str, list[StoredRow]]) -> None:
    job = shop.job
    assert job.status is ExportStatus.SUCCEEDED
    assert sorted(names_in(shop.content)) == names_of(rows)
    assert (job.row_count, job.size_bytes) == (len(names_of(rows)), len(shop.content))
    assert job.sha256 == hashlib.sha256(shop.content).hexdigest()
    assert (job.rows_done, job.segments_done) == (job.row_count, len(job.segments))
    assert shop.files.uploads == {}
    assert list(shop.files.objects) == [job.file_key]


class TestRun:
    @pytest.mark.feature("L3-34")
    @pytest.mark.parametrize("count", [0, 1, 3, 4, 40, 500])
    @pytest.mark.parametrize("row_estimate", [0, MANY])
    def test_every_customer_is_in_the_file_once(self, count: int, row_estimate: int) -> None:
        rows = customers(count)
        shop = stage(rows, row_estimate=row_estimate)

        run(shop.world)

        assert_whole(shop, rows)

    def test_the_file_begins_with_its_header(self) -> None:
        shop = stage(customers(500), row_estimate=MANY)

        run(shop.world)

        assert shop.content.startswith(beginning(ExportFormat.CSV))

    @pytest.mark.parametrize("count", [0, 500])
    def test_json_lines_hold_every_customer_once(self, count: int) -> None:
        rows = customers(count)
        shop = stage(rows, job=new_job(format=ExportFormat.JSONL), row_estimate=MANY)

        run(shop.world)

        names = [json.loads(line)["name"] for line in shop.content.decode().split("\n")[:-1]]
        assert sorted(names) == names_of(rows)
        assert shop.job.row_count == count

    def test_a_small_table_is_one_worker_and_a_large_one_sixteen(self) -> None:
        small, large = stage(customers(40)), stage(customers(40), row_estimate=MANY)

        counts = [len(plan_export(JOB_ID, world=one.world).segments) for one in (small, large)]

        assert counts == [1, 16]

    def test_a_filter_leaves_out_what_it_names(self) -> None:
        rows = customers(100)
        wanted = ExportFilter(is_test=False, created_from=datetime(2023, 1, 1, tzinfo=UTC))
        shop = stage(rows, job=new_job(wanted=wanted), row_estimate=MANY)

        run(shop.world)

        left = {
            shard: [one for one in some if not one.is_test and one.key >= "2023"]
            for shard, some in rows.items()
        }
        assert_whole(shop, left)
        assert 0 < len(names_of(left)) < 80

    @settings(max_examples=tries(40, quick=6), deadline=None)
    @given(
        counts=st.lists(st.integers(0, 60), min_size=4, max_size=4),
        row_estimate=st.sampled_from([0, 1_000_000, MANY]),
        pages_a_turn=st.integers(1, 12),
        page_rows=st.integers(1, 9),
    )
    def test_whatever_the_distribution_the_parts_are_accepted(
        self, counts: list[int], row_estimate: int, pages_a_turn: int, page_rows: int
    ) -> None:
        rows = {
            shard: some[:count]
            for (shard, some), count in zip(customers(240).items(), counts, strict=True)
        }
        shop = stage(rows, row_estimate=row_estimate, page_rows=page_rows)

        run(shop.world, is_time_up=every(pages_a_turn))

        assert_whole(shop, rows)

    def test_progress_is_seen_after_every_turn(self) -> None:
        shop = stage(customers(100))
        plan_export(JOB_ID, world=shop.world)

        seen = []
        for _ in range(3):
            export_segment(JOB_ID, 0, is_time_up=every(2), world=shop.world)
            seen.append((shop.job.status, shop.job.rows_done, shop.job.segments_done))

        assert seen == [(ExportStatus.RUNNING, n, 0) for n in (6, 12, 18)]

    def test_no_step_holds_more_than_a_part_and_a_page(self) -> None:
        rows = customers(500)
        shop = stage(rows, row_estimate=MANY)

        run(shop.world)

        page_bytes = 3 * 120
        assert shop.files.part_counts[shop.job.file_key] > 30
        assert shop.files.most_bytes_at_once < PART_BYTES + page_bytes + len(
            beginning(ExportFormat.CSV)
        )


def calls_of_a_run(*, row_estimate: int, pages_a_turn: int) -> int:
    shop, hand = stage(customers(60), row_estimate=row_estimate), Hand()
    run(shop.under(hand), is_time_up=every(pages_a_turn))
    return hand.calls


class TestKilledSteps:
    @pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize(
        ("row_estimate", "pages_a_turn"), [(0, 4), (1_000_000, 3)], ids=["small", "large"]
    )
    def test_killed_at_any_call_the_run_loses_and_doubles_nothing(
        self, row_estimate: int, pages_a_turn: int, is_after: bool
    ) -> None:
        rows = customers(60)
        calls = calls_of_a_run(row_estimate=row_estimate, pages_a_turn=pages_a_turn)
        assert calls > 60

        for at in range(1, calls + 1, stride(quick=11)):
            shop = stage(rows, row_estimate=row_estimate)
            hand = Hand(at=at, is_after=is_after)
            run(shop.under(hand), is_time_up=every(pages_a_turn))
            assert_whole(shop, rows)

    @settings(max_examples=tries(50, quick=5), deadline=None)
    @given(gaps=st.lists(st.integers(1, 60), min_size=1, max_size=4), is_after=st.booleans())
    def test_killed_again_and_again_the_run_loses_and_doubles_nothing(
        self, gaps: list[int], is_after: bool
    ) -> None:
        rows = customers(60)
        shop = stage(rows, row_estimate=1_000_000)
        hand = Recurring(gaps, is_after=is_after)

        run(shop.under(hand), is_time_up=every(3))

        assert_whole(shop, rows)

    def test_a_failing_run_that_is_killed_still_gives_up_its_upload(self) -> None:
        calls = count_calls_of_failing()

        for at in range(1, calls + 1):
            shop = stage(customers(60))
            begun(shop)
            hand = Hand(at=at, is_after=at % 2 == 0)
            try:
                fail_export(JOB_ID, reason="timed_out", world=shop.under(hand))
            except BaseException:
                fail_export(JOB_ID, reason="timed_out", world=shop.world)
            assert (shop.job.status, shop.job.failure) == (ExportStatus.FAILED, "timed_out")
            assert (shop.files.uploads, shop.files.objects) == ({}, {})

    def test_what_a_killed_turn_put_down_does_not_stay(self) -> None:
        shop = stage(customers(3))
        plan_export(JOB_ID, world=shop.world)
        hand = Hand(at=6, is_after=True)
        with pytest.raises(KilledError):
            export_segment(JOB_ID, 0, is_time_up=every(1), world=shop.under(hand))
        assert list(shop.files.objects) == [shop.job.tail_key(0, 1)]

        fail_export(JOB_ID, reason="timed_out", world=shop.world)

        assert shop.files.objects == {}


class Recurring(Hand):
    """Kills after each of the gaps."""

    def __init__(self, gaps: list[int], *, is_after: bool) -> None:
        super().__init__(at=gaps[0], is_after=is_after)
        self._gaps = gaps[1:]

    def watch(self, call: Callable[[], Any]) -> Any:
        strikes_now = self.calls + 1 == self.at
        try:
            return super().watch(call)
        finally:
            if strikes_now and self._gaps:
                self.at = self.calls + self._gaps.pop(0)


def count_calls_of_failing() -> int:
    shop, hand = stage(customers(60)), Hand()
    begun(shop)
    fail_export(JOB_ID, reason="timed_out", world=shop.under(hand))
    return hand.calls


class TestTwoWorkersAtOnce:
    def test_a_late_twin_of_a_finished_turn_changes_nothing_on_record(self) -> None:
        shop = stage(customers(60))
        plan_export(JOB_ID, world=shop.world)
        before = shop.world.jobs.progress(JOB_ID, 0)
        first = export_segment(JOB_ID, 0, is_time_up=every(10), world=shop.world)

        late = seeing_old_progress(shop.world, before)
        second = export_segment(JOB_ID, 0, is_time_up=every(5), world=late)

        assert second == first
        assert shop.job.rows_done == first.row_count

    def test_a_part_that_a_twin_has_replaced_fails_the_job_loudly(self) -> None:
        rows = customers(60)
        shop = stage(rows)
        plan_export(JOB_ID, world=shop.world)
        export_segment(JOB_ID, 0, is_time_up=never, world=shop.world)
        (upload_id,) = shop.files.uploads
        number = max(shop.files.uploads[upload_id].parts)
        shop.files.put_part(
            shop.job.file_key, upload_id=upload_id, number=number, content=[b"twin"]
        )

        with pytest.raises(ExportBrokenError) as caught:
            finish_export(JOB_ID, world=shop.world)

        assert caught.value.code == "parts_changed"

    @pytest.mark.parametrize("name", ["head", "tail"])
    def test_a_rest_that_a_twin_has_replaced_fails_the_job_loudly(self, name: str) -> None:
        shop = stage(customers(60))
        plan_export(JOB_ID, world=shop.world)
        progress = export_segment(JOB_ID, 0, is_time_up=never, world=shop.world)
        shop.files.put_rest(getattr(progress, name).key, [b"twin"])

        with pytest.raises(ExportBrokenError) as caught:
            finish_export(JOB_ID, world=shop.world)

        assert caught.value.code == "parts_changed"

    def test_a_tail_that_a_twin_has_replaced_stops_the_next_turn(self) -> None:
        shop = stage(customers(60))
        begun(shop)
        tail = shop.world.jobs.progress(JOB_ID, 0).tail
        assert tail is not None
        shop.files.put_rest(tail.key, [b"twin"])

        with pytest.raises(ExportBrokenError) as caught:
            export_segment(JOB_ID, 0, is_time_up=never, world=shop.world)

        assert caught.value.code == "parts_changed"

    def test_of_two_plans_the_first_on_record_is_the_plan(self) -> None:
        shop = stage(customers(60))
        queued = shop.job
        first = plan_export(JOB_ID, world=shop.world)

        slow = seeing_old_job(shop.world, queued)
        second = plan_export(JOB_ID, world=slow)

        assert second.upload_id == first.upload_id
        assert len(shop.files.uploads) == 2
        run(shop.world)
        assert shop.files.uploads == {}


class _Jobs:
    """A store, but for one answer that is out of date."""

    def __init__(self, jobs: ExportJobs) -> None:
        self._jobs = jobs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)


class SeesOldProgress(_Jobs):
    def __init__(self, jobs: ExportJobs, progress: SegmentProgress) -> None:
        super().__init__(jobs)
        self._old = [progress]

    def progress(self, job_id: str, segment: int) -> SegmentProgress:
        return self._old.pop() if self._old else self._jobs.progress(job_id, segment)


class SeesOldJob(_Jobs):
    def __init__(self, jobs: ExportJobs, job: ExportJob) -> None:
        super().__init__(jobs)
        self._old = [job]

    def find(self, job_id: str) -> ExportJob | None:
        return self._old.pop() if self._old else self._jobs.find(job_id)


def seeing_old_progress(world: World, progress: SegmentProgress) -> World:
    return replace(world, jobs=cast("ExportJobs", SeesOldProgress(world.jobs, progress)))


def seeing_old_job(world: World, job: ExportJob) -> World:
    return replace(world, jobs=cast("ExportJobs", SeesOldJob(world.jobs, job)))


class TestBrokenRuns:
    def test_a_file_that_is_not_the_sum_of_its_segments_fails_the_job(self) -> None:
        shop = stage(customers(60))
        plan_export(JOB_ID, world=shop.world)
        export_segment(JOB_ID, 0, is_time_up=never, world=shop.world)
        progress = shop.world.jobs.progress(JOB_ID, 0)
        miscounted = replace(progress, row_count=progress.row_count + 1)

        world = seeing_old_progress(shop.world, miscounted)
        with pytest.raises(ExportBrokenError) as caught:
            finish_export(JOB_ID, world=world)

        assert caught.value.code == "file_differs"
        fail_export(JOB_ID, reason="file_differs", world=shop.world)
        assert shop.files.objects == {}

    def test_an_unfinished_segment_is_never_left_out(self) -> None:
        shop = stage(customers(60))
        begun(shop)

        with pytest.raises(ExportBrokenError) as caught:
            finish_export(JOB_ID, world=shop.world)

        assert caught.value.code == "segment_missing"

    def test_a_failed_job_takes_no_more_work(self) -> None:
        shop = stage(customers(60))
        begun(shop)
        fail_export(JOB_ID, reason="timed_out", world=shop.world)

        for step in (
            lambda: plan_export(JOB_ID, world=shop.world),
            lambda: export_segment(JOB_ID, 0, is_time_up=never, world=shop.world),
            lambda: finish_export(JOB_ID, world=shop.world),
        ):
            with pytest.raises(ExportBrokenError) as caught:
                step()
            assert caught.value.code == "job_not_running"

    def test_a_late_failure_does_not_undo_a_success(self) -> None:
        rows = customers(60)
        shop = stage(rows)
        run(shop.world)

        fail_export(JOB_ID, reason="timed_out", world=shop.world)

        assert_whole(shop, rows)

    def test_a_job_that_is_not_there_fails_without_a_trace(self) -> None:
        shop = stage({})

        fail_export("exp_unknown", reason="timed_out", world=shop.world)

        assert shop.world.jobs.find("exp_unknown") is None
