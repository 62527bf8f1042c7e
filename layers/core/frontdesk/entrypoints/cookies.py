"""The session's cookie. Scripts cannot read it; other sites' forms do not send it."""

from datetime import timedelta

SESSION_COOKIE = "frontdesk_session"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


def session_cookie(token: str, *, lasts: timedelta) -> str:
    """`lasts` is as long as the session can: the table, not the browser, ends it earlier."""
    return f"{SESSION_COOKIE}={token}; Max-Age={int(lasts.total_seconds())}; {_ATTRIBUTES}"


def expired_cookie() -> str:
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"
