"""Writes the OpenAPI document that the settings function serves: `make openapi`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))

from frontdesk.entrypoints.openapi import document_text

COMMITTED = Path(__file__).parents[1] / "layers/core/frontdesk/entrypoints/openapi.json"


def write() -> None:
    COMMITTED.write_text(document_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
