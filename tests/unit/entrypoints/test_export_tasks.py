"""The edge of the export machine, and the machine's definition."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdesk.domain.export import ExportBrokenError, ExportStatus
from frontdesk.domain.settings import ExportSchedule
from frontdesk.entrypoints.tasks.exports import TURN_SECONDS, StepFailedError, export_tasks
from tests.unit.use_cases.export_world import JOB_ID, Stage, customers, stage

ROOT = Path(__file__).parents[3]
SECRET_NAME = "Ann Rossi"


class Context:
    def __init__(self, *, remaining_seconds: float = 900) -> None:
        self._remaining_seconds = remaining_seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._remaining_seconds * 1000)


class Ticking:
    """A clock that goes on by so much each time it is read."""

    def __init__(self, step_seconds: float) -> None:
        self._now = 0.0
        self._step_seconds = step_seconds

    def __call__(self) -> float:
        self._now += self._step_seconds
        return self._now


class Worker:
    def __init__(self, shop: Stage, *, step_seconds: float = 0) -> None:
        self.shop = shop
        self._handler = export_tasks(
            world=lambda: shop.world,
            schedule=ExportSchedule,
            currency=lambda: "usd",
            monotonic=Ticking(step_seconds),
        )

    def __call__(self, step: str, *, context: Context | None = None, **event: Any) -> Any:
        answer = self._handler({"step": step, **event}, context or Context())
        return json.loads(json.dumps(answer))

    def start(self, **given: Any) -> Any:
        return self("start", execution="run-1", started_at="2026-11-01T12:00:00.123Z", input=given)[
            "export_id"
        ]


@pytest.fixture
def worker() -> Worker:
    return Worker(stage(customers(60)))


class TestSteps:
    def test_a_run_from_order_to_file(self, worker: Worker) -> None:
        assert worker.start(export_id=JOB_ID) == JOB_ID
        (item,) = worker("plan", export_id=JOB_ID)["segments"]
        assert worker("segment", **item) == item | {"is_done": True, "row_count": 60}
        assert worker("finish", export_id=JOB_ID) == {"export_id": JOB_ID, "row_count": 60}
        assert worker.shop.job.status is ExportStatus.SUCCEEDED

    def test_a_scheduled_run_gets_a_job(self, worker: Worker) -> None:
        export_id = worker.start(scheduled_at="2026-11-01T12:00:00Z")

        assert worker("plan", export_id=export_id)["export_id"] == export_id
        assert worker.start(scheduled_at="2026-11-01T12:59:59Z") == export_id
        assert worker.start(scheduled_at="2026-11-01T13:00:00Z") != export_id

    @pytest.mark.parametrize(
        "given", [{}, {"scheduled_at": "<aws.scheduler.scheduled-time>"}, {"scheduled_at": None}]
    )
    def test_where_the_schedule_does_not_say_when_the_run_does(
        self, worker: Worker, given: dict[str, Any]
    ) -> None:
        assert worker.start(**given) == worker.start(scheduled_at="2026-11-01T12:30:00Z")

    def test_a_worker_puts_down_its_work_in_good_time(self) -> None:
        worker = Worker(stage(customers(60)), step_seconds=TURN_SECONDS / 4)
        worker("plan", export_id=JOB_ID)

        answer = worker("segment", export_id=JOB_ID, segment=0)

        assert (answer["is_done"], answer["row_count"]) == (False, 4 * 3)

    def test_a_function_with_little_time_left_does_one_page(self, worker: Worker) -> None:
        worker("plan", export_id=JOB_ID)

        answer = worker(
            "segment", export_id=JOB_ID, segment=0, context=Context(remaining_seconds=50)
        )

        assert (answer["is_done"], answer["row_count"]) == (False, 3)


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            ({"Error": "States.Timeout", "Cause": ""}, "timed_out"),
            (
                {
                    "Error": "ExportBrokenError",
                    "Cause": json.dumps(
                        {"errorMessage": "parts_changed", "errorType": "ExportBrokenError"}
                    ),
                },
                "parts_changed",
            ),
            ({"Error": "X", "Cause": json.dumps({"errorMessage": SECRET_NAME})}, "internal_error"),
            ({"Error": "X", "Cause": "Runtime exited"}, "internal_error"),
            ({"Error": "X", "Cause": "[]"}, "internal_error"),
            ({"Error": "X"}, "internal_error"),
            ({}, "internal_error"),
        ],
    )
    def test_the_job_says_why_in_one_word(
        self, worker: Worker, error: dict[str, str], reason: str
    ) -> None:
        worker("plan", export_id=JOB_ID)

        worker("fail", state={"export_id": JOB_ID, "error": error})

        assert (worker.shop.job.status, worker.shop.job.failure) == (ExportStatus.FAILED, reason)
        assert worker.shop.files.uploads == {}

    def test_a_run_without_a_job_has_none_to_fail(self, worker: Worker) -> None:
        assert worker("fail", state={"error": {}}) == {"export_id": None}

    def test_what_cannot_be_mended_is_told_from_what_can(self, worker: Worker) -> None:
        with pytest.raises(ExportBrokenError, match=r"^job_missing$"):
            worker("plan", export_id="exp_unknown")

    def test_an_unexpected_error_leaves_nothing_but_a_code(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shop = stage(customers(3))
        worker = Worker(replace(shop, world=replace(shop.world, source=Talkative())))  # type: ignore[arg-type]  # breaks at once

        with pytest.raises(StepFailedError, match=r"^internal_error$") as caught:
            worker("plan", export_id=JOB_ID)

        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        printed = capsys.readouterr()
        assert SECRET_NAME not in printed.out + printed.err


class Talkative:
    """Its errors hold what they stumbled over."""

    def size(self) -> None:
        raise KeyError(SECRET_NAME)


class TestMachine:
    """The definition that is deployed: what every step needs is there."""

    @pytest.fixture
    def states(self) -> dict[str, Any]:
        text = (ROOT / "infra/state_machines/export.asl.yaml").read_text(encoding="utf-8")
        machine: dict[str, Any] = yaml.safe_load(text)["States"]
        inner: dict[str, Any] = machine["EachSegment"]["ItemProcessor"]["States"]
        return machine | inner

    @pytest.mark.parametrize("name", ["Start", "Plan", "Segment", "Finish", "GiveUp"])
    def test_every_task_has_a_time_out_and_is_tried_again(
        self, states: dict[str, Any], name: str
    ) -> None:
        task = states[name]

        assert task["TimeoutSeconds"] <= 960
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
        assert task["Retry"][-1]["JitterStrategy"] == "FULL"

    @pytest.mark.parametrize("name", ["Start", "Plan", "Segment", "Finish"])
    def test_what_cannot_be_mended_is_not_tried_again(
        self, states: dict[str, Any], name: str
    ) -> None:
        first = states[name]["Retry"][0]

        assert first == {"ErrorEquals": [ExportBrokenError.__name__], "MaxAttempts": 0}

    @pytest.mark.parametrize("name", ["Start", "Plan", "EachSegment", "Finish"])
    def test_every_failure_ends_the_job(self, states: dict[str, Any], name: str) -> None:
        (catch,) = states[name]["Catch"]

        assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}

    def test_no_result_hides_the_job_from_its_failure(self, states: dict[str, Any]) -> None:
        """Of every step that can fail, the input holds the job's id."""
        assert states["EachSegment"]["ResultPath"] is None
        assert states["Plan"]["OutputPath"] == states["Start"]["OutputPath"] == "$.Payload"

    def test_a_segment_goes_on_until_it_is_done(self, states: dict[str, Any]) -> None:
        choice = states["IsSegmentDone"]

        assert choice["Default"] == "Segment"
        assert choice["Choices"] == [
            {"Variable": "$.is_done", "BooleanEquals": True, "Next": "SegmentDone"}
        ]
