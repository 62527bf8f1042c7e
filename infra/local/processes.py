"""What "make run" started, so that "make down" can end exactly that."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOP_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Started:
    """A process by id and birth: an id alone may by now be somebody else's."""

    name: str
    pid: int
    born: str
    port: int

    @property
    def is_alive(self) -> bool:
        return birth_of(self.pid) == self.born


def birth_of(pid: int) -> str | None:
    """When the kernel started the process, in its own ticks; nothing for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    is_zombie = fields[0] == "Z"
    return None if is_zombie else fields[19]


class Processes:
    """The list of started processes, kept in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "processes.json"
        self._logs = folder / "logs"

    def all(self) -> list[Started]:
        if not self._file.exists():
            return []
        return [Started(**item) for item in json.loads(self._file.read_text(encoding="utf-8"))]

    def find(self, name: str) -> Started | None:
        return next((item for item in self.all() if item.name == name and item.is_alive), None)

    def log_of(self, name: str) -> Path:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self._logs / f"{name}.log"

    def start(
        self, name: str, command: Sequence[str], *, port: int, environment: dict[str, str]
    ) -> Started:
        """In a session of its own: it outlives this program and its terminal."""
        with self.log_of(name).open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = Started(name, process.pid, birth_of(process.pid) or "", port)
        self._write([*self.all(), started])
        return started

    def stop_all(self) -> list[Started]:
        """Ends whatever is left of what was started, the last first."""
        alive = [item for item in reversed(self.all()) if item.is_alive]
        for started in alive:
            stop(started)
        self._write([])
        return alive

    def _write(self, items: list[Started]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(item) for item in items], indent=2)
        self._file.write_text(text, encoding="utf-8")


def stop(started: Started) -> None:
    with suppress(ProcessLookupError):
        os.kill(started.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while started.is_alive and time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(started.pid, os.WNOHANG)
        time.sleep(0.05)
    if started.is_alive:
        os.kill(started.pid, signal.SIGKILL)
