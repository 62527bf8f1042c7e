"""Where a word lives, storey by storey: `make where WORD=refund`.

The same word names one thing in every storey, so its files are found by their names; the route
table is searched by path.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from frontdesk.entrypoints.routes import ROUTES
from infra.environments import ROOT

CORE = "layers/core/frontdesk"
STOREYS = (
    "functions",
    f"{CORE}/entrypoints",
    f"{CORE}/use_cases",
    f"{CORE}/domain",
    f"{CORE}/ports",
    f"{CORE}/adapters",
    "infra",
    "tests",
    "benchmarks",
    "docs",
)
HIDDEN = {"__pycache__"}


def stem_of(word: str) -> str:
    """Finds refund in refunds and policy in policies."""
    lowered = word.strip().lower().replace("-", "_").replace(" ", "_")
    return lowered.removesuffix("s") if len(lowered) > 3 else lowered


def matching_files(storey: Path, stem: str) -> Iterator[Path]:
    for path in sorted(storey.rglob("*")):
        inside = path.relative_to(storey)
        if path.is_file() and not HIDDEN & set(inside.parts) and stem in str(inside).lower():
            yield path.relative_to(ROOT)


def matching_routes(stem: str) -> list[str]:
    return [
        f"{route.key}  →  {route.function}"
        for route in ROUTES
        if stem in route.path.replace("-", "_") or stem in route.function
    ]


def main() -> int:
    console = Console(highlight=False)
    word = " ".join(sys.argv[1:])
    if not word.strip():
        console.print("Say what to look for: make where WORD=refund")
        return 2
    stem = stem_of(word)
    groups = {"routes": matching_routes(stem)}
    for storey in STOREYS:
        groups[storey] = [str(path) for path in matching_files(ROOT / storey, stem)]
    for name, lines in groups.items():
        if lines:
            console.print(f"[bold]{name}[/]")
            for line in lines:
                console.print(f"  {line}", markup=False)
    return 0 if any(groups.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
