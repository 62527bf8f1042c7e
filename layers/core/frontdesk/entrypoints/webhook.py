"""The edge of provider webhooks: raw bytes in, a 2xx only once the event is stored and queued."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.errors import InvalidInputError
from frontdesk.entrypoints.answers import rendered, rendered_error
from frontdesk.entrypoints.messages import Response

LARGEST_BODY = 1024 * 1024
"""Bytes. Events are a few KB; an invoice with many lines may come near 300 KB."""

type Receive = Callable[[bytes, Mapping[str, str]], None]


def webhook_function(receive: Receive) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """`receive` gets the raw body and the headers (lower-case names); it raises to refuse."""

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = event.get("requestContext", {}).get("requestId") or context.aws_request_id
        try:
            headers = {n.lower(): value for n, value in (event.get("headers") or {}).items()}
            receive(_raw_body(event), headers)
        except Exception as error:
            return rendered_error(error, request_id=request_id)
        return rendered(Response({"received": True}), status=200, request_id=request_id)

    return handle


def _raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes as they were sent: API Gateway encodes what it does not take for text."""
    body = event.get("body") or ""
    if len(body) > LARGEST_BODY * 4 // 3 + 4:
        raise _too_large()
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else None
    except ValueError as error:  # also what is not ASCII, which is no binascii.Error
        raise InvalidInputError("The body is not usable.", code="malformed_json") from error
    raw = body.encode("utf-8", "surrogatepass") if raw is None else raw
    if len(raw) > LARGEST_BODY:
        raise _too_large()
    return raw


def _too_large() -> InvalidInputError:
    return InvalidInputError("The body is larger than 1 MiB.", code="body_too_large")
