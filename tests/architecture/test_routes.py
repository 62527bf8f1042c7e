"""The route table, template.yaml, the functions and docs/routes.md say the same."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from frontdesk.entrypoints.routes import (
    DEFAULT_FUNCTION,
    DEFAULT_ROUTE_KEY,
    ROUTES,
    Caller,
)
from infra.routes import PAGE, page_with_table
from infra.template import resources

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted({route.function for route in ROUTES})
CALLERS = {route.key: route.caller for route in ROUTES} | {DEFAULT_ROUTE_KEY: Caller.ANYONE}


def _http_events() -> list[tuple[str, str, dict[str, Any]]]:
    """Function, route key and properties of every HTTP event of the template."""
    return [
        (properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"], _key(event), event)
        for properties in resources("AWS::Serverless::Function").values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]


def _key(event: dict[str, Any]) -> str:
    """SAM takes an event without a path for the route of everything else."""
    properties = event["Properties"]
    if "Path" not in properties:
        return DEFAULT_ROUTE_KEY
    return f"{properties['Method']} {properties['Path']}"


EVENTS = _http_events()


def test_the_template_has_exactly_the_routes_of_the_table() -> None:
    wanted = {(route.function, route.key) for route in ROUTES}
    wanted.add((DEFAULT_FUNCTION, DEFAULT_ROUTE_KEY))

    assert {(function, key) for function, key, _ in EVENTS} == wanted
    assert len(EVENTS) == len(wanted)


@pytest.mark.parametrize(
    ("key", "event"), [event[1:] for event in EVENTS], ids=[event[1] for event in EVENTS]
)
def test_only_public_routes_go_without_the_authorizer(key: str, event: dict[str, Any]) -> None:
    is_public = event["Properties"].get("Auth", {}).get("Authorizer") == "NONE"

    assert is_public == (CALLERS[key] is Caller.ANYONE)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_only_with_a_handler_for_each_of_its_routes(function: str) -> None:
    """`http_function` compares the two when the module is imported."""
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"function_{function}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert callable(module.handler)


def test_no_two_routes_are_one() -> None:
    keys = [route.key for route in ROUTES]

    assert len(set(keys)) == len(keys)


def test_the_page_shows_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert ROUTES[0].key in page
    assert page == page_with_table(page), "Run `make routes` and commit docs/routes.md."
