"""Verbs on a subscription: the same for the customer and the merchant, policy apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from frontdesk.domain.errors import ConflictError, FieldProblem, InvalidInputError
from frontdesk.domain.ids import derived_id
from frontdesk.domain.money import Money
from frontdesk.domain.operation import Operation, OperationKind, OperationState
from frontdesk.domain.settings import Settings
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.subscription_command import SubscriptionWish
from frontdesk.domain.subscription_emulation import prepared
from frontdesk.domain.subscription_plan import plan_of
from frontdesk.domain.subscription_policy import (
    CancelOrder,
    PriceTarget,
    cancel_wish,
    change_wish,
    drop_wish,
    pause_wish,
    reprice_wish,
    undo_cancel_wish,
)
from frontdesk.entrypoints.idempotency import fingerprint
from frontdesk.entrypoints.messages import Request, Response
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.preconditions import is_preview
from frontdesk.entrypoints.presenters.subscriptions import present_subscription
from frontdesk.entrypoints.refunding_cancellation import answer_refunding_cancellation
from frontdesk.ports.clock import Clock
from frontdesk.ports.offers import OfferStore
from frontdesk.ports.settings import SettingsReader
from frontdesk.ports.subscriptions import SubscriptionStore, SubscriptionView
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refunds import RefundWorld
from frontdesk.use_cases.subscription_commands import SubscriptionOrder, carry_out, ensure_free
from frontdesk.use_cases.subscriptions import read_subscription

_ACCEPTED = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the verbs need. `world` is called when something is to be done, not for previews,
    `refunding` when a payment has to be looked at too."""

    subscriptions: SubscriptionStore
    settings: SettingsReader
    offers: OfferStore
    plans: Plans
    clock: Clock
    world: Callable[[], OperationWorld]
    refunding: Callable[[], RefundWorld]


def answer_command(request: Request, *, desk: Desk) -> Response:
    if getattr(request.body, "refund", "none") != "none":
        return _answer_with_refund(request, desk=desk)
    planned_at = desk.plans.moment(request)

    def look() -> Subscription:
        return _view(request, desk=desk).subscription

    def wish(subscription: Subscription) -> SubscriptionWish:
        wished = _WISHES[_verb(request)](request, subscription, desk)
        return prepared(wished, subscription, now=planned_at)

    if is_preview(request.filters):
        subscription = look()
        ensure_free(subscription)
        plan = plan_of(wish(subscription), subscription, now=planned_at)
        return desk.plans.preview(plan, request=request, planned_at=planned_at)
    order = SubscriptionOrder(
        subscription_id=request.path["id"],
        operation_id=request.operation_id or _nameless_operation(look()),
        requested_by=request.caller.key,
        asked=fingerprint(request),
        look=look,
        wish=wish,
        plan=lambda wish, subscription: plan_of(wish, subscription, now=planned_at),
        agree=lambda plan: desk.plans.ensure_agreed(plan, request=request),
    )
    look()  # somebody else's is found out before anything of it is told
    operation = carry_out(order, world=desk.world())
    return _answer(operation, _view(request, desk=desk), now=desk.clock.now())


def _answer_with_refund(request: Request, *, desk: Desk) -> Response:
    subscription = _view(request, desk=desk).subscription

    def answer(end: Operation) -> Response:
        return _answered(end, _view(request, desk=desk), now=desk.clock.now())

    return answer_refunding_cancellation(
        request,
        _cancel_order(request),
        subscription,
        plans=desk.plans,
        world=desk.refunding(),
        answer=answer,
    )


def _view(request: Request, *, desk: Desk) -> SubscriptionView:
    owner = request.caller.id if request.caller.is_customer else None
    return read_subscription(request.path["id"], subscriptions=desk.subscriptions, owner=owner)


def _verb(request: Request) -> str:
    return request.route.path.rpartition("/")[2]


def _nameless_operation(subscription: Subscription) -> str:
    """Of a command without a key: the same as long as nothing has changed."""
    return derived_id("op", origin=f"unkeyed:{subscription.id}:{subscription.version}")


def _answer(operation: Operation, view: SubscriptionView, *, now: datetime) -> Response:
    """Raises ConflictError when the provider has refused: then nothing has happened."""
    if operation.state is OperationState.FAILED:
        code = operation.failure_code or "refused_by_provider"
        raise ConflictError("The payment provider has refused it; nothing has changed.", code=code)
    return _answered(operation, view, now=now)


def _answered(operation: Operation, view: SubscriptionView, *, now: datetime) -> Response:
    body = present_subscription(view, now=now) | {
        "operation": {
            "id": operation.id,
            "kind": operation.kind.value,
            "state": operation.state.value,
        }
    }
    is_done = operation.state is OperationState.SUCCEEDED
    return Response(body, status=None if is_done else _ACCEPTED)


# --- wishes ----------------------------------------------------------------------------------


def _rules(request: Request, desk: Desk) -> Settings | None:
    return desk.settings.read() if request.caller.is_customer else None


def _cancel(request: Request, subscription: Subscription, desk: Desk) -> SubscriptionWish:
    return cancel_wish(_cancel_order(request), subscription, rules=_rules(request, desk))


def _cancel_order(request: Request) -> CancelOrder:
    body = request.body
    return CancelOrder(
        when=body.when,
        reason=body.reason,
        comment=body.comment,
        refund=getattr(body, "refund", "none"),
    )


def _undo_cancel(request: Request, subscription: Subscription, _: Desk) -> SubscriptionWish:
    return undo_cancel_wish(subscription, is_customer=request.caller.is_customer)


def _pause(request: Request, _: Subscription, __: Desk) -> SubscriptionWish:
    return pause_wish(request.body.resume_at)


def _resume(_: Request, __: Subscription, ___: Desk) -> SubscriptionWish:
    return SubscriptionWish(kind=OperationKind.RESUME)


def _change(request: Request, subscription: Subscription, desk: Desk) -> SubscriptionWish:
    body = request.body
    offer = desk.offers.find(body.offer_id)
    price = offer.prices.get(subscription.provider) if offer else None
    if offer is None or price is None:
        problem = FieldProblem("offer_id", "unknown_offer", "There is no such offer to change to.")
        raise InvalidInputError(problems=(problem,))
    quantity = body.quantity or subscription.quantity
    target = PriceTarget(
        offer_id=offer.id,
        price=price.provider_id,
        amount_minor=price.amount_minor * quantity,
        currency=price.currency,
        interval=price.interval,
        interval_count=price.interval_count,
        quantity=quantity,
    )
    return change_wish(
        target,
        subscription,
        proration=body.proration,
        rules=desk.settings.read().plan_change,
        is_customer=request.caller.is_customer,
    )


def _price(request: Request, subscription: Subscription, _: Desk) -> SubscriptionWish:
    given = request.body.amount
    amount = Money(given.amount, given.currency)
    return reprice_wish(amount, is_now=request.body.starts == "now", subscription=subscription)


def _drop_pending(request: Request, subscription: Subscription, _: Desk) -> SubscriptionWish:
    return drop_wish(subscription, is_customer=request.caller.is_customer)


_WISHES: Mapping[str, Callable[[Request, Subscription, Desk], SubscriptionWish]] = {
    "cancel": _cancel,
    "undo-cancel": _undo_cancel,
    "pause": _pause,
    "resume": _resume,
    "change": _change,
    "price": _price,
    "pending-change": _drop_pending,
}
