"""API keys: one row to list it by, and one under its digest that says what it may do.

The second is all that a request needs, and is deleted when the key is revoked.
"""

from datetime import datetime
from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    Condition,
    Delete,
    Equals,
    Gateway,
    Item,
    Missing,
    Present,
    Put,
    Query,
    TransactionRefusedError,
    Unconditional,
    Update,
    Value,
)
from frontdesk.domain.api_key import ApiKey
from frontdesk.domain.credential import digest_of
from frontdesk.domain.scopes import Role
from frontdesk.domain.times import from_text, to_sortable

_MAX_TRANSACTION_TOKEN = 36


class DynamoApiKeys:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find_active(self, digest: str) -> ApiKey | None:
        item = self._gateway.get(keys.api_key_by_hash(digest))
        return _key_of(item) if item else None

    def find(self, key_id: str) -> ApiKey | None:
        item = self._gateway.get(keys.api_key(key_id))
        return _key_of(item) if item else None

    def add(self, key: ApiKey) -> None:
        item = _item(key)
        self._gateway.transact(
            [
                Put(keys.api_key(key.id), item, Absent()),
                Put(keys.api_key_by_hash(key.digest), item, Absent()),
            ],
            token=key.digest[:_MAX_TRANSACTION_TOKEN],
        )

    def all(self) -> list[ApiKey]:
        found: list[ApiKey] = []
        start: Item | None = None
        while True:
            page = self._gateway.query(
                Query(
                    "store",
                    keys.api_keys_partition(),
                    ascending=False,
                    start=start,
                    consistent=True,
                )
            )
            found += [_key_of(item) for item in page.items]
            start = page.next_start
            if start is None:
                return found

    def note_use(self, key: ApiKey, *, at: datetime) -> None:
        unchanged = _last_used(key)
        used: dict[str, Value] = {"last_used_at": to_sortable(at)}
        try:
            self._gateway.transact(
                [
                    Update(keys.api_key_by_hash(key.digest), unchanged, put=used),
                    Update(keys.api_key(key.id), Present(), put=used),
                ],
                token=digest_of(f"{key.digest}{unchanged}{at}")[:_MAX_TRANSACTION_TOKEN],
            )
        except TransactionRefusedError:
            return  # another request noted it a moment ago, or the key was revoked

    def revoke(self, key: ApiKey, *, at: datetime) -> None:
        when = to_sortable(at)
        try:
            self._gateway.transact(
                [
                    Update(
                        keys.api_key(key.id),
                        AllOf((Present(), Missing("revoked_at"))),
                        put={"revoked_at": when, "updated_at": when},
                        add={"version": 1},
                    ),
                    Delete(
                        keys.api_key_by_hash(key.digest),
                        Unconditional("it may be gone already"),
                    ),
                ],
                token=digest_of(f"{key.digest}{when}")[:_MAX_TRANSACTION_TOKEN],
            )
        except TransactionRefusedError:
            return  # revoked before


def _last_used(key: ApiKey) -> Condition:
    if key.last_used_at is None:
        return AllOf((Present(), Missing("last_used_at")))
    return Equals("last_used_at", to_sortable(key.last_used_at))


def _item(key: ApiKey) -> Item:
    created_at = to_sortable(key.created_at)
    return {
        "entity": "api_key",
        "version": 1,
        "created_at": created_at,
        "updated_at": created_at,
        "key_id": key.id,
        "name": key.name,
        "digest": key.digest,
        "role": str(key.role) if key.role else None,
        "scopes": list(key.scopes),
        "created_by": key.created_by,
    }


def _key_of(item: Item) -> ApiKey:
    text = cast("dict[str, str]", item)
    revoked_at, last_used_at = text.get("revoked_at"), text.get("last_used_at")
    return ApiKey(
        id=text["key_id"],
        name=text["name"],
        digest=text["digest"],
        role=Role(text["role"]) if text["role"] else None,
        scopes=tuple(cast("list[str]", item["scopes"])),
        created_by=text["created_by"],
        created_at=from_text(text["created_at"]),
        last_used_at=from_text(last_used_at) if last_used_at else None,
        revoked_at=from_text(revoked_at) if revoked_at else None,
    )
