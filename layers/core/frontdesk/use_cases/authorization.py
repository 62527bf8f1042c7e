"""Who is calling. Whether they may is each route's own question."""

from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.credential import Credential, CredentialKind, bearer_of, credential_of
from frontdesk.domain.principal import ANONYMOUS, Kind, Principal
from frontdesk.domain.session import Session, SessionKind, extended
from frontdesk.ports.api_keys import ApiKeyStore
from frontdesk.ports.clock import Clock
from frontdesk.ports.settings import SettingsReader

_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class Call:
    """What a request shows of its sender. None: it did not send that at all."""

    method: str
    authorization: str | None = None
    cookie: str | None = None
    origin: str | None = None


class LiveSessions(Protocol):
    """The part of SessionStore that a request needs."""

    def find(self, digest: str) -> Session | None: ...

    def extend(self, session: Session, *, seen_before: Session) -> None: ...


def authorize(
    call: Call,
    *,
    sessions: LiveSessions,
    api_keys: ApiKeyStore,
    settings: SettingsReader,
    clock: Clock,
) -> Principal:
    """Who the credential belongs to, or nobody.

    An Authorization header decides alone, even when it is wrong. A cookie counts for customers
    only, and for a change only when an allowed page of the shop sent it: browsers attach cookies
    to requests that other sites start, and always say which site it was.
    """
    if call.authorization is not None:
        return _holder(
            bearer_of(call.authorization), sessions=sessions, api_keys=api_keys, clock=clock
        )
    credential = credential_of(call.cookie) if call.cookie else None
    if credential is None or credential.kind is not CredentialKind.SESSION:
        return ANONYMOUS
    if call.method not in _SAFE_METHODS and not _is_from_the_shop(call, settings):
        return ANONYMOUS
    principal = _session_holder(credential, sessions=sessions, clock=clock)
    return principal if principal.is_customer else ANONYMOUS


def _is_from_the_shop(call: Call, settings: SettingsReader) -> bool:
    return call.origin is not None and call.origin in settings.read().allowed_origins


def _holder(
    credential: Credential | None,
    *,
    sessions: LiveSessions,
    api_keys: ApiKeyStore,
    clock: Clock,
) -> Principal:
    if credential is None:
        return ANONYMOUS
    if credential.kind is CredentialKind.SESSION:
        return _session_holder(credential, sessions=sessions, clock=clock)
    key = api_keys.find_active(credential.digest)
    if key is None:
        return ANONYMOUS
    now = clock.now()
    if key.is_use_worth_noting(at=now):
        api_keys.note_use(key, at=now)
    return Principal(Kind.STOREFRONT, key.id, scopes=key.granted_scopes)


def _session_holder(credential: Credential, *, sessions: LiveSessions, clock: Clock) -> Principal:
    session = sessions.find(credential.digest)
    now = clock.now()
    # A staff session needs its holder's role as of now: until staff exist there is no such thing.
    if session is None or not session.is_live(at=now) or session.kind is not SessionKind.CUSTOMER:
        return ANONYMOUS
    if session.is_due_for_extension(at=now):
        sessions.extend(extended(session, at=now), seen_before=session)
    return Principal(Kind.CUSTOMER, session.principal_id, session_id=session.id)
