"""What each function imports when it starts, counted in a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())

BUDGETS = {
    # Modules that starting the function may add to a bare interpreter; raised on purpose only.
    "authorizer": 105,
    "customers": 135,
    "effects": 95,
    "export_worker": 170,  # its own connection to DynamoDB: http.client and ssl, msgspec
    "exports": 130,
    "janitor": 160,  # the mirror, operations and the providers, in every run
    "mirror": 155,
    "payment_methods": 160,  # the mirror comes along: an answer is what it shows afterwards
    "paypal_webhook": 130,
    "profile": 135,
    "refunds": 190,  # money moves here: the mirror, operations and the providers come along
    "sessions": 145,
    "settings": 130,
    "stripe_webhook": 115,
    "subscriptions": 132,  # who pays is read off the whole customer
    "transactions": 120,
}
NEVER_AT_START = frozenset(
    (
        # An SDK is made when it is first asked for. `inspect` is not here: dataclasses need it.
        "boto3",
        "botocore",
        "stripe",
        "requests",
        "httpx",
        "pydantic",
        "aws_xray_sdk",
        "asyncio",
        "cryptography",
        "multiprocessing",
        "aws_lambda_powertools",
    )
)

PROBE = """
import sys
before = set(sys.modules)
import app
print(__import__("json").dumps(sorted(set(sys.modules) - before)))
"""


def _modules_at_start(function: str) -> list[str]:
    path = [str(ROOT / "functions" / function), str(ROOT / "layers" / "core")]
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{PROBE}"],
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
        env={"PATH": ""},
    )
    modules: list[str] = json.loads(answer.stdout)
    return modules


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_within_its_budget_and_without_an_sdk(function: str) -> None:
    modules = _modules_at_start(function)

    tops = {name.partition(".")[0] for name in modules}
    assert tops & NEVER_AT_START == set()
    assert len(modules) <= BUDGETS[function], f"{function} starts with {len(modules)} modules"


def test_every_function_has_a_budget() -> None:
    assert set(FUNCTIONS) <= set(BUDGETS)
