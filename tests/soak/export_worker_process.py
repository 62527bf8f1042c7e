"""An export worker as a process of its own: every step through the function's own handler.

    python -m tests.soak.export_worker_process EXPORT_ID

prints the rows, the turns and the process's high-water mark in MB, as JSON.
"""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]


class Context:
    """A Lambda function's, with all of its fifteen minutes left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def function() -> ModuleType:
    path = ROOT / "functions" / "export_worker" / "app.py"
    spec = importlib.util.spec_from_file_location("app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def high_water_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    handler: Any = function().handler
    export_id, turns = sys.argv[1], 0
    for item in handler({"step": "plan", "export_id": export_id}, Context())["segments"]:
        is_done = False
        while not is_done:
            is_done = handler({"step": "segment", **item}, Context())["is_done"]
            turns += 1
    done = handler({"step": "finish", "export_id": export_id}, Context())
    figures = {"rows": done["row_count"], "turns": turns, "peak_mb": high_water_mb()}
    # The log of the function goes to standard output.
    sys.stderr.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
