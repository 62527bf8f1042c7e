"""What is remembered of commands: who runs one now, and what was answered.

claim (attempt 1) ──── finish: kept 30 days
      │
      └ no finish for two minutes ── claim (attempt 2) ──── finish
                                                   attempt 1 wakes up: its finish is refused
"""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    Condition,
    ConditionFailedError,
    Equals,
    Gateway,
    Item,
    Key,
    Put,
    Update,
)
from frontdesk.domain.errors import ConflictError, InvalidInputError
from frontdesk.domain.times import to_sortable
from frontdesk.ports.clock import Clock, IdFactory
from frontdesk.ports.requests import Claim, RequestIdentity, StoredAnswer

LEASE = timedelta(seconds=120)
REMEMBERED_FOR = timedelta(days=30)
_RUNNING, _DONE = "running", "done"


class DynamoRequests:
    def __init__(self, gateway: Gateway, *, clock: Clock, ids: IdFactory) -> None:
        self._gateway = gateway
        self._clock = clock
        self._ids = ids

    def claim(self, identity: RequestIdentity, *, fingerprint: str) -> Claim | StoredAnswer:
        claim = Claim(identity, self._ids.secret(16))
        try:
            return self._take(claim, fingerprint, condition=Absent())
        except ConditionFailedError as error:
            found: Any = error.item
        if found is None:
            raise _still_running()
        if found["claim_id"] == claim.id:
            return claim  # ours: the answer to the first try of the write was lost
        now = self._clock.now().timestamp()
        if found["expires_at_epoch_seconds"] > now:
            _ensure_same(found, fingerprint)
            if found["state"] == _DONE:
                return _answer_of(found)
            if found["leased_until_epoch_seconds"] > now:
                raise _still_running()
        return self._take_over(claim, fingerprint, found=found)

    def finish(self, claim: Claim, answer: StoredAnswer) -> None:
        now = self._clock.now()
        self._settle(
            claim,
            {
                "state": _DONE,
                "status": answer.status,
                "body": answer.body,
                "media_type": answer.media_type,
                "headers": json.dumps(dict(answer.headers)),
                "updated_at": to_sortable(now),
                "expires_at_epoch_seconds": _epoch(now + REMEMBERED_FOR),
            },
        )

    def release(self, claim: Claim) -> None:
        now = self._clock.now()
        self._settle(
            claim, {"leased_until_epoch_seconds": _epoch(now), "updated_at": to_sortable(now)}
        )

    def _take_over(self, claim: Claim, fingerprint: str, *, found: Any) -> Claim:
        try:
            return self._take(claim, fingerprint, condition=Equals("claim_id", found["claim_id"]))
        except ConditionFailedError as error:
            if error.item and error.item["claim_id"] == claim.id:
                return claim
            raise _still_running() from error

    def _take(self, claim: Claim, fingerprint: str, *, condition: Condition) -> Claim:
        now = self._clock.now()
        item: Item = {
            "entity": "request",
            "version": 1,
            "claim_id": claim.id,
            "state": _RUNNING,
            "fingerprint": fingerprint,
            "leased_until_epoch_seconds": _epoch(now + LEASE),
            "created_at": to_sortable(now),
            "updated_at": to_sortable(now),
            "expires_at_epoch_seconds": _epoch(now + REMEMBERED_FOR),
        }
        self._gateway.write(Put(_key(claim.identity), item, condition))
        return claim

    def _settle(self, claim: Claim, put: Item) -> None:
        mine = AllOf((Equals("claim_id", claim.id), Equals("state", _RUNNING)))
        # Refused when it has been taken over: then the other's answer is the one that counts.
        with suppress(ConditionFailedError):
            self._gateway.write(Update(_key(claim.identity), mine, put=put))


def _key(identity: RequestIdentity) -> Key:
    return keys.request_record(identity.caller, identity.route, identity.key)


def _ensure_same(found: Any, fingerprint: str) -> None:
    if found["fingerprint"] != fingerprint:
        detail = "This Idempotency-Key was sent with another request; take a fresh one."
        raise InvalidInputError(detail, code="idempotency_key_reused")


def _still_running() -> ConflictError:
    detail = "The first request with this Idempotency-Key is still running."
    return ConflictError(detail, code="operation_in_progress")


def _answer_of(found: Any) -> StoredAnswer:
    return StoredAnswer(
        status=found["status"],
        body=found["body"],
        media_type=found["media_type"],
        headers=json.loads(found["headers"]),
    )


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
