"""The local PayPal without a network: the product's own client, and under it the stand-in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from frontdesk.adapters.paypal.client import PayPalClient
from frontdesk.adapters.paypal.http import Answer, Limits, NoAnswerError
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.ports.clock import Clock
from infra.local.paypal.standin import StandIn
from infra.local.provider.exchange import Request
from tests.paypal_shop import InProcess

BASE = "https://api-m.sandbox.paypal.com"
_TOKENS = "/v1/oauth2/token"


class Credentials:
    def text(self, name: str) -> str:
        return '{"client_id": "id", "client_secret": "secret"}'

    def reload(self, name: str) -> bool:
        return False


@dataclass
class PayPalInProcess(InProcess):
    """Takes the place of `http.exchange`. The hooks get the name of each call (`token`, `fetch`,
    `post`, `patch`) and may raise: nothing was done, or its answer is lost."""

    standin: StandIn
    clock: Clock
    before_call: Callable[[str], None] = lambda name: None
    after_call: Callable[[str], None] = lambda name: None
    calls: list[tuple[str, str]] = field(default_factory=list)
    limits: list[Limits] = field(default_factory=list)

    def __post_init__(self) -> None:
        tokens = AccessTokens(
            api_base=BASE,
            http=self,
            secrets=Credentials(),
            secret_name="paypal",
            clock=self.clock,
        )
        self.client = PayPalClient(api_base=BASE, http=self, tokens=tokens)

    def __call__(
        self,
        method: str,
        url: str,
        *,
        limits: Limits,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        address = urlsplit(url)
        name = _name(method, address.path)
        self.before_call(name)
        self.calls.append((method, address.path))
        self.limits.append(limits)
        lowered = {key.lower(): value for key, value in (headers or {}).items()}
        reply = self.standin.api.reply(
            Request(method, address.path, address.query, body or b"", lowered)
        )
        self.after_call(name)
        if reply.fault is not None:
            raise NoAnswerError("No answer.")
        return Answer(reply.answer.status, reply.answer.body)

    def changes(self) -> list[tuple[str, str]]:
        """What was asked for that is no look."""
        return [call for call in self.calls if call[0] != "GET" and call[1] != _TOKENS]


def _name(method: str, path: str) -> str:
    if path == _TOKENS:
        return "token"
    return "fetch" if method == "GET" else method.lower()
