import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.paypal.certificates import Authority, new_authority
from infra.local.paypal.people import PEOPLE
from infra.local.paypal.standin import StandIn
from infra.local.provider.exchange import Reply, Request
from tests.paypal_shop import START, Shop

CREDENTIALS = {"authorization": f"Basic {base64.b64encode(b'client:secret').decode()}"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def issue(self) -> str:
        return str(self.body["details"][0]["issue"])


@dataclass(slots=True)
class InProcess:
    """The stand-in's API without a network between."""

    standin: StandIn
    token: str = ""

    def sign_in(self) -> Answer:
        asked = Request(
            "POST", "/v1/oauth2/token", "", b"grant_type=client_credentials", CREDENTIALS
        )
        answer = _answer(self.standin.api.reply(asked))
        if answer.status == 200:
            self.token = answer.body["access_token"]
        return answer

    def reply(
        self,
        method: str,
        path: str,
        body: Any = None,
        /,
        *,
        key: str = "",
        full: bool = False,
        **query: str,
    ) -> Reply:
        if not self.token:
            self.sign_in()
        headers = {"authorization": f"Bearer {self.token}"}
        if key:
            headers["paypal-request-id"] = key
        if full:
            headers["prefer"] = "return=representation"
        raw = b"" if body is None else json.dumps(body).encode()
        return self.standin.api.reply(Request(method, path, urlencode(query), raw, headers))

    def __call__(self, method: str, path: str, body: Any = None, /, **more: Any) -> Answer:
        return _answer(self.reply(method, path, body, **more))

    def ok(self, method: str, path: str, body: Any = None, /, **more: Any) -> Any:
        answer = self(method, path, body, **more)
        assert answer.status < 400, (method, path, answer)
        return answer.body

    def act(self, person: str, /, **body: Any) -> Any:
        return PEOPLE[person](self.standin.account, body)

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        self.standin.advance_to(self.standin.clock.now() + round(days * 86_400 + seconds))
        self.token = ""  # tokens die after nine hours


def _answer(reply: Reply) -> Answer:
    raw = reply.answer.body
    return Answer(reply.answer.status, json.loads(raw) if raw else None)


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Keys take their time: one set for all tests."""
    return new_authority()


@pytest.fixture
def shop(authority: Authority) -> Shop[InProcess]:
    standin = StandIn(seed=7, authority=authority)
    standin.clock.freeze(START)
    return Shop(InProcess(standin))
