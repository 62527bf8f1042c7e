"""A subscription as it stands, with the plan as it holds for this subscription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.adapters.paypal.client import PayPalClient, segment
from frontdesk.adapters.paypal.fields import Json
from frontdesk.adapters.paypal.subscriptions import subscription_snapshot
from frontdesk.domain.snapshot import SubscriptionSnapshot

_SUBSCRIPTIONS = "/v1/billing/subscriptions/"
_PLANS = "/v1/billing/plans/"


@dataclass(frozen=True, slots=True)
class Standing:
    """`sequence` is the number of the plan's regular cycle."""

    snapshot: SubscriptionSnapshot
    sequence: int


def read_standing(client: PayPalClient, subscription_id: str) -> Standing | None:
    """None where there is no such subscription. A shape that PayPal's description does not have
    raises any of `fields.SHAPE_ERRORS`."""
    found = client.get(_SUBSCRIPTIONS + segment(subscription_id), {"fields": "plan"})
    if found is None:
        return None
    if found["id"] != subscription_id:
        raise ValueError("This is another object.")
    plan = _plan_of(found, client=client)
    cycles: Sequence[Json] = plan["billing_cycles"]
    sequence = next(cycle["sequence"] for cycle in cycles if cycle["tenure_type"] == "REGULAR")
    return Standing(subscription_snapshot(found, plan=plan), int(sequence))


def _plan_of(subscription: Json, *, client: PayPalClient) -> Json:
    """Completed by what the plan itself says."""
    own: Json = subscription.get("plan") or {}
    if "billing_cycles" in own and "product_id" in own:
        return own
    if "billing_cycles" not in own and subscription.get("plan_overridden"):
        raise ValueError("A changed plan is not told.")
    plan = client.get(_PLANS + segment(subscription["plan_id"]))
    if plan is None:
        raise LookupError("A subscription's plan is not there.")
    return {**plan, **own}
