"""A hundred thousand customers: each of them once, in the memory that ten thousand need."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

import pytest

from frontdesk.adapters.dynamodb.codec import encode_item
from frontdesk.adapters.dynamodb.exports import DynamoExportJobs
from frontdesk.adapters.dynamodb.gateway import BotocoreGateway
from frontdesk.adapters.dynamodb.profile_item import profile_steps
from frontdesk.adapters.system.clock import RandomIds
from frontdesk.domain.csv import unguard
from frontdesk.domain.customer import Address, Company, Customer
from frontdesk.domain.export import EVERYTHING, ExportFormat, ExportJob, ExportKind, ExportStatus
from frontdesk.domain.ids import derived_id
from infra.local.aws import process
from infra.template import table_requests

ROOT = Path(__file__).parents[2]
BUCKET = "exports"
FEW, MANY = 10_000, 100_000
ALLOWED_GROWTH = 1.15
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = ("Ann Rossi", "王小明", "=1+1", 'Bo "B"', "O'Neil", "فاطمة", "two\nlines", "Łukasz")

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]


@dataclass(frozen=True)
class Aws:
    endpoint: str
    tables: dict[str, str]

    def client(self, service: str) -> Any:
        return process.client(service, endpoint=self.endpoint)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with process.running(tmp_path_factory.mktemp("aws")) as endpoint:
        requests = table_requests(prefix="soak-")
        aws = Aws(endpoint, {name: one["TableName"] for name, one in requests.items()})
        for request in requests.values():
            aws.client("dynamodb").create_table(**request)
        aws.client("s3").create_bucket(Bucket=BUCKET)
        yield aws


def customer(number: int) -> Customer:
    created_at = BEGINNING + timedelta(minutes=number)
    is_company = number % 4 == 0
    return Customer(
        id=derived_id("cus", origin=f"soak {number}", at=created_at),
        created_at=created_at,
        name=f"{NAMES[number % len(NAMES)]} {number}",
        email=f"customer.{number}@example.com",
        phone=f"+4520{number:06d}",
        address=Address(line1=f"{number} Main Street", city="Aarhus", country="DK"),
        company=Company(f"Company {number}", f"DK{number}") if is_company else Company(),
    )


def fill(aws: Aws, numbers: range) -> None:
    """The profiles alone, as the mirror writes them: nothing else is in the index."""
    table, local = aws.tables["customers"], process.client("dynamodb", endpoint=aws.endpoint)

    def put(some: tuple[int, ...]) -> None:
        requests = []
        for number in some:
            step: Any = profile_steps(None, customer(number), at=BEGINNING)[0]
            item = step.item | {"pk": step.key.pk, "sk": step.key.sk, "ltv_usd": number}
            requests.append({"PutRequest": {"Item": encode_item(item)}})
        local.batch_write_item(RequestItems={table: requests})

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(put, batched(numbers, 25, strict=False)))


def order(aws: Aws, name: str) -> ExportJob:
    job = ExportJob(
        id=derived_id("exp", origin=name),
        kind=ExportKind.CUSTOMERS,
        format=ExportFormat.CSV,
        filter=EVERYTHING,
        currency="usd",
        requested_by="soak",
        execution=name,
        created_at=BEGINNING,
    )
    return jobs(aws).add(job)


def jobs(aws: Aws) -> DynamoExportJobs:
    gateway = BotocoreGateway(aws.client("dynamodb"), table_names=aws.tables)
    return DynamoExportJobs(gateway, ids=RandomIds())


def started(aws: Aws, job: ExportJob) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= process.client_environment(aws.endpoint) | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
        "CURRENCY": "usd",
        "EXPORTS_BUCKET": BUCKET,
        "CUSTOMERS_TABLE": aws.tables["customers"],
        "STORE_TABLE": aws.tables["store"],
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.soak.export_worker_process", job.id],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(aws: Aws, job: ExportJob) -> dict[str, Any]:
    with started(aws, job) as worker:
        _, printed = worker.communicate()
    assert worker.returncode == 0, printed[-2_000:]
    figures: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return figures


def run_killing(aws: Aws, job: ExportJob) -> int:
    """Kills the worker later and later, until one ends by itself; how many it killed."""
    for killed in range(200):
        with started(aws, job) as worker:
            try:
                worker.communicate(timeout=0.5 + 0.25 * killed)
            except subprocess.TimeoutExpired:
                worker.kill()
                continue
        assert worker.returncode == 0
        return killed
    pytest.fail("The worker never came to an end.")


def assert_whole(aws: Aws, job: ExportJob, count: int) -> None:
    done = jobs(aws).find(job.id)
    assert done is not None
    assert (done.status, done.row_count) == (ExportStatus.SUCCEEDED, count)
    content = aws.client("s3").get_object(Bucket=BUCKET, Key=job.file_key)["Body"].read()
    assert (done.size_bytes, done.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    expected = sorted((customer(n).name, customer(n).email, f"{n / 100:.2f}") for n in range(count))
    assert sorted((unguard(row[0]), row[1], row[13]) for row in rows) == expected
    assert aws.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


@pytest.fixture(scope="module")
def few_customers(aws: Aws) -> None:
    fill(aws, range(FEW))


@pytest.mark.usefixtures("few_customers")
def test_a_worker_that_is_killed_at_any_moment_loses_and_doubles_nobody(aws: Aws) -> None:
    job = order(aws, "killed")

    killed = run_killing(aws, job)

    assert killed > 3
    assert_whole(aws, job, FEW)


@pytest.mark.feature("L3-34")
@pytest.mark.usefixtures("few_customers")
def test_ten_times_the_customers_take_no_more_memory(aws: Aws) -> None:
    few = order(aws, "few")
    small = run(aws, few)
    assert_whole(aws, few, FEW)

    fill(aws, range(FEW, MANY))
    many = order(aws, "many")
    large = run(aws, many)
    assert_whole(aws, many, MANY)

    print(f"\nworker with {FEW:,}: {small} / with {MANY:,}: {large}")  # noqa: T201 - the figures
    assert large["peak_mb"] <= small["peak_mb"] * ALLOWED_GROWTH
