"""Prints the route table and writes it into docs/routes.md: `make routes`."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))

from frontdesk.entrypoints.routes import ROUTES, Caller, Route

PAGE = Path(__file__).parents[1] / "docs" / "routes.md"
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


def page_with_table(page: str) -> str:
    return _SECTION.sub(lambda found: f"{found[1]}{table()}{found[2]}", page)


def _row(route: Route) -> str:
    scope = f"`{route.scope}`" if route.scope else ""
    return f"| `{route.key}` | {route.summary} | {_CALLERS[route.caller]} | {scope} |"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(table(), end="")
