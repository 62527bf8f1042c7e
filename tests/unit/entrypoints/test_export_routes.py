"""The routes of exports, through the edge, over tables in memory."""

import json
import uuid
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.exports import export_handlers
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.schemas.exports import Export, ExportList
from frontdesk.use_cases.export_job import World
from tests.fakes.api_gateway import CUSTOMER, STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.exports import MemoryCustomerSource, MemoryExportFiles, MemoryExportMachine
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.unit.use_cases.export_world import PART_BYTES, customers, run

ORDER = {"kind": "customers", "format": "csv"}


class Api:
    def __init__(self) -> None:
        gateway, self.clock, ids = MemoryGateway(), FakeClock(), CountingIds()
        self.machine = MemoryExportMachine()
        self.files = MemoryExportFiles(smallest_part_bytes=PART_BYTES)
        self.jobs = DynamoExportJobs(gateway, ids=ids)
        self._handler = http_function(
            "exports",
            export_handlers(
                jobs=lambda: self.jobs,
                machine=lambda: self.machine,
                files=lambda: self.files,
                currency=lambda: "usd",
                cursors=Cursors(lambda: "a secret"),
                clock=self.clock,
            ),
            requests=lambda: DynamoRequests(gateway, clock=self.clock, ids=ids),
        )

    def order(self, body: Any = ORDER, *, key: str | None = None, **named: Any) -> Answer:
        headers = {"content-type": "application/json"}
        headers["idempotency-key"] = key or str(uuid.uuid4())
        made = event(
            "POST /v1/exports", caller=STAFF, headers=headers, body=json.dumps(body), **named
        )
        return ask(self._handler, made)

    def read(self, export_id: str) -> Answer:
        path = {"id": export_id}
        return ask(self._handler, event("GET /v1/exports/{id}", caller=STAFF, path=path))

    def list(self, **query: str) -> Answer:
        return ask(self._handler, event("GET /v1/exports", caller=STAFF, query=query))

    def run(self, export_id: str, *, customer_count: int) -> None:
        world = World(
            jobs=self.jobs,
            files=self.files,
            source=MemoryCustomerSource(customers(customer_count)),
            clock=self.clock,
            part_bytes=PART_BYTES,
        )
        run(world, job_id=export_id)


@pytest.fixture
def api() -> Api:
    return Api()


class TestOrder:
    @pytest.mark.feature("L3-34")
    def test_an_order_is_accepted_and_can_be_looked_at(self, api: Api) -> None:
        answer = api.order()

        assert answer.status == 202
        assert answer.headers["Location"] == f"/v1/exports/{answer.json['id']}"
        assert api.read(answer.json["id"]).json == answer.json
        assert answer.json == {
            "id": answer.json["id"],
            "kind": "customers",
            "format": "csv",
            "filter": {"test": None, "status": None, "created_from": None, "created_to": None},
            "currency": "usd",
            "status": "queued",
            "progress": {"segments_total": None, "segments_done": 0, "rows_done": 0},
            "row_count": None,
            "size_bytes": None,
            "sha256": None,
            "failure_code": None,
            "created_at": "2026-11-01T12:00:00Z",
            "finished_at": None,
            "version": 1,
            "download": None,
        }

    def test_the_same_order_under_one_key_is_one_export(self, api: Api) -> None:
        key = str(uuid.uuid4())
        first, second = api.order(key=key), api.order(key=key)

        assert second.json == first.json
        assert second.headers["Idempotency-Replayed"] == "true"
        assert api.machine.started == [first.json["id"]]

    def test_an_order_whose_run_did_not_start_can_be_sent_again(self, api: Api) -> None:
        key = str(uuid.uuid4())
        api.machine.is_down = True
        refused = api.order(key=key)
        api.machine.is_down = False
        accepted = api.order(key=key)

        assert (refused.status, accepted.status) == (503, 202)
        assert [one["id"] for one in api.list().json["data"]] == [accepted.json["id"]]

    def test_a_filter_is_kept_and_shown(self, api: Api) -> None:
        wanted = {
            "test": False,
            "status": "active",
            "created_from": "2026-01-01T00:00:00Z",
            "created_to": "2026-02-01T01:00:00+01:00",
        }

        answer = api.order(ORDER | {"filter": wanted})

        assert answer.json["filter"] == wanted | {"created_to": "2026-02-01T00:00:00Z"}

    @pytest.mark.parametrize("kind", ["transactions", "subscriptions"])
    def test_a_kind_that_cannot_be_exported_yet_says_so(self, api: Api, kind: str) -> None:
        answer = api.order(ORDER | {"kind": kind})

        assert (answer.status, answer.code) == (422, "export_kind_unavailable")
        assert api.list().json["data"] == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"kind": "customers"}, "format"),
            ({"kind": "people", "format": "csv"}, "kind"),
            ({"kind": "customers", "format": "xlsx"}, "format"),
            (ORDER | {"columns": []}, "columns"),
            (ORDER | {"filter": {"name": "Ann"}}, "filter.name"),
            (ORDER | {"filter": {"test": "yes"}}, "filter.test"),
            (ORDER | {"filter": {"created_from": "2026-01-01T00:00:00"}}, "filter.created_from"),
            (ORDER | {"filter": {"created_to": 5}}, "filter.created_to"),
        ],
    )
    def test_a_wrong_order_names_the_field(
        self, api: Api, body: dict[str, Any], field: str
    ) -> None:
        answer = api.order(body)

        assert (answer.status, answer.code) == (422, "invalid_input")
        assert [one["field"] for one in answer.json["errors"]] == [field]

    def test_an_order_needs_a_key(self, api: Api) -> None:
        answer = api.order(key="not a uuid")

        assert (answer.status, answer.code) == (400, "invalid_idempotency_key")


