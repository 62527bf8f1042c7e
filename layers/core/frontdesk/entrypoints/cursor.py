"""Cursors of lists: where a page ended, sealed.

    base64url(position as JSON) . base64url(HMAC-SHA256(secret, route, owner, query, position))

The seal is over text and compared as text, so that there is one spelling of each cursor. It is
bound to the question: a cursor answers no other route, owner, path or filter. `limit` may change
from page to page.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from frontdesk.entrypoints.messages import Request
from frontdesk.entrypoints.problem import RequestError

_UNBOUND = frozenset(("cursor", "limit"))


class Cursors:
    """`secret` is called when the first cursor is sealed or opened."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def seal(self, position: Any, *, request: Request) -> str | None:
        """The cursor that goes on after `position`, any JSON; None after the last page."""
        if position is None:
            return None
        payload = _to_text(json.dumps(position, separators=(",", ":")).encode())
        return f"{payload}.{self._signature(payload, request=request)}"

    def open(self, request: Request) -> Any:
        """Where to go on; None for the first page. Raises RequestError (invalid_cursor)."""
        if request.filters.cursor is None:
            return None
        payload, _, signature = request.filters.cursor.partition(".")
        wanted = self._signature(payload, request=request)
        # As bytes: compare_digest refuses text beyond ASCII with an exception.
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "surrogatepass")):
            detail = "The cursor is altered, or was made by another query; begin without one."
            raise RequestError("invalid_cursor", detail)
        return json.loads(_from_text(payload))

    def _signature(self, payload: str, *, request: Request) -> str:
        text = json.dumps([_question(request), payload], separators=(",", ":"), sort_keys=True)
        return _to_text(hmac.digest(self._secret().encode(), text.encode(), hashlib.sha256))


def _question(request: Request) -> list[Any]:
    owner = request.caller.key if request.caller.is_customer else "merchant"
    filters = {n: v for n, v in vars(request.filters).items() if n not in _UNBOUND}
    return [request.route.key, owner, dict(request.path), filters]


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
