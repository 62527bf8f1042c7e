"""A whole export on tables and a bucket that are real."""

import csv
import hashlib
import io
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.aws import client
from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_scan import DynamoCustomerSource
from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.operations import Key, Put, Unconditional
from frontdesk.adapters.dynamodb.signed_http import connect
from frontdesk.adapters.s3.export_files import S3ExportFiles
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.csv import unguard
from frontdesk.domain.customer import Address, Customer
from frontdesk.domain.export import ExportFilter, ExportStatus, PartReceipt, Rest
from frontdesk.ports.exports import PartsChangedError, SourceSize, UploadGoneError
from frontdesk.use_cases.export_job import World, fail_export
from frontdesk.use_cases.export_plan import plan_export
from frontdesk.use_cases.export_segment import export_segment
from tests.fakes.clock import FakeClock
from tests.fakes.customers import SPRING, a_customer, keep
from tests.unit.use_cases.export_world import (
    JOB_ID,
    Hand,
    every,
    never,
    new_job,
    run,
)

SMALL_BYTES = 3_000
AWKWARD = ('=1+1\r\n"quoted"', "王小明", "O'Neil", "'=x", "👩‍👩‍👧", "a\tb", "\u202eevil")


def people(count: int) -> list[Customer]:
    return [
        a_customer(
            f"export {number}",
            name=f"{AWKWARD[number % len(AWKWARD)]} {number}",
            email=f"c{number}@example.com",
            phone="+4520000000",
            address=Address(line1=f"{number} Main, St", line2="2nd", country="DK"),
            created_at=SPRING + timedelta(hours=number),
            is_test=number % 10 == 0,
            lifetime_values={"usd": 100 * number - 50, "eur": 7},
        )
        for number in range(count)
    ]


