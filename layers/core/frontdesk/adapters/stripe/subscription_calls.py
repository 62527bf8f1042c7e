"""Which calls of Stripe's make each verb on a subscription true.

https://docs.stripe.com/api/subscriptions/update · https://docs.stripe.com/api/subscriptions/cancel
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.adapters.stripe.amounts import amount_of
from frontdesk.adapters.stripe.mapping import OPERATION_METADATA
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.ports.commands import CommandRejectedError, Proration, SubscriptionCommand

type Json = Mapping[str, Any]

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


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)


LOOKS_FIRST = frozenset((OperationKind.RESUME, OperationKind.CHANGE, OperationKind.REPRICE))
"""Verbs whose call depends on how the subscription is built."""


def call_of(command: SubscriptionCommand, *, seen: Json | None = None) -> Call:
    """`seen` is the subscription as it stands, for the verbs that look first; a new price has to
    have been made (`new_price`) and be named by the command. Raises CommandRejectedError."""
    if command.kind is OperationKind.CANCEL and command.at is None and not command.at_period_end:
        return Call("delete", _path(command), _details(command))
    if command.kind is OperationKind.RESUME and seen is not None and seen["status"] == "paused":
        return Call("post", f"{_path(command)}/resume")
    params = _UPDATES[command.kind](command, seen or {})
    mark = {"metadata": {OPERATION_METADATA: command.operation_id}}
    return Call("post", _path(command), {**params, **mark})


def new_price(command: SubscriptionCommand, *, seen: Json) -> Call:
    """Of the same product and rhythm, at the amount of one cycle that the command names."""
    item = _only_item(seen)
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
    return Call("post", "/v1/prices", params)


def _path(command: SubscriptionCommand) -> str:
    return f"/v1/subscriptions/{command.subscription}"


def _cancel(command: SubscriptionCommand, _: Json) -> dict[str, Any]:
    if command.at is not None:
        return {"cancel_at": _epoch(command.at), **_details(command)}
    return {"cancel_at_period_end": True, **_details(command)}


def _details(command: SubscriptionCommand) -> dict[str, Any]:
    feedback = command.reason if command.reason in _FEEDBACK else None
    said = {"feedback": feedback, "comment": command.comment}
    details = {name: value for name, value in said.items() if value}
    return {"cancellation_details": details} if details else {}


def _undo_cancel(command: SubscriptionCommand, _: Json) -> dict[str, Any]:
    return {"cancel_at_period_end": False} if command.at_period_end else {"cancel_at": ""}


def _pause(command: SubscriptionCommand, _: Json) -> dict[str, Any]:
    """`void`: what falls due meanwhile is never owed
    (https://docs.stripe.com/billing/subscriptions/pause-payment)."""
    pause: dict[str, Any] = {"behavior": "void"}
    if command.at is not None:
        pause["resumes_at"] = _epoch(command.at)
    return {"pause_collection": pause}


def _resume(_: SubscriptionCommand, __: Json) -> dict[str, Any]:
    return {"pause_collection": ""}


def _change(command: SubscriptionCommand, seen: Json) -> dict[str, Any]:
    item: dict[str, Any] = {"id": _only_item(seen)["id"], "price": command.price}
    if command.quantity is not None:
        item["quantity"] = command.quantity
    return {
        "items": [item],
        "proration_behavior": _PRORATIONS[command.proration],
        # Where something is due at once and is not paid, nothing changes.
        "payment_behavior": "error_if_incomplete",
    }


_UPDATES = {
    OperationKind.CANCEL: _cancel,
    OperationKind.UNDO_CANCEL: _undo_cancel,
    OperationKind.PAUSE: _pause,
    OperationKind.RESUME: _resume,
    OperationKind.CHANGE: _change,
    OperationKind.REPRICE: _change,
}


def _only_item(seen: Json) -> Json:
    items: list[Json] = seen["items"]["data"]
    if len(items) != 1 or seen["items"].get("has_more"):
        raise CommandRejectedError("several_items")
    return items[0]


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())
