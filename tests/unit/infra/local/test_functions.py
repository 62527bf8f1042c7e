"""The worker that runs functions, and what surrounds it."""

import io
import json
import queue
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import worker
from infra.local.aws.functions import (
    LayerCache,
    as_function_error,
    link_runtime_packages,
    read_log,
    worker_script,
)

HANDLER = """
import os, sys
import shared

def handler(event, context):
    if event == "fail":
        raise LookupError("not there")
    if event == "print":
        print("a line"); os.write(1, b"from C\\n")
    return {
        "event": event,
        "shared": shared.NAME,
        "milliseconds": context.get_remaining_time_in_millis(),
        "request": context.aws_request_id,
        "leaked": "HOST_ONLY" in os.environ,
        "environment": [os.environ["_HANDLER"], os.environ["COLOUR"]],
        "paths": sys.path[:3],
    }
"""


class Process:
    """A worker as MiniStack starts it."""

    def __init__(self, folder: Path) -> None:
        code, layer, packages = folder / "code", folder / "layer", folder / "runtime"
        for path in (code, layer / "python", packages, folder / "pointer"):
            path.mkdir(parents=True)
        (code / "app.py").write_text(HANDLER)
        (code / "shared.py").write_text("NAME = 'code'")
        (layer / "python" / "shared.py").write_text("NAME = 'layer'")
        (folder / "pointer" / "unpacked-at").write_text(str(layer))
        script = folder / "worker.py"
        script.write_text(
            worker_script(runtime_packages=packages, host_only_variables=["HOST_ONLY"])
        )
        self.paths = [str(code), str(layer / "python"), str(packages)]
        self._process = subprocess.Popen(
            [sys.executable, str(script)],
            env={"HOST_ONLY": "1", "_LAMBDA_LAYERS_DIRS": str(folder / "pointer")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        init = {"code_dir": str(code), "module": "app", "handler": "handler"}
        self.started = self._exchange(init | {"env": {"COLOUR": "red"}})

    def _exchange(self, message: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def invoke(self, event: Any) -> Any:
        return self._exchange({"event": event, "ctx": {"request_id": "r-1", "timeout_ms": 2000}})

    def end(self) -> str:
        return self._process.communicate()[1]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path)
    yield started
    started.end()


class TestWorker:
    def test_code_hides_layers_and_layers_hide_the_runtime(self, process: Process) -> None:
        result = process.invoke({})["result"]

        assert result["shared"] == "code"
        assert result["paths"] == process.paths

    def test_the_host_does_not_show_through(self, process: Process) -> None:
        result = process.invoke({})["result"]

        assert result["leaked"] is False
        assert result["environment"] == ["app.handler", "red"]

    def test_the_context_knows_the_request_and_its_time(self, process: Process) -> None:
        result = process.invoke({})["result"]

        assert result["request"] == "r-1"
        assert 0 < result["milliseconds"] <= 2000

    def test_an_exception_keeps_its_name_and_the_process_lives(self, process: Process) -> None:
        failed = process.invoke("fail")["result"][worker.ERROR_FIELD]

        assert (failed["errorType"], failed["errorMessage"]) == ("LookupError", "not there")
        assert process.invoke("again")["result"]["event"] == "again"

    def test_whatever_is_printed_joins_the_log_before_its_mark(self, process: Process) -> None:
        process.invoke("print")

        log = process.end()
        assert {"a line", "from C"} <= set(log.partition(worker.END_OF_LOG)[0].splitlines())


def test_a_module_that_cannot_be_imported_says_why(tmp_path: Path) -> None:
    broken = HANDLER.replace("import shared", "import missing_module")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "HANDLER", broken)
        process = Process(tmp_path)
    process.end()

    assert process.started["status"] == "error"
    assert "missing_module" in process.started["error"]


class TestReadLog:
    @staticmethod
    def filled(*lines: str) -> "queue.Queue[str]":
        log: queue.Queue[str] = queue.Queue()
        for line in lines:
            log.put(line)
        return log

    def test_reads_up_to_the_mark_and_no_further(self) -> None:
        log = self.filled("one", "two", worker.END_OF_LOG, "of the next call")

        assert read_log(log) == "one\ntwo"
        assert log.get_nowait() == "of the next call"

    def test_a_line_without_its_end_is_not_lost(self) -> None:
        assert read_log(self.filled(f"half{worker.END_OF_LOG}")) == "half"

    def test_without_a_mark_it_gives_what_there_is(self) -> None:
        assert read_log(self.filled("one"), wait_seconds=0.01) == "one"


class TestErrors:
    def test_a_reported_exception_becomes_a_failed_call(self) -> None:
        payload = {"errorType": "LookupError"}

        result = as_function_error({"body": {worker.ERROR_FIELD: payload}, "log": "l"})

        assert result == {"body": payload, "error": True, "log": "l"}

    @pytest.mark.parametrize("body", [None, "text", {"statusCode": 200}, [1]])
    def test_everything_else_stays_as_it_is(self, body: Any) -> None:
        assert as_function_error({"body": body}) == {"body": body}


class TestLayers:
    @staticmethod
    def zipped(text: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("python/a.py", text)
        return buffer.getvalue()

    def test_the_same_layer_is_unpacked_once(self, tmp_path: Path) -> None:
        cache = LayerCache(tmp_path)

        first, second = cache.unpack(self.zipped("a")), cache.unpack(self.zipped("a"))

        assert first == second
        assert (first / "python" / "a.py").read_text() == "a"

    def test_the_pointer_says_where(self, tmp_path: Path) -> None:
        cache = LayerCache(tmp_path)

        with zipfile.ZipFile(io.BytesIO(cache.pointer_zip(self.zipped("a")))) as pointer:
            address = pointer.read("unpacked-at").decode()

        assert address == str(cache.unpack(self.zipped("a")))


def test_the_runtime_has_boto3_and_nothing_of_ours(tmp_path: Path) -> None:
    folder = link_runtime_packages(Path("/site-packages"), tmp_path / "runtime")

    names = {path.name for path in folder.iterdir()}
    assert {"boto3", "botocore"} <= names
    assert not {"pydantic", "cryptography", "ministack"} & names
