"""Which calls of Stripe's make each verb on a subscription true.

https://docs.stripe.com/api/subscriptions/update · https://docs.stripe.com/api/subscriptions/cancel
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from frontdesk.adapters.stripe.amounts import amount_of
from frontdesk.adapters.stripe.calls import (
    Call,
    Json,
    Steps,
    epoch,
    look,
    mark,
    only_item,
    path_of,
    update,
)
from frontdesk.adapters.stripe.installment_calls import moved_end, own_end
from frontdesk.adapters.stripe.installments import agreed_in
from frontdesk.adapters.stripe.mapping import LOST_CHANGE_METADATA, OPERATION_METADATA
from frontdesk.adapters.stripe.schedule_calls import (
    change_later,
    drop_change,
    governing_schedule,
    lost_with,
    release_of,
)
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.ports.commands import CommandRejectedError, Proration, SubscriptionCommand

_PRORATIONS = {
    Proration.NONE: "none",
    Proration.PRORATE: "create_prorations",
    Proration.INVOICE_NOW: "always_invoice",
}
_UNTIL_SAID = timedelta(minutes=1)
"""Longer than the calls take that come before the one that says when it ends."""
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


def steps_of(command: SubscriptionCommand, *, now: datetime) -> Steps[None]:
    """Raises CommandRejectedError where the subscription is not built for the verb."""
    if command.kind is OperationKind.CANCEL:
        return _cancel(command, now=now)
    return _VERBS[command.kind](command)


def _cancel(command: SubscriptionCommand, *, now: datetime) -> Steps[None]:
    if command.at is None and not command.at_period_end:
        yield Call("delete", path_of(command), _details(command))
        return
    yield from _open_end(command, now=now)
    ends: Json = {"cancel_at_period_end": True}
    if command.at is not None:
        ends = {"cancel_at": epoch(command.at)}
    yield update(command, {**ends, **_details(command)})


def _open_end(command: SubscriptionCommand, *, now: datetime) -> Steps[None]:
    """Beside a schedule, Stripe lets nobody say when a subscription ends. That one of the shop's
    was let go stays on the subscription: not everybody may take the end back then. None is let go
    for an end that Stripe would refuse, because its moment is over."""
    seen = yield look(command)
    agreed, schedule = agreed_in(seen), governing_schedule(seen)
    if schedule is not None and command.at is not None and command.at <= now + _UNTIL_SAID:
        raise CommandRejectedError("refused_by_provider")
    if agreed is not None:
        yield from own_end(command, seen, agreed)
    elif schedule is not None:
        if lost := lost_with(schedule):
            yield Call("post", path_of(command), {"metadata": lost}, part="lost")
        yield release_of(schedule)


def _details(command: SubscriptionCommand) -> dict[str, Any]:
    feedback = command.reason if command.reason in _FEEDBACK else None
    said = {"feedback": feedback, "comment": command.comment}
    details = {name: value for name, value in said.items() if value}
    return {"cancellation_details": details} if details else {}


def _undo_cancel(command: SubscriptionCommand) -> Steps[None]:
    """A plan of n payments has an end to go back to."""
    seen = yield look(command)
    moved = yield from moved_end(command, seen)
    ends: Json = {"cancel_at_period_end": False} if command.at_period_end else {"cancel_at": ""}
    found_again = {LOST_CHANGE_METADATA: ""}
    yield update(command, moved if moved.get("cancel_at") else ends, **found_again)


def _pause(command: SubscriptionCommand) -> Steps[None]:
    """`void`: what falls due meanwhile is never owed
    (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    seen = yield look(command)
    pause: dict[str, Any] = {"behavior": "void"}
    if command.at is not None:
        pause["resumes_at"] = epoch(command.at)
    moved = yield from moved_end(command, {**seen, "pause_collection": pause})
    yield update(command, {"pause_collection": pause, **moved})


def _resume(command: SubscriptionCommand) -> Steps[None]:
    seen = yield look(command)
    if seen["status"] == "paused":
        yield from _resume_periods(command, seen)
        return
    # While it is paused it needs no end, and one of the schedule's would look like a cancellation.
    going_on = {**seen, "pause_collection": None}
    moved = yield from moved_end(command, going_on, keeps_end=False)
    yield update(command, {"pause_collection": "", **_not_after(seen, moved)})


def _resume_periods(command: SubscriptionCommand, seen: Json) -> Steps[None]:
    """Stripe's other pause stops the periods and has a way back of its own: a new period begins,
    from which the end of a plan of n payments is counted."""
    agreed = agreed_in(seen)
    if agreed is not None:
        yield from own_end(command, seen, agreed)
    yield Call("post", f"{path_of(command)}/resume")
    if agreed is not None:
        begun = yield look(command)
        moved = yield from moved_end(command, begun)
        yield Call("post", path_of(command), moved, part="end")


def _not_after(seen: Json, moved: Json) -> Json:
    """A cancellation that was planned during the pause stays."""
    if not moved or seen["cancel_at"] is None or governing_schedule(seen) is not None:
        return moved
    if seen["cancel_at_period_end"]:
        return {}
    return {**moved, "cancel_at": min(seen["cancel_at"], moved["cancel_at"])}


def _change(command: SubscriptionCommand) -> Steps[None]:
    if command.at_period_end:
        yield from change_later(command)
        return
    seen = yield look(command)
    yield from _sell(command, seen, price=command.price)


def _reprice(command: SubscriptionCommand) -> Steps[None]:
    seen = yield look(command)
    made = yield _new_price(command, seen)
    yield from _sell(command, seen, price=made["id"])


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


def _sell(command: SubscriptionCommand, seen: Json, *, price: str | None) -> Steps[None]:
    """First sold, then let go by its schedule, a phase of which would undo it: who is refused has
    lost nothing that waits. Only then it is marked as done, so that who breaks off goes on."""
    params, schedule = _sale(command, seen, price=price), governing_schedule(seen)
    if schedule is None:
        yield update(command, params)
        return
    yield Call("post", path_of(command), params, part="sale")
    yield release_of(schedule)
    yield replace(mark(command), part="done")


def _sale(command: SubscriptionCommand, seen: Json, *, price: str | None) -> Json:
    item: dict[str, Any] = {"id": only_item(seen)["id"], "price": price}
    if command.quantity is not None:
        item["quantity"] = command.quantity
    return {
        "items": [item],
        "proration_behavior": _PRORATIONS[command.proration],
        # Where something is due at once and is not paid, nothing changes.
        "payment_behavior": "error_if_incomplete",
    }


_VERBS: Mapping[OperationKind, Callable[[SubscriptionCommand], Steps[None]]] = {
    OperationKind.UNDO_CANCEL: _undo_cancel,
    OperationKind.PAUSE: _pause,
    OperationKind.RESUME: _resume,
    OperationKind.CHANGE: _change,
    OperationKind.REPRICE: _reprice,
    OperationKind.DROP_PENDING: drop_change,
}
