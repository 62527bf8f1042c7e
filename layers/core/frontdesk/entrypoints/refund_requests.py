"""The routes of requests for refunds: customers ask, staff decide."""

from collections.abc import Callable, Mapping
from typing import cast

from frontdesk.domain.errors import FieldProblem, InvalidInputError
from frontdesk.domain.refund_request import RequestState
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.presenters.refund_requests import present_my_request, present_request
from frontdesk.entrypoints.windows import answered_page, window_of
from frontdesk.ports.refund_requests import RefundRequestStore
from frontdesk.use_cases.refund_requests import (
    RequestWorld,
    Wanted,
    approve_request,
    ask_for_refund,
    decline_request,
    list_requests,
    my_requests,
    read_request,
)


def refund_request_handlers(
    *,
    requests: Callable[[], RefundRequestStore],
    world: Callable[[], RequestWorld],
    cursors: Cursors,
) -> Mapping[str, Handler]:
    """`world` is called when something is to be decided: it brings the provider along."""

    def ask(request: Request) -> Response:
        view = ask_for_refund(
            _wanted(request),
            customer_id=request.caller.id,
            reason=request.body.reason,
            comment=request.body.comment,
            # The route requires an Idempotency-Key, so there is one.
            operation_id=cast("str", request.operation_id),
            world=world(),
        )
        return Response(present_my_request(view))

    def mine(request: Request) -> Response:
        window = window_of(request, cursors=cursors)
        page = my_requests(request.caller.id, window=window, requests=requests())
        return answered_page(page, present_my_request, request=request, cursors=cursors)

    def listed(request: Request) -> Response:
        status = request.filters.status
        page = list_requests(
            RequestState(status) if status else None,
            window=window_of(request, cursors=cursors),
            requests=requests(),
        )
        return answered_page(page, present_request, request=request, cursors=cursors)

    def read(request: Request) -> Response:
        return Response(present_request(read_request(request.path["id"], requests=requests())))

    def approve(request: Request) -> Response:
        view = approve_request(request.path["id"], decided_by=request.caller.key, world=world())
        return Response(present_request(view))

    def decline(request: Request) -> Response:
        view = decline_request(
            request.path["id"],
            note=request.body.reason,
            decided_by=request.caller.key,
            world=world(),
        )
        return Response(present_request(view))

    return {
        "POST /v1/me/refund-requests": ask,
        "GET /v1/me/refund-requests": mine,
        "GET /v1/refund-requests": listed,
        "GET /v1/refund-requests/{id}": read,
        "POST /v1/refund-requests/{id}/approve": approve,
        "POST /v1/refund-requests/{id}/decline": decline,
    }


def _wanted(request: Request) -> Wanted:
    body = request.body
    if (body.transaction_id is None) == (body.subscription_id is None):
        told = "Name a payment, or a subscription whose latest payment is meant."
        raise InvalidInputError(problems=(FieldProblem("transaction_id", "one_of_two", told),))
    return Wanted(transaction_id=body.transaction_id, subscription_id=body.subscription_id)
