"""Prints the route table and writes it into the README: `make routes`."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))

from frontdesk.entrypoints.routes import ROUTES, Caller, Route

README = Path(__file__).parents[1] / "README.md"
_SECTION = re.compile(r"(<!-- routes:[^>]*-->\n).*?(<!-- /routes -->)", re.DOTALL)
_CALLERS = {
    Caller.ANYONE: "everybody",
    Caller.CUSTOMER: "customer",
    Caller.MERCHANT: "merchant",
    Caller.SIGNED_IN: "customer, merchant",
}


def table() -> str:
    rows = ["| Route | Does | For | Scope |", "|---|---|---|---|", *map(_row, ROUTES)]
    return "\n".join(rows) + "\n"


def readme_with_table(readme: str) -> str:
    return _SECTION.sub(lambda found: f"{found[1]}{table()}{found[2]}", readme)


def _row(route: Route) -> str:
    scope = f"`{route.scope}`" if route.scope else ""
    return f"| `{route.key}` | {route.summary} | {_CALLERS[route.caller]} | {scope} |"


if __name__ == "__main__":
    README.write_text(readme_with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(table(), end="")
