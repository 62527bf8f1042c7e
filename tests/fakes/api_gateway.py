"""API Gateway as a function of ours sees it: events in, answers out."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.domain.principal import Kind, Principal, to_context
from frontdesk.domain.scopes import SCOPES

ID = "0123456789abcdefghjkmnpqrs"
"""The part of an id behind its prefix."""

CUSTOMER = Principal(Kind.CUSTOMER, f"cus_{ID}", f"ses_{ID}")
STAFF = Principal(Kind.STAFF, "stf_1", f"ses_{ID}", frozenset(SCOPES))
STOREFRONT = Principal(Kind.STOREFRONT, f"key_{ID}", None, frozenset(SCOPES))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str | None
    cookies: tuple[str, ...]

    @property
    def json(self) -> Any:
        return None if self.text is None else json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["code"])


def event(
    key: str,
    *,
    caller: Principal | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
    request_id: str = "request-1",
) -> dict[str, Any]:
    """An event of payload 2.0; bytes arrive in base64, as the gateway sends what is not text."""
    _, _, pattern = key.partition(" ")
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": pattern.format(**(path or {})),
        "rawQueryString": "",
        "headers": dict(headers or {}),
        "requestContext": {"requestId": request_id, "http": {"sourceIp": "203.0.113.7"}},
        "isBase64Encoded": isinstance(body, bytes),
    }
    if path:
        made["pathParameters"] = dict(path)
    if query:
        made["queryStringParameters"] = dict(query)
    if caller is not None:
        made["requestContext"]["authorizer"] = {"lambda": to_context(caller)}
    if body is not None:
        made["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return made


def ask(handler: Callable[[dict[str, Any], Any], dict[str, Any]], made: dict[str, Any]) -> Answer:
    answer = json.loads(json.dumps(handler(made, None)))
    return Answer(
        status=answer["statusCode"],
        headers=answer["headers"],
        text=answer.get("body"),
        cookies=tuple(answer.get("cookies", ())),
    )
