"""The routes of refunds."""

from collections.abc import Callable, Mapping
from typing import cast

from frontdesk.domain.errors import ConflictError
from frontdesk.domain.money import Money
from frontdesk.domain.refund import RefundOrder, RefundRecord, RefundState
from frontdesk.domain.refund_plan import Seen, plan_refund
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.messages import Handler, Request, Response
from frontdesk.entrypoints.plans import PlanIsStaleError, Plans
from frontdesk.entrypoints.preconditions import is_preview
from frontdesk.entrypoints.presenters.refunds import present_refund
from frontdesk.entrypoints.windows import answered_page, window_of
from frontdesk.ports.refunds import RefundStore
from frontdesk.ports.transactions import PaidSubscriptions, TransactionStore
from frontdesk.use_cases.free_text import ensure_no_card_number
from frontdesk.use_cases.refunds import (
    RefundWorld,
    list_refunds,
    preview_refund,
    read_refund,
    refund_payment,
)

_NOT_FINAL = 202


def refund_handlers(
    *,
    refunds: Callable[[], RefundStore],
    transactions: Callable[[], TransactionStore],
    subscriptions: Callable[[], PaidSubscriptions],
    world: Callable[[], RefundWorld],
    plans: Plans,
    cursors: Cursors,
) -> Mapping[str, Handler]:
    """`world` is called when money is to move: it brings the provider along."""

    def create(request: Request) -> Response:
        order = _order(request)
        ensure_no_card_number(comment=order.comment)
        if is_preview(request.filters):
            moment = plans.moment(request)
            plan = preview_refund(
                order, now=moment, transactions=transactions(), subscriptions=subscriptions()
            )
            return plans.preview(plan, request=request, planned_at=moment)
        record = refund_payment(
            order,
            # The route requires an Idempotency-Key, so there is one.
            operation_id=cast("str", request.operation_id),
            requested_by=request.caller.key,
            world=world(),
            planned_at=lambda: plans.moment(request),
            agree=lambda seen: agree_to_plan(seen, order, request=request, plans=plans),
        )
        return _answered(record)

    def listed(request: Request) -> Response:
        status = request.filters.status
        page = list_refunds(
            RefundState(status) if status else None,
            window=window_of(request, cursors=cursors),
            refunds=refunds(),
        )
        return answered_page(page, present_refund, request=request, cursors=cursors)

    def read(request: Request) -> Response:
        return Response(present_refund(read_refund(request.path["id"], refunds=refunds())))

    return {
        "POST /v1/transactions/{id}/refunds": create,
        "GET /v1/refunds": listed,
        "GET /v1/refunds/{id}": read,
    }


def _order(request: Request) -> RefundOrder:
    body = request.body
    return RefundOrder(
        transaction_id=request.path["id"],
        amount=Money(body.amount.amount, body.amount.currency) if body.amount else None,
        reason=body.reason,
        comment=body.comment,
        revoke_access=body.revoke_access,
        cancel_subscription=body.cancel_subscription,
    )


def agree_to_plan(seen: Seen, order: RefundOrder, *, request: Request, plans: Plans) -> bool:
    """Whether what is seen has to stay so. Raises PlanIsStaleError."""
    if request.body.plan_token is None:
        return False
    try:
        plan = plan_refund(order, seen, now=plans.moment(request))
    except ConflictError:
        raise PlanIsStaleError from None
    plans.ensure_agreed(plan, request=request)
    return True


def is_final(record: RefundRecord) -> bool:
    """Whether it is known what came of it."""
    return record.state not in (RefundState.UNKNOWN, RefundState.REQUESTED)


def _answered(record: RefundRecord) -> Response:
    return Response(
        present_refund(record),
        status=None if is_final(record) else _NOT_FINAL,
        headers={"Location": f"/v1/refunds/{record.id}"},
    )
