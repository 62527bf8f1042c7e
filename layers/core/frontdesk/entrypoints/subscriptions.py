"""The routes of subscriptions, the customer's own and the merchant's."""

from collections.abc import Callable, Mapping
from functools import partial

from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.subscriptions import present_subscription
from frontdesk.entrypoints.routes import ROUTES
from frontdesk.entrypoints.windows import answered_page, window_of
from frontdesk.ports.clock import Clock
from frontdesk.ports.subscriptions import SubscriptionStore
from frontdesk.use_cases.subscriptions import list_subscriptions, read_subscription

COMMANDS = tuple(
    route.key for route in ROUTES if route.function == "subscriptions" and route.method != "GET"
)


def subscription_handlers(
    *,
    subscriptions: Callable[[], SubscriptionStore],
    cursors: Cursors,
    clock: Clock,
    command: Handler,
) -> Mapping[str, Handler]:
    """`command` answers every route that changes a subscription."""

    def listed(request: Request, customer_id: str) -> Response:
        page = list_subscriptions(
            customer_id,
            window=window_of(request, cursors=cursors),
            subscriptions=subscriptions(),
        )
        present = partial(present_subscription, now=clock.now())
        return answered_page(page, present, request=request, cursors=cursors)

    def read(request: Request, *, owner: str | None = None) -> Response:
        view = read_subscription(request.path["id"], subscriptions=subscriptions(), owner=owner)
        return Response(present_subscription(view, now=clock.now()))

    # Looking is governed by no switch: what is off is changing, pausing and cancelling.
    return {
        "GET /v1/me/subscriptions": lambda request: listed(request, request.caller.id),
        "GET /v1/me/subscriptions/{id}": lambda request: read(request, owner=request.caller.id),
        "GET /v1/customers/{id}/subscriptions": lambda request: listed(request, request.path["id"]),
        "GET /v1/subscriptions/{id}": read,
        **dict.fromkeys(COMMANDS, command),
    }
