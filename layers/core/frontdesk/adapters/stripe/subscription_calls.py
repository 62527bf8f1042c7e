"""Which calls of Stripe's make each verb on a subscription true.

https://docs.stripe.com/api/subscriptions/update · https://docs.stripe.com/api/subscriptions/cancel
"""

from collections.abc import Callable, Mapping
from typing import Any

from frontdesk.adapters.stripe.amounts import amount_of
from frontdesk.adapters.stripe.calls import (
    Call,
    Json,
    Steps,
    epoch,
    look,
    only_item,
    path_of,
    update,
)
from frontdesk.adapters.stripe.mapping import OPERATION_METADATA
from frontdesk.adapters.stripe.schedule_calls import (
    change_later,
    drop_change,
    look_without_schedule,
)
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.ports.commands import CommandRejectedError, Proration, SubscriptionCommand

_PRORATIONS = {
    Proration.NONE: "none",
    Proration.PRORATE: "create_prorations",
    Proration.INVOICE_NOW: "always_invoice",
}
_FEEDBACK = frozenset(
    # https://docs.stripe.com/api/subscriptions/cancel#cancel_subscription-cancellation_details
    (
        "customer_service",
        "low_quality",
        "missing_features",
        "other",
        "switched_service",
        "too_complex",
        "too_expensive",
        "unused",
    )
)


def steps_of(command: SubscriptionCommand) -> Steps[None]:
    """Raises CommandRejectedError where the subscription is not built for the verb."""
    return _VERBS[command.kind](command)


def _cancel(command: SubscriptionCommand) -> Steps[None]:
    if command.at is None and not command.at_period_end:
        yield Call("delete", path_of(command), _details(command))
        return
    yield from look_without_schedule(command)
    ends: Json = {"cancel_at_period_end": True}
    if command.at is not None:
        ends = {"cancel_at": epoch(command.at)}
    yield update(command, {**ends, **_details(command)})


def _details(command: SubscriptionCommand) -> dict[str, Any]:
    feedback = command.reason if command.reason in _FEEDBACK else None
    said = {"feedback": feedback, "comment": command.comment}
    details = {name: value for name, value in said.items() if value}
    return {"cancellation_details": details} if details else {}


def _undo_cancel(command: SubscriptionCommand) -> Steps[None]:
    ends: Json = {"cancel_at_period_end": False} if command.at_period_end else {"cancel_at": ""}
    yield update(command, ends)


def _pause(command: SubscriptionCommand) -> Steps[None]:
    """`void`: what falls due meanwhile is never owed
    (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    pause: dict[str, Any] = {"behavior": "void"}
    if command.at is not None:
        pause["resumes_at"] = epoch(command.at)
    yield update(command, {"pause_collection": pause})


def _resume(command: SubscriptionCommand) -> Steps[None]:
    """Stripe's other pause, which stops the periods, has a way back of its own."""
    seen = yield look(command)
    if seen["status"] == "paused":
        yield Call("post", f"{path_of(command)}/resume")
    else:
        yield update(command, {"pause_collection": ""})


def _change(command: SubscriptionCommand) -> Steps[None]:
    if command.at_period_end:
        yield from change_later(command)
        return
    seen = yield from look_without_schedule(command)
    yield _sell(command, seen, price=command.price)


def _reprice(command: SubscriptionCommand) -> Steps[None]:
    seen = yield from look_without_schedule(command)
    made = yield _new_price(command, seen)
    yield _sell(command, seen, price=made["id"])


def _new_price(command: SubscriptionCommand, seen: Json) -> Call:
    """Of the same product and rhythm, at the amount of one cycle that the command names."""
    item = only_item(seen)
    recurring = item["price"]["recurring"]
    quantity = item.get("quantity") or 1
    amount, currency = command.amount_minor, command.currency
    if amount is None or currency is None or amount % quantity:
        raise CommandRejectedError("amount_not_divisible")
    params = {
        "currency": currency,
        "unit_amount": amount_of(Money(amount // quantity, currency), is_price=True),
        "product": item["price"]["product"],
        "recurring": {name: recurring[name] for name in ("interval", "interval_count")},
        "metadata": {OPERATION_METADATA: command.operation_id},
    }
    return Call("post", "/v1/prices", params, part="price")


def _sell(command: SubscriptionCommand, seen: Json, *, price: str | None) -> Call:
    item: dict[str, Any] = {"id": only_item(seen)["id"], "price": price}
    if command.quantity is not None:
        item["quantity"] = command.quantity
    params = {
        "items": [item],
        "proration_behavior": _PRORATIONS[command.proration],
        # Where something is due at once and is not paid, nothing changes.
        "payment_behavior": "error_if_incomplete",
    }
    return update(command, params)


_VERBS: Mapping[OperationKind, Callable[[SubscriptionCommand], Steps[None]]] = {
    OperationKind.CANCEL: _cancel,
    OperationKind.UNDO_CANCEL: _undo_cancel,
    OperationKind.PAUSE: _pause,
    OperationKind.RESUME: _resume,
    OperationKind.CHANGE: _change,
    OperationKind.REPRICE: _reprice,
    OperationKind.DROP_PENDING: drop_change,
}
