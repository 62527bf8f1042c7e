"""Pages of a list that is short enough to be read whole, newest first by id."""

from collections.abc import Sequence
from typing import Protocol

from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Request


class _WithId(Protocol):
    @property
    def id(self) -> str: ...


def page_of[Row: _WithId](
    rows: Sequence[Row], *, request: Request, cursors: Cursors
) -> tuple[list[Row], str | None]:
    """The page that the request asks for and the cursor of the next. Ids sort by time."""
    position = cursors.open(request)
    rest = [row for row in rows if position is None or row.id < position["id"]]
    page = rest[: request.filters.limit]
    has_more = len(rest) > len(page)
    return page, cursors.seal({"id": page[-1].id} if has_more else None, request=request)
