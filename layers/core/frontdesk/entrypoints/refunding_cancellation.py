"""A cancellation that gives money back: what the merchant's `cancel` does with `refund`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from frontdesk.domain.errors import ForbiddenError, NotFoundError
from frontdesk.domain.operation import Operation
from frontdesk.domain.refund import RefundRecord
from frontdesk.domain.scopes import Scope
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_policy import CancelOrder
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.preconditions import is_preview
from frontdesk.entrypoints.presenters.refunds import present_refund
from frontdesk.entrypoints.refunds import agree_to_plan, is_final
from frontdesk.use_cases.refunds import RefundWorld, preview_refund, refund_payment
from frontdesk.use_cases.subscription_refunds import cancellation_of, refund_order_of

_ACCEPTED = 202


def answer_refunding_cancellation(
    request: Request,
    order: CancelOrder,
    subscription: Subscription,
    *,
    plans: Plans,
    world: RefundWorld,
    answer: Callable[[Operation], Response],
) -> Response:
    """`answer` tells of the cancellation and the subscription; an end that the provider has refused
    is told as failed, because the money has gone all the same."""
    _ensure_may_refund(request)
    if is_preview(request.filters):
        moment = plans.moment(request)
        wanted = refund_order_of(order, subscription, subscriptions=world.subscriptions)
        plan = preview_refund(
            wanted, now=moment, transactions=world.transactions, subscriptions=world.subscriptions
        )
        return plans.preview(plan, request=request, planned_at=moment)
    # The route requires an Idempotency-Key, so there is one.
    operation_id = cast("str", request.operation_id)
    wanted = refund_order_of(
        order,
        subscription,
        subscriptions=world.subscriptions,
        standing=world.doing.operations.get(operation_id),
    )
    record = refund_payment(
        wanted,
        operation_id=operation_id,
        requested_by=request.caller.key,
        world=world,
        planned_at=lambda: plans.moment(request),
        agree=lambda seen: agree_to_plan(seen, wanted, request=request, plans=plans),
    )
    return _answer(operation_id, record, world=world, answer=answer)


def _ensure_may_refund(request: Request) -> None:
    """Whoever may end subscriptions may not give money back by ending them."""
    if Scope.REFUNDS_WRITE not in request.caller.scopes:
        raise ForbiddenError(f"This token lacks the scope '{Scope.REFUNDS_WRITE}'.")


def _answer(
    operation_id: str,
    record: RefundRecord,
    *,
    world: RefundWorld,
    answer: Callable[[Operation], Response],
) -> Response:
    refund = world.doing.operations.get(operation_id)
    end = cancellation_of(refund, operations=world.doing.operations) if refund else None
    if end is None:
        raise NotFoundError
    answered = answer(end)
    told = cast("dict[str, Any]", answered.body)
    is_done = end.state.is_over and is_final(record)
    body = {**told, "refund": present_refund(record)}
    return replace(answered, body=body, status=None if is_done else _ACCEPTED)
