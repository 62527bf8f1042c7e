"""One command per Idempotency-Key: run once, answer as often as asked.

    claim ─ run ─ finish            a repeat finds the answer
    claim ─ run ─ crash ⋯ 120 s ⋯   a repeat goes on, with the same operation id
    claim ─ run ─ 5xx ─ release     a repeat goes on at once

The record keeps answers; that the effect happens once is the operation id's work.
"""

import hashlib
import json
from contextlib import suppress

from frontdesk.domain.errors import FrontdeskError, UnavailableError
from frontdesk.entrypoints.answers import problem_response, to_json
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.problem import status_of
from frontdesk.ports.requests import Claim, RequestIdentity, RequestRecords, StoredAnswer

_PASSING_STATUSES = frozenset((401, 403, 429))


def once(request: Request, handler: Handler, *, key: str, records: RequestRecords) -> Response:
    identity = RequestIdentity(request.caller.key, request.route.key, key)
    claim = records.claim(identity, fingerprint=fingerprint(request))
    if isinstance(claim, StoredAnswer):
        return _replayed(claim)
    try:
        response = handler(request)
    except FrontdeskError as error:
        if _is_passing(error):
            _release(records, claim)
        else:
            _finish(records, claim, problem_response(error), status=status_of(error))
        raise
    except Exception:
        _release(records, claim)
        raise
    _finish(records, claim, response, status=response.status or request.route.status)
    return response


def fingerprint(request: Request) -> str:
    """The same for the same command, however its JSON was spaced or ordered."""
    command = [
        dict(request.path),
        dict(request.query),
        request.body.model_dump(mode="json", exclude_unset=True)
        if request.body is not None
        else None,
    ]
    text = json.dumps(command, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_passing(error: FrontdeskError) -> bool:
    """Whether the same command may well be answered otherwise when sent again.

    "Still running" above all: whoever took it for the last word would order again with a fresh key.
    """
    status = status_of(error)
    is_running = error.code == "operation_in_progress"
    return is_running or status >= 500 or status in _PASSING_STATUSES


def _finish(records: RequestRecords, claim: Claim, response: Response, *, status: int) -> None:
    # It has happened: that its answer cannot be kept must not turn it into a failure.
    with suppress(UnavailableError):
        records.finish(claim, _stored(response, status=status))


def _release(records: RequestRecords, claim: Claim) -> None:
    with suppress(UnavailableError):
        records.release(claim)


def _stored(response: Response, *, status: int) -> StoredAnswer:
    body = response.body
    if body is not None and not isinstance(body, str):
        body = to_json({**body, **dict.fromkeys(response.unreplayed)})
    return StoredAnswer(
        status=status, body=body, media_type=response.media_type, headers=response.headers
    )


def _replayed(answer: StoredAnswer) -> Response:
    return Response(
        body=json.loads(answer.body) if answer.body is not None else None,
        status=answer.status,
        headers={**answer.headers, "Idempotency-Replayed": "true"},
        media_type=answer.media_type,
    )
