"""Only what was started is ended."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.processes import Processes, birth_of

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


class TestProcesses:
    def test_what_was_started_is_found_and_ended(self, processes: Processes) -> None:
        started = processes.start("sleeper", SLEEPER, port=1, environment={})

        assert processes.find("sleeper") == started
        assert processes.stop_all() == [started]
        assert not started.is_alive
        assert processes.find("sleeper") is None

    def test_nothing_is_ended_twice(self, processes: Processes) -> None:
        processes.start("sleeper", SLEEPER, port=1, environment={})
        processes.stop_all()

        assert processes.stop_all() == []

    def test_a_process_that_took_over_an_id_is_somebody_elses(self, processes: Processes) -> None:
        started = processes.start("sleeper", SLEEPER, port=1, environment={})

        assert not replace(started, born="1").is_alive
        processes.stop_all()

    def test_a_process_that_ended_by_itself_is_not_alive(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()

        assert birth_of(process.pid) is None
        assert birth_of(os.getpid()) is not None
