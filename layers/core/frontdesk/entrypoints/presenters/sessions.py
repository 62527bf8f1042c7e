"""Sessions as callers see them. A token stands only in the answer that opens its session."""

from typing import Any

from frontdesk.domain.session import Session
from frontdesk.domain.times import to_text
from frontdesk.use_cases.sessions import OpenedSession


def present_opened(opened: OpenedSession) -> dict[str, Any]:
    session = opened.session
    return {
        "id": session.id,
        "token": opened.token,
        "customer_id": session.principal_id,
        "created_at": to_text(session.created_at),
        "expires_at": to_text(session.expires_at),
        "return_to": opened.return_to,
    }


def present_session(session: Session, *, current_id: str | None) -> dict[str, Any]:
    return {
        "id": session.id,
        "created_at": to_text(session.created_at),
        "last_seen_at": to_text(session.last_seen_at),
        "expires_at": to_text(session.expires_at),
        "ip_address": session.created_ip,
        "is_current": session.id == current_id,
    }
