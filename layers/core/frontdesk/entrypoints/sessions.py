"""The routes of signing in and of sessions."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.credential import Credential, bearer_of, credential_of
from frontdesk.domain.session import LONGEST_LIFE
from frontdesk.domain.sso import InvalidSsoTokenError, TokenAlreadyUsedError
from frontdesk.entrypoints.cookies import SESSION_COOKIE, expired_cookie, session_cookie
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.paging import page_of
from frontdesk.entrypoints.presenters.common import present_page
from frontdesk.entrypoints.presenters.sessions import present_opened, present_session
from frontdesk.ports.clock import Clock
from frontdesk.ports.sessions import SessionStore
from frontdesk.use_cases.sessions import (
    OpenedSession,
    SignIn,
    list_sessions,
    revoke_current_session,
    revoke_session,
    sign_in_with_sso,
)

type RefusalNote = Callable[[InvalidSsoTokenError | TokenAlreadyUsedError], None]


def session_handlers(
    *,
    sign_in: Callable[[], SignIn],
    sessions: Callable[[], SessionStore],
    cursors: Cursors,
    clock: Clock,
    note_refusal: RefusalNote,
) -> Mapping[str, Handler]:
    def opened(request: Request, token: str, **options: Any) -> OpenedSession:
        try:
            return sign_in_with_sso(token, ip=request.source_ip, using=sign_in(), **options)
        except (InvalidSsoTokenError, TokenAlreadyUsedError) as error:
            note_refusal(error)
            raise

    def exchange(request: Request) -> Response:
        body = request.body
        return Response(present_opened(opened(request, body.token, return_to=body.return_to)))

    def follow_link(request: Request) -> Response:
        session = opened(
            request,
            request.filters.token,
            return_to=request.filters.return_to,
            needs_return_address=True,
            replacing=_digest(credential_of(request.cookies.get(SESSION_COOKIE, ""))),
        )
        # The address that is left holds the token: it must not be told to the next page.
        headers = {"Location": session.return_to or "", "Referrer-Policy": "no-referrer"}
        return Response(
            headers=headers, cookies=(session_cookie(session.token, lasts=LONGEST_LIFE),)
        )

    def list_own(request: Request) -> Response:
        found = list_sessions(request.caller, sessions=sessions(), clock=clock)
        page, next_cursor = page_of(found, request=request, cursors=cursors)
        current_id = request.caller.session_id
        rows = [present_session(session, current_id=current_id) for session in page]
        return Response(present_page(rows, next_cursor=next_cursor))

    def sign_out(request: Request) -> Response:
        revoke_current_session(_credential(request), sessions=sessions())
        return Response(cookies=(expired_cookie(),))

    def revoke(request: Request) -> Response:
        revoke_session(request.path["id"], caller=request.caller, sessions=sessions(), clock=clock)
        return Response()

    return {
        "POST /v1/sessions/sso": exchange,
        "GET /v1/sso": follow_link,
        "GET /v1/sessions": list_own,
        "DELETE /v1/sessions/current": sign_out,
        "DELETE /v1/sessions/{id}": revoke,
    }


def _credential(request: Request) -> Credential | None:
    """The one that the authorizer went by: a header decides alone."""
    if "authorization" in request.headers:
        return bearer_of(request.headers["authorization"])
    return credential_of(request.cookies.get(SESSION_COOKIE, ""))


def _digest(credential: Credential | None) -> str | None:
    return credential.digest if credential else None
