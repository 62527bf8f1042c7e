"""The routes of a customer's payment methods."""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.wallet import WalletEntry
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.paging import page_of
from frontdesk.entrypoints.presenters.common import present_page
from frontdesk.entrypoints.presenters.payment_methods import present_payment_method, present_setup
from frontdesk.ports.payment_methods import WalletReader
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.payment_method_edit import edit_payment_method
from frontdesk.use_cases.payment_method_setup import SetupOrder, confirm_set_up, set_up
from frontdesk.use_cases.payment_methods import (
    list_payment_methods,
    make_default,
    remove_payment_method,
)
from frontdesk.use_cases.wallets import WalletWorld


def payment_method_handlers(
    *,
    wallets: Callable[[], WalletReader],
    settings: Callable[[], SettingsReader],
    world: Callable[[], WalletWorld],
    funding_page: Callable[[ProviderName], str | None],
    cursors: Cursors,
) -> Mapping[str, Handler]:
    """`world` is called when something is to be done at a provider; `funding_page` answers where
    a buyer sees to how its account there pays."""

    def present(entry: WalletEntry) -> dict[str, Any]:
        method = entry.method
        return present_payment_method(
            entry,
            shows_billing=settings().read().is_on("billing_information"),
            update_url=None if method.is_stored else funding_page(method.provider),
        )

    def listed(request: Request) -> Response:
        found = list_payment_methods(request.caller.id, wallets=wallets())
        page, next_cursor = page_of(found, request=request, cursors=cursors)
        return Response(present_page(map(present, page), next_cursor=next_cursor))

    def set_one_up(request: Request) -> Response:
        order = SetupOrder(
            operation_id=request.operation_id or _nameless_operation(request),
            provider=ProviderName(request.body.provider),
            return_to=request.body.return_to,
        )
        made = set_up(request.caller.id, order, world=world())
        body = present_setup(made, provider=order.provider)
        return Response(body, unreplayed=("client_secret",))

    def confirm(request: Request) -> Response:
        provider = ProviderName(request.body.provider)
        entry = confirm_set_up(
            request.caller.id, request.body.setup_id, provider=provider, world=world()
        )
        return Response(present(entry))

    def default(request: Request) -> Response:
        entry = make_default(request.caller.id, request.path["id"], world=world())
        return Response(present(entry))

    def edit(request: Request) -> Response:
        entry = edit_payment_method(
            request.caller.id,
            request.path["id"],
            request.body.change(),
            expected_version=request.expected_version,
            world=world(),
        )
        return Response(present(entry))

    def remove(request: Request) -> Response:
        remove_payment_method(request.caller.id, request.path["id"], world=world())
        return Response()

    return {
        "GET /v1/me/payment-methods": listed,
        "POST /v1/me/payment-methods/setup": set_one_up,
        "POST /v1/me/payment-methods/setup/confirm": confirm,
        "POST /v1/me/payment-methods/{id}/default": default,
        "PATCH /v1/me/payment-methods/{id}": edit,
        "DELETE /v1/me/payment-methods/{id}": remove,
    }


def _nameless_operation(request: Request) -> str:
    """Of a setup without a key: each request is one of its own."""
    return derived_id("op", origin=f"unkeyed:{request.request_id}")
