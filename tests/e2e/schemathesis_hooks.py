"""Lets schemathesis change what it has read: a made-up ETag would only ever be refused."""

import re
from typing import Any

import requests
import schemathesis

_TAG = re.compile(r'(W/)?"[!#-~]*"', re.ASCII)
_TIMEOUT_SECONDS = 10


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Names the version that stands now, where the case names one at all."""
    tag = (case.headers or {}).get("If-Match")
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        return
    token = {name: value for name, value in case.headers.items() if name == "Authorization"}
    answer = requests.get(
        case.as_transport_kwargs()["url"], headers=token, timeout=_TIMEOUT_SECONDS
    )
    if "ETag" in answer.headers:
        case.headers["If-Match"] = answer.headers["ETag"]
