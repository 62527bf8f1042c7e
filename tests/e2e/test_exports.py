"""Exports through the deployed machine: ordered, on schedule, and when they cannot work."""

import hashlib
import json
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.domain.ids import derived_id
from infra.local.aws import process
from infra.local.stack_file import Stack
from tests.e2e.conftest import Api, wait_until

RUN_SECONDS = 90


@pytest.fixture
def machine(shop: Stack) -> Any:
    return process.client("stepfunctions", endpoint=shop.aws_endpoint)


def order(owner: Api, **fields: Any) -> str:
    body = {"kind": "customers", "format": "csv", **fields}
    answer = owner("POST", "/v1/exports", body, Idempotency_Key=str(uuid.uuid4()))
    assert answer.status == 202, answer.raw
    return str(answer.body["id"])


def finished(owner: Api, export_id: str) -> Any:
    def ended() -> Any:
        job = owner("GET", f"/v1/exports/{export_id}").body
        return job if job["status"] in ("succeeded", "failed") else None

    return wait_until(ended, seconds=RUN_SECONDS, what="the export")


def download(job: Any) -> bytes:
    with urllib.request.urlopen(job["download"]["url"], timeout=30) as answer:
        content: bytes = answer.read()
    assert hashlib.sha256(content).hexdigest() == job["sha256"]
    return content


@pytest.mark.feature("L3-34")
def test_an_order_becomes_a_file(owner: Api) -> None:
    job = finished(owner, order(owner, format="jsonl"))

    assert job["status"] == "succeeded", job
    lines = download(job).decode().splitlines()
    assert len(lines) == job["row_count"] == job["progress"]["rows_done"]
    assert all(json.loads(line)["customer_id"].startswith("cus_") for line in lines)


def test_a_schedule_that_fires_twice_makes_one_export(
    shop: Stack, owner: Api, machine: Any
) -> None:
    before = {job["id"] for job in owner("GET", "/v1/exports?limit=100").body["data"]}
    starts = [
        machine.start_execution(
            stateMachineArn=shop.export_machine_arn,
            input=json.dumps({"scheduled_at": f"2031-05-05T05:{minute}:00Z"}),
        )["executionArn"]
        for minute in ("00", "59")
    ]

    def all_ended() -> Any:
        found = [machine.describe_execution(executionArn=arn)["status"] for arn in starts]
        return None if "RUNNING" in found else found

    assert wait_until(all_ended, seconds=RUN_SECONDS, what="the runs") == ["SUCCEEDED"] * 2
    after = {job["id"]: job for job in owner("GET", "/v1/exports?limit=100").body["data"]}
    made = [after[export_id]["status"] for export_id in after.keys() - before]
    assert made == ["succeeded"]


@pytest.fixture
def malformed_row(shop: Stack) -> Iterator[str]:
    """A profile of which a text is a number: what no code of ours writes."""
    dynamodb = process.client("dynamodb", endpoint=shop.aws_endpoint)
    customer_id = derived_id("cus", origin="malformed")
    key = keys.profile(customer_id)
    item_key = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    item = {
        "entity": {"S": "customer"},
        "customer_id": {"S": customer_id},
        "list_shard": {"S": keys.list_shard(customer_id)},
        "created_at_key": {"S": f"2026-01-01T00:00:00.000Z#{customer_id}"},
        "name": {"N": "5"},
    }
    dynamodb.put_item(TableName=shop.tables["customers"], Item=item_key | item)
    yield customer_id
    dynamodb.delete_item(TableName=shop.tables["customers"], Key=item_key)


@pytest.mark.usefixtures("malformed_row")
def test_a_row_that_cannot_be_read_fails_the_export_and_is_not_left_out(
    shop: Stack, owner: Api, machine: Any
) -> None:
    export_id = order(owner)
    job = finished(owner, export_id)

    assert (job["status"], job["failure_code"]) == ("failed", "row_malformed")
    assert job["download"] is None
    s3 = process.client("s3", endpoint=shop.aws_endpoint)
    bucket = shop.exports_bucket
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    objects = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    assert [one["Key"] for one in [*uploads, *objects] if export_id in one["Key"]] == []

    def ended() -> Any:
        arn = shop.export_machine_arn.replace(":stateMachine:", ":execution:") + f":{export_id}"
        status = machine.describe_execution(executionArn=arn)["status"]
        return None if status == "RUNNING" else status

    assert wait_until(ended, seconds=RUN_SECONDS, what="the run") == "FAILED"
