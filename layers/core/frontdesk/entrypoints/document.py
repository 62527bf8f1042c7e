"""The OpenAPI document as it is committed beside this file: made by `make openapi`, not here."""

from functools import cache
from pathlib import Path


@cache
def openapi_text() -> str:
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
