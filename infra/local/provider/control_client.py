"""Speaking to a stand-in's control address over HTTP."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 330  # longer than a drain may take


class ControlClient:
    """The stand-in's control address, which lies beside the API's prefix."""

    def __init__(self, api_base: str) -> None:
        parts = urlsplit(api_base)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def post(self, path: str, /, **body: Any) -> Any:
        return self._ask(path, json.dumps(body).encode())

    def get(self, path: str) -> Any:
        return self._ask(path, None)

    def _ask(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(f"{self._origin}/_control/{path}", body)  # noqa: S310 - http on loopback, given by the caller
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