class Shop:
    def __init__(self, dynamodb: Any, s3: Any, tables: dict[str, str], bucket: str) -> None:
        self.gateway = BotocoreGateway(dynamodb, table_names=tables)
        self.s3, self.bucket = s3, bucket
        self.connection = connect()
        self.world = World(
            jobs=DynamoExportJobs(self.gateway, ids=RandomIds()),
            files=S3ExportFiles(s3, bucket=bucket),
            source=DynamoCustomerSource(self.connection, table_name=tables["customers"]),
            clock=FakeClock(),
        )

    def under(self, hand: Hand, *, part_bytes: int = SMALL_BYTES, rows: int = 10**7) -> World:
        """As if the table were large: many segments, small parts."""
        return replace(
            self.world,
            jobs=hand.over(self.world.jobs),
            files=hand.over(self.world.files),
            source=hand.over(_Large(self.world.source, rows)),
            part_bytes=part_bytes,
        )

    @property
    def content(self) -> bytes:
        job = self.world.job(JOB_ID)
        content: bytes = self.s3.get_object(Bucket=self.bucket, Key=job.file_key)["Body"].read()
        return content

    def object_keys(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [one["Key"] for one in listed]

    def uploads(self) -> list[Any]:
        found: list[Any] = self.s3.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return found


class _Large:
    """A table that says it is larger than it is."""

    def __init__(self, source: Any, rows: int) -> None:
        self._source = source
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def size(self) -> SourceSize:
        size: SourceSize = self._source.size()
        return replace(size, row_estimate=self._rows)


@pytest.fixture
def shop(aws_endpoint: str, dynamodb: Any, empty_tables: dict[str, str]) -> Iterator[Shop]:
    s3 = client("s3")
    bucket = f"exports-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    shop = Shop(dynamodb, s3, empty_tables, bucket)
    shop.world.jobs.add(new_job())
    yield shop
    shop.connection.close()


csv.field_size_limit(400 * 1024)


def assert_whole(shop: Shop, customers: list[Customer]) -> None:
    job, content = shop.world.job(JOB_ID), shop.content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    found = {row[1]: (unguard(row[0]), row[7], row[13]) for row in rows}
    assert found == {
        one.email: (one.name, f"{one.address.line1}, 2nd", f"{index - 1}.50" if index else "-0.50")
        for index, one in enumerate(customers)
    }
    assert len(rows) == len(customers) == job.row_count == job.rows_done
    assert (job.size_bytes, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert shop.object_keys() == [job.file_key]
    assert shop.uploads() == []


@pytest.mark.feature("L3-34")
def test_a_small_shop_is_one_worker_and_one_part(shop: Shop) -> None:
    customers = [keep(shop.gateway, one) for one in people(40)]

    run(shop.world)

    assert_whole(shop, customers)
    assert len(shop.world.job(JOB_ID).segments) == 1


def test_an_empty_shop_has_an_empty_file(shop: Shop) -> None:
    run(shop.world)

    assert_whole(shop, [])


@pytest.mark.feature("L3-34")
def test_a_large_shop_is_many_workers_turns_and_parts(shop: Shop) -> None:
    customers = [keep(shop.gateway, one) for one in people(150)]

    run(shop.under(Hand()), is_time_up=every(1))

    assert_whole(shop, customers)
    assert len(shop.world.job(JOB_ID).segments) == 16


def test_what_is_not_a_profile_is_not_in_the_file(shop: Shop) -> None:
    customers = [keep(shop.gateway, one) for one in people(5)]
    shop.gateway.write(
        Put(
            Key("customers", "CUSTOMER#cus_1", "LEDGER#1"),
            {"entity": "ledger_entry", "customer_id": "cus_1"},
            Unconditional("test data"),
        )
    )

    run(shop.world)

    assert_whole(shop, customers)


def test_a_filter_is_answered_by_index_and_row(shop: Shop) -> None:
    customers = [keep(shop.gateway, one) for one in people(60)]
    wanted = ExportFilter(
        is_test=False,
        created_from=SPRING + timedelta(hours=20),
        created_to=SPRING + timedelta(hours=40),
    )
    job = replace(new_job(wanted=wanted), id="exp_filtered", execution="exp_filtered")
    shop.world.jobs.add(job)

    run(shop.under(Hand()), job_id=job.id)

    body = shop.s3.get_object(Bucket=shop.bucket, Key=job.file_key)["Body"].read()
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))[1:]
    assert sorted(row[1] for row in rows) == sorted(
        str(one.email) for one in customers[20:40] if not one.is_test
    )


