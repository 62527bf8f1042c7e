"""Which call of PayPal's makes each verb on a subscription true, and when it is true already.

https://developer.paypal.com/docs/api/subscriptions/v1/

PayPal keeps no request id for these calls: a verb that is true already has to be seen, not sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.adapters.paypal.amounts import amount_of
from frontdesk.adapters.paypal.client import segment
from frontdesk.adapters.paypal.standing import Standing
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import Suspension
from frontdesk.ports.commands import CommandRejectedError, SubscriptionCommand

LONGEST_REASON = 127
_OVER = frozenset(("CANCELLED", "EXPIRED"))
_LIVING = frozenset(("ACTIVE", "SUSPENDED"))


@dataclass(frozen=True, slots=True)
class Call:
    """`body` is an object for a POST, a list of JSON Patch operations for a PATCH."""

    method: str
    path: str
    body: Any


@dataclass(frozen=True, slots=True)
class Verb:
    """`call` raises CommandRejectedError in a state in which PayPal offers no such thing."""

    is_done: Callable[[SubscriptionCommand, Standing], bool]
    call: Callable[[SubscriptionCommand, Standing], Call]


def reason_of(command: SubscriptionCommand) -> str:
    """The operation's id comes first: what people write after it cannot pass for another's.

    PayPal shows it as `status_change_note`, and keeps 128 characters.
    """
    said = " ".join(f"{command.reason or ''} {command.comment or ''}".split())
    legible = "".join(character for character in said if character.isprintable())
    text = f"{command.operation_id}: {legible}" if legible else command.operation_id
    return text[:LONGEST_REASON]


# --- suspend, activate, cancel -----------------------------------------------------------------


def _is_over(_: SubscriptionCommand, standing: Standing) -> bool:
    return standing.snapshot.status in _OVER


def _is_paused(_: SubscriptionCommand, standing: Standing) -> bool:
    """One that PayPal holds back because of failures is not paused, and pausing cannot be asked."""
    return standing.snapshot.suspension is Suspension.REQUESTED


def _is_active(_: SubscriptionCommand, standing: Standing) -> bool:
    return standing.snapshot.status == "ACTIVE"


def _cancel(command: SubscriptionCommand, standing: Standing) -> Call:
    _ensure_living(standing)
    return _with_reason(command, "cancel")


def _suspend(command: SubscriptionCommand, standing: Standing) -> Call:
    _ensure_living(standing)
    if standing.snapshot.status == "SUSPENDED":
        raise CommandRejectedError("payment_overdue")
    return _with_reason(command, "suspend")


def _activate(command: SubscriptionCommand, standing: Standing) -> Call:
    """Never one that has not begun: activating would begin it."""
    _ensure_living(standing)
    return _with_reason(command, "activate")


def _with_reason(command: SubscriptionCommand, action: str) -> Call:
    return Call("POST", f"{_path(command)}/{action}", {"reason": reason_of(command)})


def _ensure_living(standing: Standing) -> None:
    status = standing.snapshot.status
    if status not in _LIVING:
        is_over = status in _OVER
        raise CommandRejectedError("subscription_is_over" if is_over else "first_payment_missing")


# --- revise, re-price ----------------------------------------------------------------------------


def _is_on_plan(command: SubscriptionCommand, standing: Standing) -> bool:
    snapshot = standing.snapshot
    return (
        snapshot.status in _LIVING
        and snapshot.price == command.price
        and command.quantity in (None, snapshot.quantity)
    )


def _revise(command: SubscriptionCommand, standing: Standing) -> Call:
    """The buyer has to consent. Asked twice, PayPal gives a second link to the same question."""
    _ensure_living(standing)
    body = {"plan_id": command.price}
    if command.quantity is not None:
        body["quantity"] = str(command.quantity)
    return Call("POST", f"{_path(command)}/revise", body)


def _costs_as_wished(command: SubscriptionCommand, standing: Standing) -> bool:
    snapshot = standing.snapshot
    wished = (command.amount_minor, command.currency)
    return snapshot.status in _LIVING and (snapshot.amount_minor, snapshot.currency) == wished


def _reprice(command: SubscriptionCommand, standing: Standing) -> Call:
    """The price of the regular cycle of this subscription's own plan, as an absolute amount.

    PayPal bills the old price for ten days more where it funds the subscription itself:
    https://developer.paypal.com/docs/api/subscriptions/v1/#subscriptions_patch
    """
    _ensure_living(standing)
    price = {
        "op": "replace",
        "path": f"/plan/billing_cycles/@sequence=={standing.sequence}/pricing_scheme/fixed_price",
        "value": amount_of(_unit_price(command, standing), is_price=True),
    }
    return Call("PATCH", _path(command), [price])


def _unit_price(command: SubscriptionCommand, standing: Standing) -> Money:
    snapshot, amount = standing.snapshot, command.amount_minor
    quantity = max(snapshot.quantity, 1)
    if snapshot.amount_minor is None:
        raise CommandRejectedError("price_is_unknown")
    if command.currency != snapshot.currency:
        raise CommandRejectedError("currency_mismatch")
    if amount is None or amount % quantity:
        raise CommandRejectedError("amount_not_divisible")
    return Money(amount // quantity, snapshot.currency)


def _path(command: SubscriptionCommand) -> str:
    return f"/v1/billing/subscriptions/{segment(command.subscription)}"


VERBS: Mapping[OperationKind, Verb] = {
    OperationKind.CANCEL: Verb(_is_over, _cancel),
    OperationKind.PAUSE: Verb(_is_paused, _suspend),
    OperationKind.RESUME: Verb(_is_active, _activate),
    OperationKind.CHANGE: Verb(_is_on_plan, _revise),
    OperationKind.REPRICE: Verb(_costs_as_wished, _reprice),
}
