"""PayPal's REST API: JSON in, JSON out, every failure one of three.

No answer, or one that says "later", is ProviderUnavailableError: what was asked may have been
done. A refusal is PayPalRefusedError with PayPal's own code: nothing was done. Something that is
not there is None for a GET. Neither bodies nor tokens stand in any of them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from frontdesk.adapters.paypal.http import (
    Answer,
    AnswerTooLargeError,
    Http,
    Limits,
    NoAnswerError,
)
from frontdesk.adapters.paypal.oauth import AccessTokens
from frontdesk.ports.provider import ProviderRejectedError, ProviderUnavailableError

type Json = dict[str, Any]

LIMITS = Limits(connect_seconds=2, read_seconds=8, largest_answer=4 * 1024 * 1024)
_NOT_FOUND = 404
_UNAUTHORIZED = 401
_SERVER_FAULT = 500
_LATER = frozenset((408, 409, 425, 429))
"""409 is a call with the same PayPal-Request-Id that is still running:
https://developer.paypal.com/api/rest/reference/idempotency/"""
_CODE = re.compile(r"[A-Z0-9_]{1,100}")


class PayPalRefusedError(ProviderRejectedError):
    """PayPal understood and said no; `issue` is its code, such as CAPTURE_FULLY_REFUNDED."""

    def __init__(self, status: int, issue: str) -> None:
        super().__init__(f"PayPal refused with {status} {issue}.")
        self.status = status
        self.issue = issue


class PayPalShapeError(ProviderRejectedError):
    """PayPal answered something that its description does not allow."""


class PayPalClient:
    def __init__(self, *, api_base: str, http: Http, tokens: AccessTokens) -> None:
        """`api_base` may hold a path prefix."""
        self._base = api_base.rstrip("/")
        self._http = http
        self._tokens = tokens

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> Json | None:
        """None when there is no such object."""
        question = f"?{urlencode(query)}" if query else ""
        answer = self._exchange("GET", path + question)
        return None if _is_missing(answer) else _json_of(answer)

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        request_id: str | None = None,
        wants_representation: bool = False,
    ) -> Json:
        """`body` as bytes is sent as it stands. `request_id` goes where PayPal remembers one.

        Answers {} where PayPal answers nothing.
        """
        headers = {"PayPal-Request-Id": request_id} if request_id else {}
        if wants_representation:
            headers["Prefer"] = "return=representation"
        return _json_of(self._exchange("POST", path, body=_bytes_of(body), headers=headers))

    def patch(self, path: str, operations: Sequence[Mapping[str, Any]]) -> None:
        """JSON Patch operations, as in https://www.rfc-editor.org/rfc/rfc6902."""
        _json_of(self._exchange("PATCH", path, body=_bytes_of(operations)))

    def delete(self, path: str) -> None:
        """What is not there is deleted."""
        answer = self._exchange("DELETE", path)
        if not _is_missing(answer):
            _json_of(answer)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """With one fresh token after a 401, which PayPal gives before it does anything."""
        token = self._tokens.current()
        answer = self._send(method, path, body=body, headers=headers, token=token)
        if answer.status == _UNAUTHORIZED:
            token = self._tokens.after_refusal_of(token)
            answer = self._send(method, path, body=body, headers=headers, token=token)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        token: str,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            return self._http(
                method,
                self._base + path,
                limits=LIMITS,
                headers={**sent, **(headers or {})},
                body=body,
            )
        except (NoAnswerError, AnswerTooLargeError):
            raise ProviderUnavailableError("PayPal gave no usable answer.") from None


def segment(text: str) -> str:
    """An id as one segment of a path, whatever stands in it."""
    return quote(text, safe="")


def _bytes_of(body: Mapping[str, Any] | Sequence[Any] | bytes | None) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _json_of(answer: Answer) -> Json:
    if 200 <= answer.status < 300:
        return _parsed(answer.body) if answer.body else {}
    if answer.status >= _SERVER_FAULT or answer.status in _LATER or _is_foreign(answer):
        raise ProviderUnavailableError(f"PayPal answered {answer.status}.")
    if answer.status == _UNAUTHORIZED:
        raise ProviderUnavailableError("PayPal refuses a token that it has just given.")
    raise PayPalRefusedError(answer.status, _issue_of(answer.body) or "UNKNOWN")


def _is_missing(answer: Answer) -> bool:
    return answer.status == _NOT_FOUND and not _is_foreign(answer)


def _is_foreign(answer: Answer) -> bool:
    """A 404 that does not speak as PayPal does comes from something in between, and an object
    must not be taken for deleted because of a wrong route."""
    return answer.status == _NOT_FOUND and _issue_of(answer.body) is None


def _parsed(body: bytes) -> Json:
    try:
        told = json.loads(body, parse_float=str)
    except (ValueError, RecursionError):
        raise ProviderUnavailableError("PayPal's answer is not JSON.") from None
    if not isinstance(told, dict):
        raise PayPalShapeError("PayPal's answer is not an object.")
    return told


def _issue_of(body: bytes) -> str | None:
    """The most special code of an error: https://developer.paypal.com/api/rest/responses/."""
    try:
        told = json.loads(body)
        details = told.get("details") or [{}]
        issue = details[0].get("issue") or told.get("name")
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError, IndexError):
        issue = None
    return issue if isinstance(issue, str) and _CODE.fullmatch(issue) else None
