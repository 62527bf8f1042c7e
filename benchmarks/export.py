"""Exports: CPU per row against a streaming boto3 export of the same bytes, and peak memory.

    python -m benchmarks.export            B5 and B6 of the budgets; some two minutes
    python -m benchmarks.export --quick    without the million rows

Each figure comes from a fresh process; table and bucket are another process on the loopback. CPU
is the process's own, start-up apart; memory is its high-water mark, start-up included. Milliseconds
do not carry over to another machine, the ratio does.
"""

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BUCKET = "bucket"
USUAL_PART_BYTES = 8 * 1024 * 1024

CPU_BUDGET = 0.16
MEMORY_BUDGET_MB = 128
FLAT_WITHIN = 1.05
WARM_UP_WITHIN = 1.15
FULL_BUFFER_ROWS = 50_000
"""From there on a worker has held a whole part."""

ROUNDS = 3
COMPARED_ROWS = 70_000


# --- the two ways ---------------------------------------------------------------------------------


def streaming_boto3() -> dict[str, float]:
    """Low-level client and paginator, csv.writer, the same guard, the same request, 8 MiB parts."""
    import boto3  # noqa: PLC0415 - each way imports its own

    from frontdesk.adapters.dynamodb.customer_scan import build_page_request  # noqa: PLC0415
    from frontdesk.adapters.dynamodb.keys import list_shards  # noqa: PLC0415
    from frontdesk.domain.export import ExportFormat, Slice  # noqa: PLC0415
    from frontdesk.domain.export_rows import beginning  # noqa: PLC0415

    make: Any = boto3.client
    dynamodb, s3 = make("dynamodb"), make("s3")
    began, rows = time.process_time(), 0
    key = "exports/boto3.csv"
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
    parts: list[dict[str, Any]] = []

    def send(content: bytes) -> None:
        answer = s3.upload_part(
            Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=len(parts) + 1, Body=content
        )
        parts.append({"PartNumber": len(parts) + 1, "ETag": answer["ETag"]})

    buffer = io.StringIO(beginning(ExportFormat.CSV).decode(), newline="")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for shard in list_shards():
        request = build_page_request(Slice(shard, "0", "~"), table_name="customers", currency="usd")
        for page in dynamodb.get_paginator("query").paginate(**request):
            for item in page["Items"]:
                writer.writerow(_cells(item))
                rows += 1
            if buffer.tell() >= USUAL_PART_BYTES:
                send(buffer.getvalue().encode())
                buffer.seek(0)
                buffer.truncate()
    send(buffer.getvalue().encode())
    s3.complete_multipart_upload(
        Bucket=BUCKET, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
    )
    return {"rows": rows, "cpu_seconds": time.process_time() - began}


def _cells(item: dict[str, Any]) -> list[Any]:
    from frontdesk.domain.csv import guard  # noqa: PLC0415 - each way imports its own
    from frontdesk.domain.money import Money, plain_decimal  # noqa: PLC0415 - the same

    def text(fields: dict[str, Any], name: str) -> str:
        value: str = fields.get(name, {}).get("S", "")
        return value

    address = item.get("address", {}).get("M", {})
    company = item.get("company", {}).get("M", {})
    lines = [text(address, "line1"), text(address, "line2")]
    texts = [
        text(item, "name"),
        text(item, "email"),
        text(company, "name"),
        text(company, "id"),
        text(company, "email"),
        text(item, "tax_id"),
        text(item, "phone"),
        ", ".join(line for line in lines if line),
        text(address, "city"),
        text(address, "state"),
        text(address, "postal_code"),
        text(address, "country"),
        text(item, "vat_number"),
    ]
    value = int(item.get("ltv_usd", {}).get("N", "0"))
    return [*map(guard, texts), Decimal(plain_decimal(Money(value, "usd")))]


def frontdesk() -> dict[str, float]:
    """The steps of the export machine: plan, one segment, finish with its check."""
    from frontdesk.adapters.aws import client  # noqa: PLC0415 - each way imports its own
    from frontdesk.adapters.dynamodb.customer_scan import DynamoCustomerSource  # noqa: PLC0415
    from frontdesk.adapters.dynamodb.exports import DynamoExportJobs  # noqa: PLC0415
    from frontdesk.adapters.dynamodb.signed_http import connect  # noqa: PLC0415
    from frontdesk.adapters.s3.export_files import S3ExportFiles  # noqa: PLC0415
    from frontdesk.adapters.system.clock import RandomIds, SystemClock  # noqa: PLC0415
    from frontdesk.domain.export import EVERYTHING, ExportFormat, ExportJob, ExportKind  # noqa: PLC0415
    from frontdesk.use_cases.export_finish import finish_export  # noqa: PLC0415
    from frontdesk.use_cases.export_job import World  # noqa: PLC0415
    from frontdesk.use_cases.export_plan import plan_export  # noqa: PLC0415
    from frontdesk.use_cases.export_segment import export_segment  # noqa: PLC0415
    from tests.fakes.gateway import MemoryGateway  # noqa: PLC0415

    world = World(
        jobs=DynamoExportJobs(MemoryGateway(), ids=RandomIds()),
        files=S3ExportFiles(client("s3"), bucket=BUCKET),
        source=DynamoCustomerSource(connect(), table_name="customers"),
        clock=SystemClock(),
    )
    job = ExportJob(
        id="exp_benchmark",
        kind=ExportKind.CUSTOMERS,
        format=ExportFormat.CSV,
        filter=EVERYTHING,
        currency="usd",
        requested_by="benchmark",
        execution="exp_benchmark",
        created_at=datetime.now(UTC),
    )
    world.jobs.add(job)
    began = time.process_time()
    plan_export(job.id, world=world)
    progress = export_segment(job.id, 0, is_time_up=lambda: False, world=world)
    written = time.process_time()
    high_water_mb = _high_water_mb()
    done = finish_export(job.id, world=world)
    assert done.row_count == progress.row_count
    return {
        "rows": progress.row_count,
        "cpu_seconds": time.process_time() - began,
        "worker_seconds": written - began,
        "worker_mb": high_water_mb,
    }


