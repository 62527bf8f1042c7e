"""Plans of commands: shown, sealed, and kept to.

    preview              ──▶ the plan, and a token: moment . HMAC-SHA256(secret, all below)
    command with a token ──▶ the plan is made once more, for the token's moment;
                             one that differs in anything: 409, and nothing happens

The seal is over who asks, the route, the object and its version, the command without its token,
and the effects. The token holds only the moment: what it allows is made from our own state.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from frontdesk.domain.errors import ConflictError
from frontdesk.domain.plan import Plan
from frontdesk.domain.times import from_text, to_sortable
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.presenters.common import present_moment
from frontdesk.entrypoints.presenters.plans import present_plan
from frontdesk.ports.clock import Clock

LIFE = timedelta(minutes=15)
_CLOCKS_DIFFER_BY = timedelta(seconds=10)
_DOMAIN = b"plan:"
"""Cursors are sealed with the same secret: neither is ever taken for the other."""


class PlanIsStaleError(ConflictError):
    code = "plan_is_stale"

    def __init__(self) -> None:
        super().__init__("What would happen is not what the preview showed; preview it again.")


class Plans:
    """For each command: take its `moment`, make its plan for that moment, and then either answer
    `preview` or, before anything is done, `ensure_agreed`."""

    def __init__(self, secret: Callable[[], str], *, clock: Clock) -> None:
        """`secret` is called when the first plan is sealed or compared."""
        self._secret = secret
        self._clock = clock

    def moment(self, request: Request) -> datetime:
        """For when to make the plan: the preview's moment if the command names one, else now.

        Raises PlanIsStaleError.
        """
        now = self._clock.now()
        token = _token_of(request)
        if token is None:
            return now.replace(microsecond=now.microsecond // 1000 * 1000)
        planned_at = _moment_in(token)
        if not -_CLOCKS_DIFFER_BY <= now - planned_at < LIFE:
            raise PlanIsStaleError
        return planned_at

    def preview(self, plan: Plan, *, request: Request, planned_at: datetime) -> Response:
        return Response(
            {
                "plan": present_plan(plan),
                "plan_token": self._token(plan, request=request, planned_at=planned_at),
                "expires_at": present_moment(planned_at + LIFE),
            },
            status=200,
        )

    def ensure_agreed(self, plan: Plan, *, request: Request) -> None:
        """Raises PlanIsStaleError if the command names another plan; one that names none agrees."""
        token = _token_of(request)
        if token is None:
            return
        wanted = self._token(plan, request=request, planned_at=_moment_in(token))
        if not hmac.compare_digest(wanted, token):
            raise PlanIsStaleError

    def _token(self, plan: Plan, *, request: Request, planned_at: datetime) -> str:
        moment = _to_text(to_sortable(planned_at).encode())
        text = json.dumps(
            [moment, *_question(request), plan.subject_version, _promised(plan)],
            separators=(",", ":"),
            sort_keys=True,
        )
        seal = hmac.digest(self._secret().encode(), _DOMAIN + text.encode(), hashlib.sha256)
        return f"{moment}.{_to_text(seal)}"


def _question(request: Request) -> list[Any]:
    command = {}
    if request.body is not None:
        command = request.body.model_dump(mode="json", exclude={"plan_token"})
    return [request.caller.key, request.route.key, dict(request.path), command]


def _promised(plan: Plan) -> dict[str, Any]:
    """To the millisecond, though shown to the second; without the advice."""
    return {
        **present_plan(plan),
        "warnings": None,
        "moments": [
            [to_sortable(one) if one else None for one in (effect.effective_at, effect.until)]
            for effect in plan.effects
        ],
    }


def _token_of(request: Request) -> str | None:
    return getattr(request.body, "plan_token", None)


def _moment_in(token: str) -> datetime:
    text = token.partition(".")[0]
    try:
        planned_at = from_text(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, binascii.Error):
        raise PlanIsStaleError from None
    if planned_at.tzinfo is None:
        raise PlanIsStaleError
    return planned_at


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
