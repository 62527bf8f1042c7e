"""Calling the deployed API over HTTP, as one caller."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPResponse
from typing import Any

import pytest

TIMEOUT_SECONDS = 30


class _Unfollowed(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Unfollowed)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def code(self) -> str | None:
        """The problem's code; None where the answer is no problem document."""
        is_problem = self.headers.get_content_type() == "application/problem+json"
        return str(self.body["code"]) if is_problem else None


@dataclass(frozen=True, slots=True)
class Api:
    """Calls the deployed API as one caller."""

    url: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        sent = {"Content-Type": "application/json", **self.headers}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=sent, method=method)
        try:
            answer: HTTPResponse = _OPENER.open(request, timeout=TIMEOUT_SECONDS)
            with answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


def wait_until[Found](condition: Callable[[], Found], *, seconds: float, what: str) -> Found:
    """What `condition` answers once it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {seconds} s")
