"""Signing in with the merchant's own word: a JWT signed with a key that both hold.

Whoever holds the key can say anything with it, so the word is short-lived, for one audience, used
once, and says no more than who somebody is. The rules are RFC 8725's.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from unicodedata import category

from frontdesk.domain.errors import UnauthenticatedError

ALGORITHM = "HS256"
TOKEN_TYPE = "JWT"  # noqa: S105 - the value of a header, not a secret
LARGEST_TOKEN_BYTES = 4096
LONGEST_LIFE = timedelta(seconds=120)
LEEWAY = timedelta(seconds=30)
SMALLEST_KEY_BYTES = 32
"""RFC 7518 section 3.2: as long as the hash at least."""

REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti")
_LONGEST_TEXT = 255
_LONGEST_EMAIL = 254
_FEWEST_DISTINCT_BYTES = 8
_LATEST_MOMENT = 253_402_300_799  # 9999-12-31, the last that can be told


class Refusal(StrEnum):
    """Why, for our own log: the caller is never told."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_CLAIM = "wrong_claim"
    WRONG_TIME = "wrong_time"
    UNKNOWN_CUSTOMER = "unknown_customer"


class InvalidSsoTokenError(UnauthenticatedError):
    """One outward face for every refusal; `reason` stays inside."""

    code = "invalid_sso_token"

    def __init__(self, reason: Refusal) -> None:
        super().__init__("The sign-in token is not valid.")
        self.reason = reason


class TokenAlreadyUsedError(UnauthenticatedError):
    code = "token_already_used"

    def __init__(self) -> None:
        super().__init__("The sign-in token has been used before.")


@dataclass(frozen=True, slots=True)
class SsoKey:
    """One key for one pair of issuer and audience; `kid` is how a token names it."""

    kid: str
    secret: str = field(repr=False)
    issuer: str
    audience: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a verified token says."""

    issuer: str
    subject: str
    token_id: str
    expires_at: datetime
    email: str | None = None
    name: str | None = None
    external_id: str | None = None

    @property
    def forget_at(self) -> datetime:
        """When the token can no longer be accepted; minutes more for clocks that disagree."""
        return self.expires_at + LEEWAY + timedelta(minutes=10)


def is_strong(secret: str) -> bool:
    """Long enough, and not the same few characters again and again."""
    key = secret.encode(errors="replace")
    return len(key) >= SMALLEST_KEY_BYTES and len(set(key)) >= _FEWEST_DISTINCT_BYTES


def usable_keys(keys: Iterable[SsoKey]) -> Mapping[str, SsoKey]:
    """The keys that may verify, by kid. A weak key and a kid that stands twice verify nothing."""
    active = [key for key in keys if key.is_active]
    times = Counter(key.kid for key in active)
    return {
        key.kid: key
        for key in active
        if times[key.kid] == 1 and is_strong(key.secret) and key.issuer and key.audience
    }


def assertion_of(claims: Mapping[str, object], *, key: SsoKey, now: datetime) -> Assertion:
    """The claims of a token that `key` has signed, judged. Raises InvalidSsoTokenError."""
    if claims.get("iss") != key.issuer or claims.get("aud") != key.audience:
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM)
    return Assertion(
        issuer=key.issuer,
        subject=_identifier(claims.get("sub")),
        token_id=_identifier(claims.get("jti")),
        expires_at=_expiry(claims, now=now),
        email=_email(claims.get("email")),
        name=_optional_text(claims.get("name")),
        external_id=_optional_identifier(claims.get("external_id")),
    )


def _expiry(claims: Mapping[str, object], *, now: datetime) -> datetime:
    issued_at, expires_at = _moment(claims.get("iat")), _moment(claims.get("exp"))
    not_before = _moment(claims["nbf"]) if "nbf" in claims else issued_at
    in_time = (
        timedelta(0) < expires_at - issued_at <= LONGEST_LIFE
        and max(issued_at, not_before) <= now + LEEWAY
        and now < expires_at + LEEWAY
    )
    if not in_time:
        raise InvalidSsoTokenError(Refusal.WRONG_TIME)
    return expires_at


def _moment(value: object) -> datetime:
    """A JWT's NumericDate. JSON also knows true, NaN, Infinity and numbers beyond every clock."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM)
    if not 0 < value <= _LATEST_MOMENT:
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM)
    return datetime.fromtimestamp(value, UTC)


def _identifier(value: object) -> str:
    """Text to be compared and to be part of a key: kept as it is, or refused."""
    text = _text(value)
    if text != text.strip() or not 0 < len(text) <= _LONGEST_TEXT or not text.isprintable():
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM)
    return text


def _optional_identifier(value: object) -> str | None:
    return None if value is None or value == "" else _identifier(value)


def _optional_text(value: object) -> str | None:
    """Text to be shown: made harmless and cut, for a long name is no reason to lock one out."""
    if value is None:
        return None
    shown = "".join(" " if category(c) == "Cc" else c for c in _text(value))
    return " ".join(shown.split())[:_LONGEST_TEXT].rstrip() or None


def _email(value: object) -> str | None:
    """What does not look like an address is left out: it identifies nobody anyway."""
    text = _optional_text(value)
    if text is None or len(text) > _LONGEST_EMAIL or " " in text:
        return None
    local, at, host = text.rpartition("@")
    return text if at and local and host and "@" not in local else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM)
    try:
        value.encode()
    except UnicodeEncodeError as error:  # JSON can spell half of a surrogate pair
        raise InvalidSsoTokenError(Refusal.WRONG_CLAIM) from error
    return value
