"""The shop's settings: read, change; and whether the stack is well.

The sign-in keys live in a vault of their own and nowhere else: what is told about them is read
there, so that the two cannot tell different stories.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from frontdesk.domain.errors import FieldProblem, InvalidInputError, VersionConflictError
from frontdesk.domain.settings import Settings, SsoKeyEntry
from frontdesk.domain.settings_check import problems_of
from frontdesk.domain.sso import SsoKey, is_strong
from frontdesk.ports.clock import Clock
from frontdesk.ports.sessions import KeyRing, SsoKeyVault
from frontdesk.ports.settings import SettingsReader, SettingsStore, TableProbe


def read_settings(*, store: SettingsStore, vault: SsoKeyVault) -> Settings:
    """What the shop's staff see."""
    return _with_entries(store.latest(), vault.read())


def read_storefront(*, store: SettingsReader) -> Settings:
    """What everybody may see is chosen by the presenter; the keys are not even read."""
    return store.read()


def change_settings(
    change: Callable[[Settings], Settings],
    *,
    expected_version: int | None,
    new_secrets: Mapping[str, str],
    store: SettingsStore,
    vault: SsoKeyVault,
    clock: Clock,
) -> Settings:
    """Applies `change` to the version that its author has read, or to whichever there is.

    `new_secrets` are the sign-in keys' by kid; a key without one keeps the secret that it has.
    Raises VersionConflictError, InvalidInputError.
    """
    ring = vault.read()
    current = _with_entries(store.latest(), ring)
    if expected_version is not None and current.version != expected_version:
        raise VersionConflictError
    changed = replace(change(current), version=current.version + 1, updated_at=clock.now())
    keys = _ring_of(changed, known=ring, new_secrets=new_secrets)
    problems = problems_of(changed, currency=current.currency) + _key_problems(keys, new_secrets)
    if problems:
        raise InvalidInputError(problems=problems)
    # The keys first: when they cannot be written, nothing has changed, and a key that is taken
    # away is gone even if the rest then meets somebody else's change.
    if keys != ring.keys:
        vault.write(keys, replacing=ring)
    store.save(changed)
    return changed


def check_health(*, probe: TableProbe) -> None:
    """Raises UnavailableError unless the tables answer."""
    probe.ensure_tables_answer()


def _with_entries(settings: Settings, ring: KeyRing) -> Settings:
    entries = tuple(
        SsoKeyEntry(kid=k.kid, issuer=k.issuer, audience=k.audience, is_active=k.is_active)
        for k in ring.keys
    )
    return replace(settings, sso=replace(settings.sso, keys=entries))


def _ring_of(
    settings: Settings, *, known: KeyRing, new_secrets: Mapping[str, str]
) -> tuple[SsoKey, ...]:
    secrets = {**{key.kid: key.secret for key in known.keys}, **new_secrets}
    return tuple(
        SsoKey(
            kid=entry.kid,
            secret=secrets.get(entry.kid, ""),
            issuer=entry.issuer,
            audience=entry.audience,
            is_active=entry.is_active,
        )
        for entry in settings.sso.keys
    )


def _key_problems(
    keys: tuple[SsoKey, ...], new_secrets: Mapping[str, str]
) -> tuple[FieldProblem, ...]:
    problems = []
    for number, key in enumerate(keys):
        field = f"sso.keys.{number}.secret"
        if not key.secret:
            message = "A key that is not known yet needs its secret."
            problems.append(FieldProblem(field, "required", message))
        elif key.kid in new_secrets and not is_strong(key.secret):
            message = "Give at least 32 random bytes; this is too easy to guess."
            problems.append(FieldProblem(field, "too_weak", message))
    return tuple(problems)
