"""Reads stay light not only when a function starts, but while it answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("pydantic", "boto3", "botocore", "stripe", "phonenumbers", "pycountry", "stdnum")

PROBE = """
import sys
sys.path[:0] = [{function!r}, {root!r}, {core!r}]
import app
from tests.fakes.api_gateway import CUSTOMER, STAFF, ask, event
from tests.fakes.gateway import MemoryGateway

app.gateway = MemoryGateway
made = event({route!r}, caller={caller}, path={path!r})
answer = ask(app.handler, made)
print(__import__("json").dumps([answer.status, sorted(sys.modules)]))
"""
UNKNOWN = {"cus": "cus_" + "0" * 26, "sub": "sub_" + "0" * 26, "txn": "txn_" + "0" * 26}


@pytest.mark.parametrize(
    ("function", "route", "path", "status"),
    [
        ("profile", "GET /v1/me", None, 404),
        ("payment_methods", "GET /v1/me/payment-methods", None, 404),
        ("customers", "GET /v1/customers", None, 200),
        ("customers", "GET /v1/customers/{id}", {"id": UNKNOWN["cus"]}, 404),
        ("subscriptions", "GET /v1/me/subscriptions", None, 404),
        ("subscriptions", "GET /v1/subscriptions/{id}", {"id": UNKNOWN["sub"]}, 404),
        ("transactions", "GET /v1/transactions/{id}", {"id": UNKNOWN["txn"]}, 404),
    ],
)
def test_a_read_is_answered_without_anything_heavy(
    function: str, route: str, path: dict[str, str] | None, status: int
) -> None:
    is_mine = "/v1/me" in route
    program = PROBE.format(
        function=str(ROOT / "functions" / function),
        root=str(ROOT),
        core=str(ROOT / "layers" / "core"),
        route=route,
        caller="CUSTOMER" if is_mine else "STAFF",
        path=path,
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
        env={"PATH": "", "CURRENCY": "usd"},
    )

    got, modules = json.loads(answer.stdout)

    assert got == status
    assert {name.partition(".")[0] for name in modules}.isdisjoint(HEAVY)