class TestRead:
    @pytest.mark.feature("L3-34")
    def test_a_finished_export_has_its_figures_and_an_address(self, api: Api) -> None:
        export_id = api.order().json["id"]
        api.run(export_id, customer_count=60)

        answer = api.read(export_id)

        assert Export.model_validate_json(answer.text or "").row_count == 60
        assert answer.json["status"] == "succeeded"
        assert answer.json["progress"] == {
            "segments_total": 1,
            "segments_done": 1,
            "rows_done": 60,
        }
        assert answer.json["download"]["url"].startswith("https://bucket.example/exports/")
        assert answer.json["download"]["expires_at"] == "2026-11-01T12:15:00Z"

    def test_a_failed_export_says_why(self, api: Api) -> None:
        export_id = api.order().json["id"]
        api.jobs.fail(export_id, reason="timed_out", at=api.clock.now())

        answer = api.read(export_id)

        assert (answer.json["status"], answer.json["failure_code"]) == ("failed", "timed_out")
        assert answer.json["download"] is None

    def test_an_unknown_export_is_not_found(self, api: Api) -> None:
        assert api.read("exp_0123456789abcdefghjkmnpqrs").status == 404

    def test_it_takes_one_read_of_the_table(self, api: Api) -> None:
        export_id = api.order().json["id"]
        gateway: Any = api.jobs._gateway
        gateway.calls.clear()

        api.read(export_id)

        assert gateway.calls == ["get"]


class TestList:
    def test_pages_follow_each_other_newest_first(self, api: Api) -> None:
        ordered = [api.order().json["id"] for _ in range(5)]
        found, lengths, query = [], [], {"limit": "2"}
        for _ in range(3):
            answer = api.list(**query)
            page = ExportList.model_validate_json(answer.text or "")
            found += [one.id for one in page.data]
            lengths.append(len(page.data))
            query["cursor"] = page.next_cursor or ""

        assert sorted(found) == sorted(ordered)
        assert lengths == [2, 2, 1]
        assert query["cursor"] == ""

    def test_an_altered_cursor_is_refused(self, api: Api) -> None:
        for _ in range(2):
            api.order()
        cursor = api.list(limit="1").json["next_cursor"]

        answer = api.list(limit="1", cursor="x" + cursor)

        assert (answer.status, answer.code) == (400, "invalid_cursor")

    def test_a_customer_has_no_exports(self, api: Api) -> None:
        answer = ask(api._handler, event("GET /v1/exports", caller=CUSTOMER))

        assert answer.status == 403
