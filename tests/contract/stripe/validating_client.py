"""The SDK's HTTP client, holding each request and each answer against Stripe's description."""

import json
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
        self.answered: list[tuple[str, str, int]] = []
        self.headers: Mapping[str, str] = {}

    def request(  # type: ignore[override]  # the SDK's own base classes contradict each other
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        parts = urlsplit(url)
        path = parts.path.removeprefix(self._prefix)
        params = parse_form(parts.query) | parse_form(post_data or "")
        content, status, answer_headers = super().request(method, url, headers, post_data)
        if status < 400:  # what a test sends wrong on purpose is answered with an error
            validate_request(method, path, params)
        validate_response(method, path, status, json.loads(content))
        self.answered.append((method, path, status))
        self.headers = answer_headers
        return content, status, answer_headers
