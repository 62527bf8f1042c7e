"""The routes of the customer's own profile."""

from collections.abc import Callable, Mapping

from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.profile import present_profile
from frontdesk.ports.profiles import ProfileReader
from frontdesk.use_cases.customers import Editing
from frontdesk.use_cases.profile import change_profile, read_profile


def profile_handlers(
    *, profiles: Callable[[], ProfileReader], editing: Callable[[], Editing]
) -> Mapping[str, Handler]:
    def read(request: Request) -> Response:
        profile = read_profile(request.caller.id, profiles=profiles())
        return Response(present_profile(profile))

    def change(request: Request) -> Response:
        profile = change_profile(
            request.caller.id,
            request.body.change(),
            expected_version=request.expected_version,
            editing=editing(),
        )
        return Response(present_profile(profile))

    return {"GET /v1/me": read, "PATCH /v1/me": change}
