"""Repairs how MiniStack runs functions: the worker, its layers, its log and its errors."""

import hashlib
import io
import queue
import shutil
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.aws import worker

LOG_WAIT_SECONDS = 0.5
LAYER_POINTER = "unpacked-at"

# What the Python runtime of Lambda offers without a layer.
RUNTIME_PACKAGES = (
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six.py",
    "urllib3",
)


def link_runtime_packages(site_packages: Path, target: Path) -> Path:
    """A folder that holds what AWS's runtime holds and nothing else of our environment."""
    target.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_PACKAGES:
        link = target / name
        link.unlink(missing_ok=True)
        link.symlink_to(site_packages / name)
    return target


def worker_script(*, runtime_packages: Path, host_only_variables: list[str]) -> str:
    text = Path(worker.__file__).read_text(encoding="utf-8")
    return (
        text.replace("@RUNTIME_PACKAGES@", str(runtime_packages))
        .replace("@HOST_ONLY_VARIABLES@", ",".join(host_only_variables))
        .replace("@LAYER_POINTER@", LAYER_POINTER)
    )


class LayerCache:
    """Unpacks each layer once, not once per process: one layer has thousands of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def unpack(self, layer_zip: bytes) -> Path:
        target = self._folder / hashlib.sha256(layer_zip).hexdigest()[:20]
        with self._lock:
            if not target.exists():
                partial = target.with_suffix(".partial")
                shutil.rmtree(partial, ignore_errors=True)
                with zipfile.ZipFile(io.BytesIO(layer_zip)) as archive:
                    archive.extractall(partial)
                partial.rename(target)
        return target

    def pointer_zip(self, layer_zip: bytes) -> bytes:
        """A zip with the address of the unpacked layer, for MiniStack to unpack instead."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(LAYER_POINTER, str(self.unpack(layer_zip)))
        return buffer.getvalue()


def read_log(lines: "queue.Queue[str]", *, wait_seconds: float = LOG_WAIT_SECONDS) -> str:
    """Everything up to the mark that the worker sets; never waits where there is a mark."""
    collected: list[str] = []
    deadline = time.monotonic() + wait_seconds
    while (remaining := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=remaining)
        except queue.Empty:
            break
        text, mark, _ = line.partition(worker.END_OF_LOG)
        if text or not mark:
            collected.append(text)
        if mark:
            break
    return "\n".join(collected)


def as_function_error(result: dict[str, Any]) -> dict[str, Any]:
    """The worker reports an exception as a result; MiniStack's callers expect a flag."""
    body = result.get("body")
    if isinstance(body, dict) and worker.ERROR_FIELD in body:
        return {
            "body": body[worker.ERROR_FIELD],
            "error": True,
            "log": result.get("log", ""),
        }
    return result


def repair(lambda_runtime: Any, lambda_svc: Any, *, script: str, layers: LayerCache) -> None:
    run_warm: Callable[..., dict[str, Any]] = lambda_svc._execute_function_warm
    resolve_layer: Callable[..., bytes | None] = lambda_svc._resolve_layer_zip

    def pointer_to_layer(attachment: str | dict[str, Any]) -> bytes | None:
        layer_zip = resolve_layer(attachment)
        return layers.pointer_zip(layer_zip) if layer_zip else None

    lambda_runtime._PYTHON_WORKER_SCRIPT = script
    lambda_runtime.Worker._drain_stderr_bounded = lambda self: read_log(self._stderr_queue)
    lambda_svc._resolve_layer_zip = pointer_to_layer
    lambda_svc._execute_function_warm = lambda *args: as_function_error(run_warm(*args))
