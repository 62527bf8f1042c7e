"""The routes of API keys."""

from collections.abc import Callable, Mapping

from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.paging import page_of
from frontdesk.entrypoints.presenters.api_keys import present_api_key, present_new_api_key
from frontdesk.entrypoints.presenters.common import present_page
from frontdesk.ports.api_keys import ApiKeyStore
from frontdesk.ports.clock import Clock, IdFactory
from frontdesk.use_cases.api_keys import create_api_key, list_api_keys, revoke_api_key


def api_key_handlers(
    *,
    api_keys: Callable[[], ApiKeyStore],
    cursors: Cursors,
    is_livemode: Callable[[], bool],
    clock: Clock,
    ids: IdFactory,
) -> Mapping[str, Handler]:
    def create(request: Request) -> Response:
        new = create_api_key(
            request.body.name,
            role=request.body.role,
            scopes=request.body.scopes,
            maker_id=request.caller.id,
            maker_scopes=request.caller.scopes,
            is_livemode=is_livemode(),
            api_keys=api_keys(),
            clock=clock,
            ids=ids,
        )
        return Response(present_new_api_key(new), unreplayed=("secret",))

    def list_all(request: Request) -> Response:
        found = list_api_keys(api_keys=api_keys())
        page, next_cursor = page_of(found, request=request, cursors=cursors)
        return Response(
            present_page([present_api_key(key) for key in page], next_cursor=next_cursor)
        )

    def revoke(request: Request) -> Response:
        revoke_api_key(request.path["id"], api_keys=api_keys(), clock=clock)
        return Response()

    return {
        "POST /v1/api-keys": create,
        "GET /v1/api-keys": list_all,
        "DELETE /v1/api-keys/{id}": revoke,
    }
