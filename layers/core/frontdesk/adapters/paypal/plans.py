"""Plans and products, and what one cycle of a plan costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from frontdesk.adapters.paypal.amounts import money_of
from frontdesk.adapters.paypal.fields import Json, moment, optional_moment
from frontdesk.domain.money import Money
from frontdesk.domain.snapshot import PriceSnapshot, ProductSnapshot, ProviderName


@dataclass(frozen=True, slots=True)
class Cycle:
    """The regular cycle of a plan. `unit_price` is None where the price has tiers."""

    unit: str
    count: int
    currency: str
    unit_price: Money | None


def billing_day(subscription: Json, *, plan: Json) -> int | None:
    """Of the month. Nobody tells it, but without a trial it is that of the start."""
    has_trial = any(cycle["tenure_type"] == "TRIAL" for cycle in plan["billing_cycles"])
    started_at = optional_moment(subscription.get("start_time"))
    return None if has_trial or started_at is None else started_at.day


def regular_cycle(plan: Json) -> Cycle:
    """A plan has one regular cycle, after two trial cycles at most."""
    cycles: Sequence[Json] = plan["billing_cycles"]
    regular = next(cycle for cycle in cycles if cycle["tenure_type"] == "REGULAR")
    scheme, frequency = regular["pricing_scheme"], regular["frequency"]
    has_tiers = "fixed_price" not in scheme
    money = money_of(scheme["tiers"][0]["amount"] if has_tiers else scheme["fixed_price"])
    return Cycle(
        unit=frequency["interval_unit"],
        count=frequency.get("interval_count", 1),
        currency=money.currency,
        unit_price=None if has_tiers else money,
    )


def price_snapshot(plan: Json) -> PriceSnapshot:
    cycle = regular_cycle(plan)
    return PriceSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=plan["id"],
        product=plan["product_id"],
        created_at=moment(plan["create_time"]),
        currency=cycle.currency,
        unit_amount_minor=cycle.unit_price.amount if cycle.unit_price else None,
        interval=cycle.unit.lower(),
        interval_count=cycle.count,
        nickname=plan.get("name"),
        is_active=plan["status"] == "ACTIVE",
    )


def product_snapshot(product: Json) -> ProductSnapshot:
    """A product at PayPal cannot be put away: it has no state."""
    return ProductSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id=product["id"],
        created_at=moment(product["create_time"]),
        name=product["name"],
        is_active=True,
    )
