"""What is answered where no route matched: 405 where the path exists, 404 elsewhere."""

from collections.abc import Mapping
from typing import Any

from frontdesk.domain.errors import FrontdeskError, NotFoundError
from frontdesk.entrypoints.problem import RequestError
from frontdesk.entrypoints.routes import ROUTES


def refusal(event: Mapping[str, Any]) -> FrontdeskError:
    """Also for what the gateway took for an id and is none, such as the last word of
    `DELETE /v1/sessions/sso`: there the path has routes, and the method is wrong."""
    allowed = methods_of(str(event.get("rawPath") or ""))
    if not allowed:
        return NotFoundError("There is no such route.")
    if _method(event) in allowed:
        return NotFoundError()
    return RequestError(
        "method_not_allowed",
        f"This path takes {', '.join(allowed)}.",
        headers={"Allow": ", ".join(allowed)},
    )


def methods_of(path: str) -> list[str]:
    """The methods of the routes with exactly this path, or else of those whose pattern it fits."""
    exact = {route.method for route in ROUTES if route.path == path}
    return sorted(exact or {route.method for route in ROUTES if _matches(route.path, path)})


def _method(event: Mapping[str, Any]) -> str:
    return str(event.get("routeKey") or "").partition(" ")[0]


def _matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        bool(there) if here.startswith("{") else here == there
        for here, there in zip(wanted, given, strict=True)
    )
