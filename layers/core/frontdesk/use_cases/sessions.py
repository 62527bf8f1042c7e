"""Signing in with the merchant's token; listing and ending one's own sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.domain.credential import SESSION_PREFIX, Credential, CredentialKind, digest_of
from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import NotFoundError
from frontdesk.domain.ids import is_id
from frontdesk.domain.principal import Kind, Principal
from frontdesk.domain.session import Session, SessionKind, opened
from frontdesk.domain.settings import SsoRules
from frontdesk.domain.sso import (
    LARGEST_TOKEN_BYTES,
    Assertion,
    InvalidSsoTokenError,
    Refusal,
    SsoKey,
    TokenAlreadyUsedError,
    assertion_of,
)
from frontdesk.ports.clock import Clock, IdFactory
from frontdesk.ports.sessions import (
    CustomerDirectory,
    SessionStore,
    SsoKeys,
    TokenReader,
)
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.return_addresses import checked_return_address

_KINDS = {Kind.CUSTOMER: SessionKind.CUSTOMER, Kind.STAFF: SessionKind.STAFF}
_RELOADING_MAY_HELP = frozenset((Refusal.UNKNOWN_KEY, Refusal.BAD_SIGNATURE))


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """`token` is told once; `return_to` is an address that the merchant has allowed."""

    session: Session
    token: str = field(repr=False)
    return_to: str | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signing in works with; one for a process."""

    keys: SsoKeys
    tokens: TokenReader
    settings: SettingsReader
    customers: CustomerDirectory
    sessions: SessionStore
    clock: Clock
    ids: IdFactory


def sign_in_with_sso(
    token: str,
    *,
    ip: str,
    return_to: str | None = None,
    needs_return_address: bool = False,
    replacing: str | None = None,
    using: SignIn,
) -> OpenedSession:
    """Exchanges a token for a session. The token is spent last, and with the session or not at all.

    `replacing` is the digest of the session that this browser had until now.
    Raises InvalidSsoTokenError, TokenAlreadyUsedError, InvalidInputError (return_to).
    """
    assertion = _verified(token, using=using)
    settings = using.settings.read()
    address = checked_return_address(
        return_to, allowed=settings.return_addresses, is_needed=needs_return_address
    )
    customer_id = _customer_id(assertion, rules=settings.sso, using=using)
    secret = SESSION_PREFIX + using.ids.secret()
    session = opened(
        using.ids.new("ses"),
        kind=SessionKind.CUSTOMER,
        principal_id=customer_id,
        digest=digest_of(secret),
        ip=ip,
        at=using.clock.now(),
    )
    try:
        using.sessions.open(session, spending=assertion, replacing=replacing)
    except NotFoundError as error:
        raise InvalidSsoTokenError(Refusal.UNKNOWN_CUSTOMER) from error
    return OpenedSession(session, secret, address)


def list_sessions(caller: Principal, *, sessions: SessionStore, clock: Clock) -> list[Session]:
    """The caller's own sessions that are live, newest first. An API key has none."""
    kind = _KINDS.get(caller.kind)
    if kind is None:
        return []
    now = clock.now()
    live = [s for s in sessions.of_principal(kind, caller.id) if s.is_live(at=now)]
    return sorted(live, key=lambda session: session.id, reverse=True)


def revoke_session(
    session_id: str, *, caller: Principal, sessions: SessionStore, clock: Clock
) -> None:
    """Ends one of the caller's own sessions. Another's is as unknown as one that never was."""
    for session in list_sessions(caller, sessions=sessions, clock=clock):
        if session.id == session_id:
            sessions.revoke(session.digest)
            return
    raise NotFoundError


def revoke_current_session(credential: Credential | None, *, sessions: SessionStore) -> None:
    """Ends the session whose token the caller showed."""
    if credential is None or credential.kind is not CredentialKind.SESSION:
        raise NotFoundError("This caller has no session.")
    sessions.revoke(credential.digest)


def _verified(token: str, *, using: SignIn) -> Assertion:
    if len(token.encode(errors="replace")) > LARGEST_TOKEN_BYTES:
        raise InvalidSsoTokenError(Refusal.MALFORMED)
    key_id = using.tokens.key_id(token)
    try:
        key, claims = _claims(token, key_id=key_id, using=using)
    except InvalidSsoTokenError as refusal:
        # A key may have been added or replaced since the keys were read.
        if refusal.reason not in _RELOADING_MAY_HELP or not using.keys.reload():
            raise
        key, claims = _claims(token, key_id=key_id, using=using)
    return assertion_of(claims, key=key, now=using.clock.now())


def _claims(token: str, *, key_id: str, using: SignIn) -> tuple[SsoKey, Mapping[str, object]]:
    key = using.keys.usable().get(key_id)
    if key is None:
        raise InvalidSsoTokenError(Refusal.UNKNOWN_KEY)
    return key, using.tokens.claims(token, key=key)


def _customer_id(assertion: Assertion, *, rules: SsoRules, using: SignIn) -> str:
    """Who signs in: by the shop's id, then by ours; an e-mail alone selects nobody.

    The exception is the merchant's own choice: `link_by_email` lets it name a customer who has no
    id of the shop's yet, which happens once.
    """
    for name in (assertion.subject, assertion.external_id):
        if name and (known := _known_customer(name, customers=using.customers)):
            return known
    claims_an_id_of_ours = any(
        is_id(name, "cus") for name in (assertion.subject, assertion.external_id) if name
    )
    if not rules.create_unknown_customers or claims_an_id_of_ours:
        raise InvalidSsoTokenError(Refusal.UNKNOWN_CUSTOMER)
    if using.sessions.is_spent(assertion):  # a replay makes no customer either
        raise TokenAlreadyUsedError
    return _new_customer(assertion, rules=rules, using=using)


def _known_customer(name: str, *, customers: CustomerDirectory) -> str | None:
    """An id of ours names its own customer and nobody else: an external id that looks like one
    must not open somebody else's account."""
    if is_id(name, "cus"):
        return name if customers.exists(name) else None
    return customers.find_by_external_id(name)


def _new_customer(assertion: Assertion, *, rules: SsoRules, using: SignIn) -> str:
    external_id = assertion.external_id or assertion.subject
    now = using.clock.now()
    if rules.link_by_email and assertion.email:
        linked = using.customers.link_by_email(assertion.email, external_id=external_id, at=now)
        if linked:
            return linked
    customer = Customer(
        id=using.ids.new("cus"),
        created_at=now,
        name=assertion.name,
        email=assertion.email,
    )
    return using.customers.create(customer, external_id=external_id)
