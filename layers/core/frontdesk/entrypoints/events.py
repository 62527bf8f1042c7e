"""What stands in an event of API Gateway (HTTP API, payload 2.0)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from frontdesk.domain.ids import is_id
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import Route
from frontdesk.entrypoints.unknown import refusal

BODY_LIMIT_BYTES = 256 * 1024
_STAND_IN = "\ufffd"
"""The gateway puts it where the bytes of a text were not UTF-8."""


def request_id_of(event: Mapping[str, Any], context: Any) -> str:
    gateways = (event.get("requestContext") or {}).get("requestId")
    return str(gateways or getattr(context, "aws_request_id", None) or "unknown")


def source_ip_of(event: Mapping[str, Any]) -> str:
    http = (event.get("requestContext") or {}).get("http") or {}
    return str(http.get("sourceIp") or "")


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}


def cookies_of(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    """By name; of two with one name the first, which is the one with the longer path."""
    texts = event.get("cookies") or headers.get("cookie", "").split(";")
    cookies: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.strip().partition("=")
        if equals:
            cookies.setdefault(name, value)
    return cookies


def path_of(event: Mapping[str, Any], route: Route) -> dict[str, str]:
    """The path's parameters. What is not shaped like an id is answered as a missing object.

    Raises NotFoundError, RequestError (method_not_allowed).
    """
    path = dict(event.get("pathParameters") or {})
    if route.id_prefix is not None and not is_id(path.get("id", ""), route.id_prefix):
        raise refusal(event)
    return path


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes as they were sent. Raises RequestError: malformed_json, body_too_large."""
    body = event.get("body") or ""
    raw = _decoded(body) if event.get("isBase64Encoded") else _encoded(body)
    if len(raw) > BODY_LIMIT_BYTES:
        raise RequestError("body_too_large", f"A body holds at most {BODY_LIMIT_BYTES} bytes.")
    return raw


def _encoded(body: str) -> bytes:
    """Who means the stand-in itself writes `\\ufffd`; anything else would be stored as a loss."""
    if _STAND_IN in body:
        raise RequestError("malformed_json", "The body is not UTF-8.")
    return body.encode("utf-8", "surrogatepass")


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise RequestError("malformed_json", "The body did not arrive whole.") from None
