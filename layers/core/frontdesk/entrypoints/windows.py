"""Pages of long lists: from a request to a window, and from the store's page to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.presenters.common import present_page
from frontdesk.ports.paging import PageOf, Window


def window_of(request: Request, *, cursors: Cursors) -> Window:
    """Raises RequestError (invalid_cursor)."""
    opened = cursors.open(request)
    return Window(limit=request.filters.limit, position=opened["after"] if opened else None)


def answered_page[Row](
    page: PageOf[Row],
    present: Callable[[Row], Mapping[str, Any]],
    *,
    request: Request,
    cursors: Cursors,
) -> Response:
    after = None if page.next_position is None else {"after": page.next_position}
    rows = [present(row) for row in page.rows]
    return Response(present_page(rows, next_cursor=cursors.seal(after, request=request)))
