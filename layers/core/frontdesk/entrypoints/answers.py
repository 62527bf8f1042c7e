"""From an answer or an error to what API Gateway wants to hear."""

import json
from collections.abc import Mapping
from typing import Any

from frontdesk.domain.errors import FrontdeskError
from frontdesk.entrypoints import problem
from frontdesk.entrypoints.messages import Response
from frontdesk.entrypoints.preconditions import etag

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def rendered(response: Response, *, status: int, request_id: str) -> dict[str, Any]:
    headers = _HEADERS | {"X-Request-Id": request_id}
    answer: dict[str, Any] = {"statusCode": status, "headers": headers}
    body = response.body
    if isinstance(body, Mapping):
        if response.media_type == problem.MEDIA_TYPE:
            body = {**body, "request_id": request_id}
        elif isinstance(body.get("version"), int):
            headers["ETag"] = etag(body["version"])
        body = to_json(body)
    if body is not None:
        headers["Content-Type"] = response.media_type
        answer["body"] = body
    headers |= response.headers
    if response.cookies:
        answer["cookies"] = list(response.cookies)
    return answer


def rendered_error(error: Exception, *, request_id: str) -> dict[str, Any]:
    if not isinstance(error, FrontdeskError):
        _log(error, request_id=request_id)
        error = FrontdeskError("")
    elif problem.status_of(error) >= 500:
        _log(error, request_id=request_id)
    return rendered(problem_response(error), status=problem.status_of(error), request_id=request_id)


def problem_response(error: FrontdeskError) -> Response:
    return Response(
        body=problem.problem_of(error),
        status=problem.status_of(error),
        headers=problem.headers_of(error),
        media_type=problem.MEDIA_TYPE,
    )


def to_json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _log(error: Exception, *, request_id: str) -> None:
    """Its type, its place and the request, never its message: that may hold personal data."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415 - only where something is logged

    Logger().error(
        "Request failed.",
        request_id=request_id,
        error_type=type(error).__name__,
        cause_type=type(error.__cause__).__name__ if error.__cause__ else None,
        aws_code=_aws_code(error) or _aws_code(error.__cause__),
        place=_place(error),
    )


def _aws_code(error: BaseException | None) -> str | None:
    """`AccessDeniedException`, where AWS said no: a name from a list of theirs, never data."""
    answer = getattr(error, "response", None)
    return answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None


def _place(error: Exception) -> str | None:
    """`module.py:12` of the line that raised."""
    step = error.__traceback__
    if step is None:
        return None
    while step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_code.co_filename.rpartition('/')[2]}:{step.tb_lineno}"
