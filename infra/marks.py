"""Which tests prove what: `make features`, `make cases`.

Reads the marks of the collected tests. Where the specification lies beside the checkout, what it
names and no test proves is listed as well.
"""

import re
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from infra.environments import ROOT

SPECIFICATION = ROOT.parent / "shared" / "spec"
SOURCES = {
    "feature": (SPECIFICATION / "mission.md", re.compile(r"^- ([A-Z]\d+-\d+) (.+)$", re.MULTILINE)),
    "case": (
        SPECIFICATION / "reliability.md",
        re.compile(r"^\| ([A-H]\d+)²? [USEM/]+ \| (.+?) \| .+ \|$", re.MULTILINE),
    ),
}


@dataclass(slots=True)
class Collector:
    """A pytest plugin that notes the tests of each marked id."""

    mark: str
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            # A parametrised test is one proof, however many values it is given.
            name = item.nodeid.partition("[")[0]
            for mark in item.iter_markers(self.mark):
                for identifier in mark.args:
                    if name not in self.found[identifier]:
                        self.found[identifier].append(name)


def collected(mark: str) -> dict[str, list[str]]:
    collector = Collector(mark)
    with redirect_stdout(StringIO()) as printed:
        status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], [collector])
    if status != pytest.ExitCode.OK:
        raise SystemExit(printed.getvalue())
    return collector.found


def named(mark: str) -> dict[str, str]:
    """What the specification calls each id; nothing where it is not there."""
    path, pattern = SOURCES[mark]
    if not path.exists():
        return {}
    return dict(pattern.findall(path.read_text(encoding="utf-8")))


def natural(identifier: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", identifier)]


def short(text: str, *, width: int = 72) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def table(mark: str) -> tuple[Table, str]:
    proofs, names = collected(mark), named(mark)
    rows = Table(mark, "says", "tests", box=None, pad_edge=False)
    for identifier in sorted({*proofs, *names}, key=natural):
        tests = "\n".join(sorted(proofs.get(identifier, [])))
        rows.add_row(identifier, short(names.get(identifier, "")), tests or "[dim]none yet")
    known = f" of {len(names)}" if names else ""
    return rows, f"{len(proofs)}{known} have a test"


def main() -> None:
    rows, summary = table(sys.argv[1])
    # In a file or a pipe nothing is cut off.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
    console.print(rows)
    console.print(summary)


if __name__ == "__main__":
    main()
