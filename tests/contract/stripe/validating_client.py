"""The SDK's HTTP client, holding each request and each answer against Stripe's description."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from infra.local.stripe.wire import parse_form
from tests.contract.stripe.openapi import validate_request, validate_response


class ValidatingClient(stripe.RequestsClient):
    def __init__(self, *, prefix: str = "") -> None:
        super().__init__(timeout=10)
        self._prefix = prefix
        self.validated = 0

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        path = parts.path.removeprefix(self._prefix)
        params = parse_form(parts.query) | parse_form(post_data or "")
        content, status, answer_headers = super().request(method, url, headers, post_data)
        if status < 400:
            # A test that sends something wrong on purpose gets an error; that is its point.
            validate_request(method, path, params)
        validate_response(method, path, status, self._parsed(content))
        self.validated += 1
        return content, status, answer_headers

    @staticmethod
    def _parsed(content: bytes) -> Any:
        import json

        return json.loads(content)
