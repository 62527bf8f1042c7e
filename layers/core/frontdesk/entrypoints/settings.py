"""The routes of the settings, and those that belong to nobody else."""

from collections.abc import Callable, Mapping

from frontdesk.entrypoints.messages import ANY_VERSION, Handler, Request, Response
from frontdesk.entrypoints.presenters.settings import present_settings, present_storefront
from frontdesk.ports.clock import Clock
from frontdesk.ports.sessions import SsoKeyVault
from frontdesk.ports.settings import SettingsStore, TableProbe
from frontdesk.use_cases.settings import (
    change_settings,
    check_health,
    read_settings,
    read_storefront,
)


def settings_handlers(
    *,
    store: Callable[[], SettingsStore],
    vault: Callable[[], SsoKeyVault],
    probe: Callable[[], TableProbe],
    clock: Clock,
) -> Mapping[str, Handler]:
    def read(request: Request) -> Response:
        return Response(present_settings(read_settings(store=store(), vault=vault())))

    def change(request: Request) -> Response:
        settings = change_settings(
            request.body.applied_to,
            expected_version=_wanted(request),
            new_secrets=request.body.new_secrets(),
            store=store(),
            vault=vault(),
            clock=clock,
        )
        return Response(present_settings(settings))

    def read_public(request: Request) -> Response:
        return Response(present_storefront(read_storefront(store=store())))

    def check(request: Request) -> Response:
        check_health(probe=probe())
        return Response({"status": "ok"})

    def describe(request: Request) -> Response:
        from frontdesk.entrypoints.document import openapi_text  # noqa: PLC0415 - pathlib, only here

        return Response(openapi_text())

    return {
        "GET /v1/settings": read,
        "PUT /v1/settings": change,
        "GET /v1/storefront": read_public,
        "GET /v1/health": check,
        "GET /v1/openapi.json": describe,
    }


def _wanted(request: Request) -> int | None:
    return None if request.expected_version == ANY_VERSION else request.expected_version
