"""Writes which verb is possible in which state: `python -m infra.subscription_verbs`.

A test compares the committed table with what the rules answer.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))

from frontdesk.domain.capabilities import CAPABILITIES
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import (
    Installments,
    PauseBehavior,
    PendingChange,
    ProviderName,
    Suspension,
)
from frontdesk.domain.subscription import OpenOperation, Scheduled, Subscription
from frontdesk.domain.subscription_command import REFUSALS, SubscriptionWish, refusal_of
from frontdesk.domain.subscription_emulation import prepared

_NAMES = {ProviderName.STRIPE: "Stripe", ProviderName.PAYPAL: "PayPal"}
DOCUMENT = Path(__file__).parents[1] / "docs" / "subscription-verbs.md"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
_END = NOW + timedelta(days=20)


@dataclass(frozen=True, slots=True)
class State:
    name: str
    fields: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _scheduled(kind: OperationKind, *, is_held: bool) -> Scheduled:
    return Scheduled(kind, _END, "op_1", is_held=is_held)


_CHEAPER = PendingChange(_END, "price_3", 1000)
_INSTALLMENTS = Installments(2, 6, _END + timedelta(days=15))
STATES: Mapping[ProviderName, tuple[State, ...]] = {
    ProviderName.STRIPE: (
        State("active"),
        State("active, ends with its period", {"cancels_at_period_end": True, "cancel_at": _END}),
        State("active, ends on a date", {"cancel_at": NOW + timedelta(days=9)}),
        State("active, a change is pending", {"pending_change": _CHEAPER}),
        State("active, paid in instalments", {"installments": _INSTALLMENTS}),
        State(
            "active, paid in instalments, ends with its period",
            {"installments": _INSTALLMENTS, "cancels_at_period_end": True, "cancel_at": _END},
        ),
        State(
            "active, paid in instalments, a change is pending",
            {"installments": _INSTALLMENTS, "pending_change": _CHEAPER},
        ),
        State(
            "paused, paid in instalments",
            {"installments": Installments(2, 6), "pause": PauseBehavior.VOID},
        ),
        State(
            "paused, paid in instalments, a change is pending",
            {
                "installments": Installments(2, 6),
                "pause": PauseBehavior.VOID,
                "pending_change": _CHEAPER,
            },
        ),
        State(
            "completed",
            {"installments": Installments(6, 6), "billing_status": "canceled", "ended_at": NOW},
        ),
        State("trialing", {"billing_status": "trialing", "trial_end": _END}),
        State("past due", {"billing_status": "past_due"}),
        State("unpaid", {"billing_status": "unpaid"}),
        State("paused", {"pause": PauseBehavior.VOID}),
        State(
            "paused until a date",
            {"pause": PauseBehavior.VOID, "resumes_at": NOW + timedelta(days=9)},
        ),
        State("paused, billing stopped", {"billing_status": "paused"}),
        State("incomplete", {"billing_status": "incomplete"}),
        State("canceled", {"billing_status": "canceled", "ended_at": NOW}),
        State("expired", {"billing_status": "incomplete_expired", "ended_at": NOW}),
    ),
    ProviderName.PAYPAL: (
        State("approval pending", {"billing_status": "APPROVAL_PENDING"}),
        State("approved", {"billing_status": "APPROVED"}),
        State("active", {"billing_status": "ACTIVE"}),
        State(
            "active, paid in instalments",
            {"billing_status": "ACTIVE", "installments": _INSTALLMENTS},
        ),
        State(
            "suspended, paid in instalments",
            {
                "billing_status": "SUSPENDED",
                "suspension": Suspension.REQUESTED,
                "installments": _INSTALLMENTS,
            },
        ),
        State(
            "suspended on request",
            {"billing_status": "SUSPENDED", "suspension": Suspension.REQUESTED},
        ),
        State(
            "suspended until a date",
            {
                "billing_status": "SUSPENDED",
                "suspension": Suspension.REQUESTED,
                "scheduled": _scheduled(OperationKind.RESUME, is_held=True),
            },
        ),
        State(
            "suspended until it ends",
            {
                "billing_status": "SUSPENDED",
                "suspension": Suspension.REQUESTED,
                "scheduled": _scheduled(OperationKind.CANCEL, is_held=True),
            },
        ),
        State(
            "active, ends on a date",
            {
                "billing_status": "ACTIVE",
                "scheduled": _scheduled(OperationKind.CANCEL, is_held=False),
            },
        ),
        State(
            "active, a change waits for the buyer",
            {
                "billing_status": "ACTIVE",
                "open_operation": OpenOperation(
                    "op_1", OperationKind.CHANGE, {}, "https://provider.example/approve", _END
                ),
            },
        ),
        State(
            "suspended for failed payments",
            {"billing_status": "SUSPENDED", "suspension": Suspension.PAYMENT_FAILED},
        ),
        State("cancelled", {"billing_status": "CANCELLED", "ended_at": NOW}),
        State("expired", {"billing_status": "EXPIRED", "ended_at": NOW}),
    ),
}
_NEW_PRICE: dict[str, Any] = {"price": "price_2", "amount_minor": 5000, "currency": "usd"}
VERBS: Mapping[str, SubscriptionWish] = {
    "cancel now": SubscriptionWish(kind=OperationKind.CANCEL),
    "cancel at period end": SubscriptionWish(kind=OperationKind.CANCEL, at_period_end=True),
    "cancel on a date": SubscriptionWish(kind=OperationKind.CANCEL, at=NOW + timedelta(days=40)),
    "undo cancel": SubscriptionWish(kind=OperationKind.UNDO_CANCEL),
    "pause": SubscriptionWish(kind=OperationKind.PAUSE),
    "resume": SubscriptionWish(kind=OperationKind.RESUME),
    "change": SubscriptionWish(kind=OperationKind.CHANGE, **_NEW_PRICE),
    "change at period end": SubscriptionWish(
        kind=OperationKind.CHANGE, at=_END, at_period_end=True, **_NEW_PRICE
    ),
    "price": SubscriptionWish(kind=OperationKind.REPRICE, **_NEW_PRICE),
    "drop pending change": SubscriptionWish(kind=OperationKind.DROP_PENDING),
}


NOTES: Mapping[ProviderName, str] = {
    ProviderName.STRIPE: (
        "A change that is pending is a subscription schedule at Stripe, beside which Stripe lets "
        "nobody say when the subscription ends. So a cancellation and another change drop it "
        "first, and their previews warn of it (`pending_change_is_dropped`). Of a change that the "
        "shop has planned at Stripe itself, customers cannot get rid: dropping it, another change, "
        "and taking back a cancellation that dropped it are refused with `planned_by_shop`. A plan "
        "of n payments is a schedule that ends its subscription; see docs/adr/0017."
    ),
}


def a_subscription(provider: ProviderName, state: State) -> Subscription:
    plain: dict[str, Any] = {
        "billing_status": "active",
        "current_period_start": NOW - timedelta(days=10),
        "current_period_end": _END,
    }
    return Subscription(
        id="sub_1",
        customer_id="cus_1",
        provider=provider,
        provider_id="sub_x",
        created_at=NOW,
        started_at=NOW,
        amount_minor=3000,
        currency="usd",
        interval="month",
        interval_count=1,
        quantity=1,
        product="prod_1",
        price="price_1",
        **(plain | dict(state.fields)),
    )


def wish_of(verb: str, subscription: Subscription) -> SubscriptionWish:
    return prepared(VERBS[verb], subscription, now=NOW)


def answer(provider: ProviderName, state: State, verb: str) -> str:
    subscription = a_subscription(provider, state)
    return refusal_of(wish_of(verb, subscription), subscription) or "yes"


def text() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Which verb is possible in which state"
    yield ""
    yield "Made by `python -m infra.subscription_verbs`. A cell is *yes* or the code of the 409."
    for provider, states in STATES.items():
        yield ""
        yield f"## {_NAMES[provider]}"
        yield ""
        verbs = CAPABILITIES[provider].items()
        yield "Capabilities: " + ", ".join(f"{verb} {how.value}" for verb, how in verbs) + "."
        yield ""
        yield "| State | " + " | ".join(VERBS) + " |"
        yield "|---" * (len(VERBS) + 1) + "|"
        for state in states:
            cells = (answer(provider, state, verb) for verb in VERBS)
            yield f"| {state.name} | " + " | ".join(_cell(one) for one in cells) + " |"
        if provider in NOTES:
            yield ""
            yield NOTES[provider]
    yield ""
    yield "## What the codes say"
    yield ""
    yield "| Code | Meaning |"
    yield "|---|---|"
    yield from (f"| `{code}` | {meaning} |" for code, meaning in REFUSALS.items())


def _cell(found: str) -> str:
    return found if found == "yes" else f"`{found}`"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
