"""API keys as their owners see them. A secret stands only in the answer that makes the key."""

from typing import Any

from frontdesk.domain.api_key import ApiKey
from frontdesk.domain.times import to_text
from frontdesk.entrypoints.presenters.common import present_moment
from frontdesk.use_cases.api_keys import NewApiKey


def present_api_key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value if key.role else None,
        "scopes": sorted(key.granted_scopes),
        "created_by": key.created_by,
        "created_at": to_text(key.created_at),
        "last_used_at": present_moment(key.last_used_at),
    }


def present_new_api_key(new: NewApiKey) -> dict[str, Any]:
    return present_api_key(new.key) | {"secret": new.secret}
