"""Starts and stops the local AWS as a process of its own."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import boto3

ROOT = Path(__file__).parents[3]
EMULATOR_PYTHON = ROOT / ".venvs" / "emulator" / "bin" / "python"

REGION = "us-east-1"
# The emulator takes this key, with any secret, for the account's root.
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105 - not a secret: it works on the loopback address only
START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 10


class NotStartedError(Exception):
    """The local AWS ended, or did not answer in time; its log says why."""


def client(service: str, *, endpoint: str) -> Any:
    """A boto3 client of the local AWS. Its type depends on the service, so it has none here."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )


def client_environment(endpoint: str) -> dict[str, str]:
    """What every other client needs, as environment variables."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
    }


def free_port(preferred: int = 0) -> int:
    """The preferred port where it is free, else any."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NotStartedError("No free port on the loopback address.")


def command(
    *, port: int, state: Path, allowed_origins: Sequence[str] = (), end_with_parent: bool = False
) -> list[str]:
    arguments = ["--port", str(port), "--state", str(state)]
    for origin in allowed_origins:
        arguments += ["--allow-origin", origin]
    if end_with_parent:
        arguments.append("--end-with-parent")
    return [str(EMULATOR_PYTHON), "-m", "infra.local.aws.launcher", *arguments]


def answers(endpoint: str) -> bool:
    try:
        # The address is our own, with a scheme of ours.
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until_up(process: subprocess.Popen[bytes], *, endpoint: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotStartedError(f"The local AWS ended with status {process.returncode}.")
        if answers(endpoint):
            return
        time.sleep(0.05)
    raise NotStartedError(f"The local AWS did not answer within {START_TIMEOUT_SECONDS} s.")


def start(arguments: Sequence[str], *, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C in the terminal is not for it."""
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    return subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a local AWS that ends with the block, or with this process at the latest."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    arguments = command(port=port, state=folder / "state", end_with_parent=True)
    with (folder / "aws.log").open("wb") as log:
        started = start(arguments, log=log)
        try:
            wait_until_up(started, endpoint=endpoint)
            yield endpoint
        finally:
            stop(started)
