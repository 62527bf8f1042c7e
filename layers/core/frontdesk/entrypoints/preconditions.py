"""If-Match and Idempotency-Key: headers that say under which condition a command may run."""

import re
from typing import Any

from frontdesk.domain.errors import VersionConflictError
from frontdesk.domain.ids import derived_id
from frontdesk.domain.principal import Principal
from frontdesk.entrypoints.messages import ANY_VERSION
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import Idempotency, IfMatch, Route

_TAG = re.compile(r'(?:W/)?"[!#-~]*"', re.ASCII)
# Weak tags too: proxies that compress weaken ours on the way.
_VERSION_TAG = re.compile(r'(?:W/)?"(0|[1-9][0-9]{0,14})"', re.ASCII)
_UUID = re.compile(r'"?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"?', re.ASCII)


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(if_match: str | None, *, route: Route) -> int:
    """The version that If-Match names, or ANY_VERSION. Raises RequestError, VersionConflictError.

    `*` names none, and a tag that we never gave cannot be the current one. An empty header is not
    the same as none: it was meant to say something.
    """
    tag = (if_match or "").strip()
    names_none = if_match is None or tag == "*"
    if route.if_match is IfMatch.NONE or (route.if_match is IfMatch.OPTIONAL and names_none):
        return ANY_VERSION
    if route.if_match is IfMatch.REQUIRED and (names_none or not tag):
        detail = "Send If-Match with the ETag of the version that you have read."
        raise RequestError("precondition_required", detail)
    if not _TAG.fullmatch(tag):
        raise RequestError("invalid_if_match", 'If-Match is one ETag in quotes, such as "3".')
    match = _VERSION_TAG.fullmatch(tag)
    if match is None:
        raise VersionConflictError("If-Match names no version of this object.")
    return int(match[1])


def is_preview(filters: Any) -> bool:
    """Whether a command is only asked what it would do."""
    return bool(getattr(filters, "preview", False))


def idempotency_key(header: str | None, *, route: Route, is_preview: bool = False) -> str | None:
    """The key, normalized. Raises RequestError.

    A preview does nothing, and so nothing twice: its key is not asked for and not kept.
    """
    is_optional = is_preview or route.idempotency is Idempotency.OPTIONAL
    if route.idempotency is Idempotency.NONE or (is_optional and header is None):
        return None
    if not header and not is_optional:
        detail = "Send an Idempotency-Key: a fresh UUID for each command, the same for its repeats."
        raise RequestError("idempotency_key_required", detail)
    match = _UUID.fullmatch((header or "").strip().lower())
    if match is None:
        raise RequestError("invalid_idempotency_key", "The Idempotency-Key is not a UUID.")
    return None if is_preview else match[1]


def operation_id(key: str | None, *, route: Route, caller: Principal) -> str | None:
    """The id of what this key's command does.

    Derived, not drawn: whoever repeats the command gets it again, after a crash and also after
    the record of the first answer is gone.
    """
    if key is None:
        return None
    return derived_id("op", origin=f"request:{caller.key}#{route.key}#{key}")