def test_large_rows_make_parts_as_large_as_s3_wants_them(shop: Shop) -> None:
    """260 KB a customer: few rows, real part sizes, pages of four rows."""
    customers = [
        replace(one, name=f"{index}" + "é" * 130_000) for index, one in enumerate(people(120))
    ]
    for one in customers:
        keep(shop.gateway, replace(one, name=str(one.name)[:5]))
        key = keys.profile(one.id)
        item = shop.gateway.get(key) or {}
        shop.gateway.write(Put(key, item | {"name": one.name}, Unconditional("test data")))

    run(shop.world)

    parts = shop.s3.get_object_attributes(
        Bucket=shop.bucket,
        Key=shop.world.job(JOB_ID).file_key,
        ObjectAttributes=["ObjectParts"],
    )["ObjectParts"]
    assert parts["TotalPartsCount"] > 2
    assert_whole(shop, customers)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_run_that_is_killed_again_and_again_is_whole(shop: Shop, is_after: bool) -> None:
    customers = [keep(shop.gateway, one) for one in people(60)]
    calm = Hand()
    run(shop.under(calm, rows=1_000_000), is_time_up=every(2))

    for number, at in enumerate(range(1, calm.calls + 1, max(calm.calls // 12, 1))):
        job = replace(new_job(), id=f"exp_{is_after}_{number}")
        shop.world.jobs.add(job)
        hand = Hand(at=at, is_after=is_after)
        run(shop.under(hand, rows=1_000_000), is_time_up=every(2), job_id=job.id)

        done = shop.world.job(job.id)
        assert (done.status, done.row_count) == (ExportStatus.SUCCEEDED, len(customers))
        assert done.sha256 == shop.world.job(JOB_ID).sha256
    assert shop.uploads() == []
    assert all(key.startswith("exports/") for key in shop.object_keys())


def test_a_failed_run_leaves_nothing(shop: Shop) -> None:
    for one in people(60):
        keep(shop.gateway, one)
    world = shop.under(Hand(), rows=0)
    plan_export(JOB_ID, world=world)
    export_segment(JOB_ID, 0, is_time_up=never, world=world)
    assert (len(shop.uploads()), len(shop.object_keys())) == (1, 2)

    fail_export(JOB_ID, reason="timed_out", world=world)

    assert (shop.uploads(), shop.object_keys()) == ([], [])
    assert shop.world.job(JOB_ID).failure == "timed_out"


class TestFiles:
    """What the fake bucket of the unit tests promises, the real one keeps."""

    def test_a_part_on_record_that_was_replaced_is_noticed(self, shop: Shop) -> None:
        files = shop.world.files
        upload_id = files.begin_upload("exports/x/f.csv", content_type="text/csv")
        first = files.put_part("exports/x/f.csv", upload_id=upload_id, number=1, content=[b"first"])
        files.put_part("exports/x/f.csv", upload_id=upload_id, number=1, content=[b"other"])

        with pytest.raises(PartsChangedError):
            files.complete("exports/x/f.csv", upload_id=upload_id, parts=[(1, first)])

    def test_a_rest_that_was_replaced_is_noticed(self, shop: Shop) -> None:
        files = shop.world.files
        etag = files.put_rest("rests/x/1", [b"first"])
        files.put_rest("rests/x/1", [b"other"])

        with pytest.raises(PartsChangedError):
            list(files.read_rest(Rest("rests/x/1", etag)))

    def test_a_rest_that_is_gone_is_noticed(self, shop: Shop) -> None:
        with pytest.raises(PartsChangedError):
            list(shop.world.files.read_rest(Rest("rests/x/1", '"1"')))

    def test_an_upload_that_is_gone_is_noticed(self, shop: Shop) -> None:
        files = shop.world.files
        upload_id = files.begin_upload("exports/x/f.csv", content_type="text/csv")
        assert files.abort_uploads("exports/x/") == 1
        assert files.abort_uploads("exports/x/") == 0

        with pytest.raises(UploadGoneError):
            files.put_part("exports/x/f.csv", upload_id=upload_id, number=1, content=[b"part"])
        parts = [(1, PartReceipt(etag='"1"', checksum="AAAAAA=="))]
        with pytest.raises(UploadGoneError):
            files.complete("exports/x/f.csv", upload_id=upload_id, parts=parts)
        with pytest.raises(UploadGoneError):
            list(files.read("exports/x/f.csv"))

    def test_an_upload_may_be_one_empty_part(self, shop: Shop) -> None:
        files = shop.world.files
        upload_id = files.begin_upload("exports/x/f.jsonl", content_type="application/x-ndjson")
        part = files.put_part("exports/x/f.jsonl", upload_id=upload_id, number=1, content=[])

        files.complete("exports/x/f.jsonl", upload_id=upload_id, parts=[(1, part)])

        assert b"".join(files.read("exports/x/f.jsonl")) == b""

    def test_deleting_nothing_and_what_is_not_there_is_no_error(self, shop: Shop) -> None:
        shop.world.files.delete([])
        shop.world.files.delete(["rests/x/1", "rests/x/2"])

    def test_an_address_opens_its_file_as_an_attachment_and_no_other(self, shop: Shop) -> None:
        for one in people(3):
            keep(shop.gateway, one)
        run(shop.world)
        job = shop.world.job(JOB_ID)

        url = shop.world.files.download_url(job.file_key, file_name="c.csv", seconds=60)

        with urllib.request.urlopen(url, timeout=5) as answer:
            assert answer.read() == shop.content
            assert answer.headers["Content-Disposition"] == 'attachment; filename="c.csv"'
            assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "X-Amz-Signature" in url
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(url.replace("customers.csv", "other.csv"), timeout=5)