WAYS = {"boto3": streaming_boto3, "frontdesk": frontdesk}


# --- measuring ------------------------------------------------------------------------------------


def _high_water_mb() -> float:
    """Not ru_maxrss: that remembers what this process was forked from."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


@contextmanager
def serving(rows: int) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.export_server", str(rows)],
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)


def _environment(endpoint: str = "") -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return environment | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
    }


def measured(way: str, rows: int) -> dict[str, Any]:
    with serving(rows) as endpoint:
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.export", "--way", way],
            cwd=ROOT,
            env=_environment(endpoint),
            capture_output=True,
            check=True,
            text=True,
        )
        figures: dict[str, Any] = json.loads(answer.stdout)
        # Our own address, with a scheme of ours.
        with urllib.request.urlopen(f"{endpoint}/digest") as digest:  # noqa: S310
            figures["sha256"] = digest.read().decode()
    return figures


def _per_row(figures: dict[str, Any], name: str = "cpu_seconds") -> float:
    return float(figures[name]) / float(figures["rows"]) * 1_000_000


def compare_cpu() -> None:
    """The best of some rounds of each way, in turn, so that noise meets both."""
    rounds = [(measured("boto3", COMPARED_ROWS), measured("frontdesk", COMPARED_ROWS))]
    assert rounds[0][0]["sha256"] == rounds[0][1]["sha256"], "the two files differ"
    while len(rounds) < ROUNDS:
        rounds.append((measured("boto3", COMPARED_ROWS), measured("frontdesk", COMPARED_ROWS)))
    usual = min(_per_row(theirs) for theirs, _ in rounds)
    whole = min(_per_row(ours) for _, ours in rounds)
    worker = min(_per_row(ours, "worker_seconds") for _, ours in rounds)
    print(f"B5  CPU per row, {COMPARED_ROWS:,} rows, the same bytes")
    print(f"      boto3, streaming         {usual:7.2f} µs   1.000")
    print(f"      ours, the worker         {worker:7.2f} µs   {worker / usual:.3f}")
    print(f"      ours, plan to SHA-256    {whole:7.2f} µs   {whole / usual:.3f}")
    _verdict(whole / usual <= CPU_BUDGET, f"{whole / usual:.3f} of {CPU_BUDGET}")


def compare_memory(sizes: list[int]) -> None:
    print("B6  Peak memory of a worker")
    rows_and_peaks = []
    for rows in sizes:
        figures = measured("frontdesk", rows)
        rows_and_peaks.append((rows, float(figures["peak_mb"])))
        print(
            f"      {figures['rows']:>9,} rows   {figures['peak_mb']:6.1f} MB"
            f"   (before the finish {figures['worker_mb']:6.1f} MB)"
            f"   {_per_row(figures):5.2f} µs a row"
        )
    peaks = [peak for _, peak in rows_and_peaks]
    _verdict(max(peaks) <= MEMORY_BUDGET_MB, f"{max(peaks):.1f} of {MEMORY_BUDGET_MB} MB")
    small, large = rows_and_peaks[-2:]
    growth = large[1] / small[1]
    allowed = FLAT_WITHIN if small[0] >= FULL_BUFFER_ROWS else WARM_UP_WITHIN
    _verdict(
        growth <= allowed,
        f"{growth:.3f} of {allowed}, from {small[0]:,} to {large[0]:,} rows",
    )


def _verdict(is_kept: bool, figure: str) -> None:
    print(f"      {'PASS' if is_kept else 'MISS'}  {figure}")


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Exports: CPU per row and peak memory")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args(given)
    if arguments.way:
        figures = WAYS[arguments.way]()
        print(json.dumps(figures | {"peak_mb": _high_water_mb()}))
        return
    compare_cpu()
    compare_memory([10_000, 100_000] + ([] if arguments.quick else [1_000_000]))


if __name__ == "__main__":
    main()
