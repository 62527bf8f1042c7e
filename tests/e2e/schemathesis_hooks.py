"""Lets schemathesis change what it has read: a made-up ETag would only ever be refused."""

import os
import re
from typing import Any

import requests
import schemathesis
from schemathesis.generation import GenerationMode

_TAG = re.compile(r'(W/)?"[!#-~]*"', re.ASCII)
_TIMEOUT_SECONDS = 10


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Names the version that stands now, where the case names one at all."""
    tag = (case.headers or {}).get("If-Match")
    if not isinstance(tag, str) or not (_TAG.fullmatch(tag) or _is_meant_well(case)):
        return
    is_mine = case.path.startswith("/v1/me")
    token = os.environ["FRONTDESK_CUSTOMER_TOKEN" if is_mine else "FRONTDESK_OWNER_KEY"]
    answer = requests.get(
        case.as_transport_kwargs()["url"],
        headers={"Authorization": f"Bearer {token}"},
        timeout=_TIMEOUT_SECONDS,
    )
    if "ETag" in answer.headers:
        case.headers["If-Match"] = answer.headers["ETag"]


def _is_meant_well(case: Any) -> bool:
    """The coverage phase makes headers of letters and digits only: no ETag is among them."""
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
