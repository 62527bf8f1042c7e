"""API keys: made by who may, shown once, listed, revoked."""

from dataclasses import dataclass, field

from frontdesk.domain.api_key import ApiKey, ensure_grantable, new_secret
from frontdesk.domain.credential import digest_of
from frontdesk.domain.errors import NotFoundError
from frontdesk.domain.scopes import Role
from frontdesk.ports.api_keys import ApiKeyStore
from frontdesk.ports.clock import Clock, IdFactory


@dataclass(frozen=True, slots=True)
class NewApiKey:
    key: ApiKey
    secret: str = field(repr=False)


def create_api_key(
    name: str,
    *,
    role: Role | None = None,
    scopes: tuple[str, ...] = (),
    maker_id: str,
    maker_scopes: frozenset[str],
    is_livemode: bool,
    api_keys: ApiKeyStore,
    clock: Clock,
    ids: IdFactory,
) -> NewApiKey:
    """Makes a key that may do no more than its maker. The secret is never told again."""
    ensure_grantable(role, scopes, maker_scopes=maker_scopes)
    secret = new_secret(is_livemode=is_livemode, randomness=ids.secret())
    key = ApiKey(
        id=ids.new("key"),
        name=name,
        digest=digest_of(secret),
        role=role,
        scopes=tuple(sorted(set(scopes))),
        created_by=maker_id,
        created_at=clock.now(),
    )
    api_keys.add(key)
    return NewApiKey(key, secret)


def list_api_keys(*, api_keys: ApiKeyStore) -> list[ApiKey]:
    """The keys that work, newest first."""
    return [key for key in api_keys.all() if key.revoked_at is None]


def revoke_api_key(key_id: str, *, api_keys: ApiKeyStore, clock: Clock) -> None:
    """From now on the key is nobody's. A key revoked before is as unknown as one never made."""
    key = api_keys.find(key_id)
    if key is None or key.revoked_at is not None:
        raise NotFoundError
    api_keys.revoke(key, at=clock.now())
