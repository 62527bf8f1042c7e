"""Format, lint, types, architecture and template, at the same time: `make check`.

Each check is one command that says nothing when all is well. What a failed one printed follows the
table.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".venvs" / "dev" / "bin"
SAM = ROOT / ".venvs" / "sam" / "bin"
AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    seconds: float
    passed: bool
    output: str


# The longest first, so that the last to start is short.
CHECKS = (
    Check("types", (f"{TOOLS}/mypy", ".")),
    Check("sam validate", (f"{SAM}/sam", "validate", "--lint", "--region", "us-east-1")),
    Check("architecture", (f"{TOOLS}/python", "-m", "pytest", "tests/architecture", "-q")),
    Check("cfn-lint", (f"{TOOLS}/cfn-lint", "template.yaml")),
    Check("lint", (f"{TOOLS}/ruff", "check", "--quiet", ".")),
    Check("format", (f"{TOOLS}/ruff", "format", "--check", "--quiet", ".")),
)


def perform(check: Check) -> Outcome:
    started = time.monotonic()
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "PYTHONPATH": ""}
    finished = subprocess.run(
        check.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - started
    return Outcome(seconds, finished.returncode == 0, finished.stdout + finished.stderr)


def table(outcomes: dict[str, Outcome]) -> Table:
    rows = Table.grid(padding=(0, 2))
    for check in CHECKS:
        outcome = outcomes.get(check.name)
        if outcome is None:
            rows.add_row("[dim]·", check.name, "")
        else:
            mark = "[green]✓" if outcome.passed else "[red]✗"
            rows.add_row(mark, check.name, f"[dim]{outcome.seconds:.1f} s")
    return rows


def perform_all(console: Console) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with Live(table(outcomes), console=console) as live, ThreadPoolExecutor(AT_ONCE) as threads:

        def perform_one(check: Check) -> None:
            outcomes[check.name] = perform(check)
            live.update(table(outcomes))

        list(threads.map(perform_one, CHECKS))
    return outcomes


def main() -> int:
    console = Console()
    outcomes = perform_all(console)
    failed = {name: outcome for name, outcome in outcomes.items() if not outcome.passed}
    for name, outcome in failed.items():
        console.rule(f"[red]{name}")
        console.print(outcome.output, markup=False, highlight=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
