"""Sessions, found by their token's digest, and the sign-in tokens that were spent on them."""

from typing import cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_activity import activity
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    ConditionFailedError,
    Delete,
    Equals,
    Gateway,
    Item,
    Key,
    Present,
    Put,
    Query,
    TransactionRefusedError,
    TransactionStep,
    Unconditional,
    Update,
)
from frontdesk.domain.credential import digest_of
from frontdesk.domain.errors import NotFoundError
from frontdesk.domain.session import Session, SessionKind
from frontdesk.domain.sso import Assertion, TokenAlreadyUsedError
from frontdesk.domain.times import from_epoch, from_text, to_sortable

_SPENDING, _CUSTOMER = 0, 1
_MAX_TRANSACTION_TOKEN = 36
_THE_HOLDER_MAY = Unconditional("whoever holds a token may end its session")


class DynamoSessions:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def find(self, digest: str) -> Session | None:
        item = self._gateway.get(keys.session(digest))
        return _session_of(item) if item else None

    def is_spent(self, assertion: Assertion) -> bool:
        return self._gateway.get(_spent_key(assertion)) is not None

    def open(self, session: Session, *, spending: Assertion, replacing: str | None) -> None:
        steps: list[TransactionStep] = [
            Put(_spent_key(spending), _spent_item(spending, session), Absent()),
            # Signing in is something that the customer does: it counts as activity.
            Update(
                keys.profile(session.principal_id),
                Present(),
                put=activity(session.principal_id, at=session.created_at),
            ),
            Put(keys.session(session.digest), _session_item(session), Absent()),
        ]
        if replacing:
            steps.append(Delete(keys.session(replacing), _THE_HOLDER_MAY))
        try:
            self._gateway.transact(steps, token=session.digest[:_MAX_TRANSACTION_TOKEN])
        except TransactionRefusedError as error:
            if _SPENDING in error.failed:
                raise TokenAlreadyUsedError from error
            if _CUSTOMER in error.failed:
                raise NotFoundError from error
            raise

    def extend(self, session: Session, *, seen_before: Session) -> None:
        seen_at = to_sortable(session.last_seen_at)
        update = Update(
            keys.session(session.digest),
            Equals("last_seen_at", to_sortable(seen_before.last_seen_at)),
            put={
                "last_seen_at": seen_at,
                "updated_at": seen_at,
                "expires_at_epoch_seconds": int(session.expires_at.timestamp()),
            },
            add={"version": 1},
        )
        try:
            self._gateway.write(update)
        except ConditionFailedError:
            return  # another request extended it a moment ago, or its owner ended it

    def of_principal(self, kind: SessionKind, principal_id: str) -> list[Session]:
        sessions: list[Session] = []
        start: Item | None = None
        while True:
            page = self._gateway.query(
                Query(
                    "operations",
                    keys.session_principal(kind, principal_id),
                    index="sessions_by_principal",
                    ascending=False,
                    start=start,
                )
            )
            sessions += [_session_of(item) for item in page.items]
            start = page.next_start
            if start is None:
                return sessions

    def revoke(self, digest: str) -> None:
        self._gateway.write(Delete(keys.session(digest), _THE_HOLDER_MAY))


def _spent_key(assertion: Assertion) -> Key:
    """Digested: an issuer's token ids may be long, and a key is 2,048 bytes at most."""
    return keys.used_token(assertion.issuer, digest_of(assertion.token_id))


def _spent_item(assertion: Assertion, session: Session) -> Item:
    at = to_sortable(session.created_at)
    return {
        "entity": "used_token",
        "version": 1,
        "created_at": at,
        "updated_at": at,
        "expires_at_epoch_seconds": int(assertion.forget_at.timestamp()),
    }


def _session_item(session: Session) -> Item:
    created_at = to_sortable(session.created_at)
    return {
        "entity": "session",
        "version": 1,
        "created_at": created_at,
        "updated_at": created_at,
        "session_id": session.id,
        "kind": str(session.kind),
        "principal_id": session.principal_id,
        "principal_key": keys.session_principal(session.kind, session.principal_id),
        "created_at_key": f"{created_at}#{session.id}",
        "created_ip": session.created_ip,
        "last_seen_at": to_sortable(session.last_seen_at),
        "expires_at_epoch_seconds": int(session.expires_at.timestamp()),
        "digest": session.digest,
    }


def _session_of(item: Item) -> Session:
    text = cast("dict[str, str]", item)
    return Session(
        id=text["session_id"],
        kind=SessionKind(text["kind"]),
        principal_id=text["principal_id"],
        created_at=from_text(text["created_at"]),
        created_ip=text["created_ip"],
        last_seen_at=from_text(text["last_seen_at"]),
        expires_at=from_epoch(cast("int", item["expires_at_epoch_seconds"])),
        digest=text["digest"],
    )
