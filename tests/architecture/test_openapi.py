"""The OpenAPI document is committed as it would be made today, and says what is true."""

import json
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from frontdesk.entrypoints.openapi import document, document_text
from frontdesk.entrypoints.problem import PROBLEMS
from frontdesk.entrypoints.routes import ROUTES, Route
from infra.openapi import COMMITTED

DOCUMENT = document()
OPERATIONS = {route.key: DOCUMENT["paths"][route.path][route.method.lower()] for route in ROUTES}
by_key = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)


def test_the_committed_document_is_the_one_that_would_be_made() -> None:
    same = COMMITTED.read_text(encoding="utf-8") == document_text()

    assert same, "Routes or schemas have changed: run `make openapi` and commit what it wrote."


def test_every_route_is_described_and_nothing_else() -> None:
    described = {
        f"{method.upper()} {path}"
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
    }

    assert described == {route.key for route in ROUTES}


def test_every_code_that_a_route_names_has_a_status_and_a_title() -> None:
    assert {code for route in ROUTES for code in route.errors} <= set(PROBLEMS)


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, list):
            return {found for one in node for found in references(one)}
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own | {found for one in node.values() for found in references(one)}
        return set()

    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            node = node[name]
        assert node


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_one(name: str) -> None:
    OAS31Validator.check_schema(DOCUMENT["components"]["schemas"][name])


_NO_MONEY = {
    *("count", "quantity", "paid", "total"),
    *("row_count", "rows_done", "segments_done", "segments_total", "size_bytes"),
    *("order_history_days", "window_days", "status", "version", "month", "year"),
}
"""Whole numbers that count something; `paid` and `total` are instalments."""


@pytest.mark.case("E7")
@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_amount_stands_beside_its_currency(name: str) -> None:
    """So that nobody can read, or we write, a sum of several currencies."""

    def kinds(node: Any) -> set[str]:
        """Of the value itself: not of objects that are referred to, nor of what a map holds."""
        own = {str(node["type"])} if isinstance(node.get("type"), str) else set()
        return own.union(*(kinds(one) for one in node.get("anyOf", ())))

    schema = DOCUMENT["components"]["schemas"][name]
    properties = schema.get("properties", {})
    amounts = {
        field
        for field, told in properties.items()
        if field not in _NO_MONEY and kinds(told) & {"integer", "number"}
    }

    assert not amounts or (amounts == {"amount"} and "currency" in schema["required"])


@pytest.mark.case("E7")
def test_a_list_has_no_totals() -> None:
    """Its rows may be in several currencies."""
    lists = {
        name: set(schema["properties"])
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if name.endswith("List")
    }

    assert lists
    assert all(fields == {"data", "next_cursor"} for fields in lists.values()), lists


@by_key
def test_a_wrong_use_is_answered_with_a_problem_document(route: Route) -> None:
    for status, response in OPERATIONS[route.key]["responses"].items():
        if status == "429" or status < "400":
            continue
        name = response["$ref"].rpartition("/")[2]
        content = DOCUMENT["components"]["responses"][name]["content"]
        assert list(content) == ["application/problem+json"]


def test_a_changing_body_promises_no_default() -> None:
    """What is left out stays as it is: a default in the document would say otherwise."""
    for route in ROUTES:
        if route.method not in ("PATCH", "PUT") or route.body is None:
            continue
        name = OPERATIONS[route.key]["requestBody"]["content"]["application/json"]["schema"]
        schema = DOCUMENT["components"]["schemas"][name["$ref"].rpartition("/")[2]]
        assert '"default"' not in json.dumps(schema), route.key


def test_bodies_take_no_unknown_fields() -> None:
    for route in ROUTES:
        if route.body is not None:
            reference = OPERATIONS[route.key]["requestBody"]["content"]["application/json"]
            name = reference["schema"]["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][name]["additionalProperties"] is False
