"""A small PayPal client that holds each request and each answer against the descriptions."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from infra.local.paypal.server import Server
from infra.local.paypal.standin import StandIn
from infra.local.provider.control_client import ControlClient
from tests.contract.paypal.openapi import validate_request, validate_response

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def issue(self) -> str:
        return str(self.body["details"][0]["issue"])


@dataclass(slots=True)
class Client:
    server: Server
    is_validating: bool = True
    token: str = ""
    answered: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def standin(self) -> StandIn:
        return self.server.standin

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.server.api_base)

    def sign_in(self) -> str:
        credentials = base64.b64encode(b"client:secret").decode()
        answer = self.send(
            "POST",
            "/v1/oauth2/token",
            b"grant_type=client_credentials",
            {"Authorization": f"Basic {credentials}"},
        )
        self.token = answer.body["access_token"] if answer.status == 200 else ""
        return self.token

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        full: bool = False,
        **query: str,
    ) -> Answer:
        """`key` is the PayPal-Request-Id; `full` asks for the whole representation."""
        if not self.token:
            self.sign_in()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["PayPal-Request-Id"] = key
        if full:
            headers["Prefer"] = "return=representation"
        asked = f"{path}?{urlencode(query)}" if query else path
        raw = None if body is None else json.dumps(body).encode()
        answer = self.send(method, asked, raw, headers)
        if self.is_validating:
            if answer.status < 400:  # what a test sends wrong on purpose is answered with an error
                sent = {"PayPal-Request-Id": key} if key else {}
                validate_request(method, path, query=query, body=body, headers=sent)
            validate_response(method, path, answer.status, answer.body)
        self.answered.append((method, path, answer.status))
        return answer

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(
            self.server.api_base + path, data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
                return _answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read(), error.headers)

    def ok(self, method: str, path: str, body: Any = None, /, **more: Any) -> Any:
        answer = self(method, path, body, **more)
        assert answer.status < 400, (method, path, answer)
        return answer.body

    def act(self, person: str, /, **body: Any) -> Any:
        return self.control.post(f"dashboard/{person}", **body)

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        self.control.post("clock", advance_by=round(days * 86_400 + seconds))
        self.token = ""  # tokens die after nine hours


def _answer(status: int, raw: bytes, headers: Any) -> Answer:
    is_json = "json" in headers.get("Content-Type", "")
    return Answer(status, json.loads(raw) if raw and is_json else None, dict(headers.items()))
