"""What a plan shows of the charges that come."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.domain.operation import OperationKind
from frontdesk.domain.plan import EffectKind, Plan
from frontdesk.domain.snapshot import Installments, PauseBehavior, ProviderName, Suspension
from frontdesk.domain.subscription import Scheduled, Subscription
from frontdesk.domain.subscription_command import SubscriptionWish
from frontdesk.domain.subscription_plan import plan_of
from tests.unit.domain.test_subscription_emulation import NOW, PAID_UNTIL, mirrored

RENEWAL = PAID_UNTIL
LATE = RENEWAL + timedelta(days=15)
RESUME = SubscriptionWish(kind=OperationKind.RESUME)
UNDO = SubscriptionWish(kind=OperationKind.UNDO_CANCEL)


def subscription(**fields: Any) -> Subscription:
    """Paid until the renewal; 3000 a month."""
    return replace(mirrored(), **fields)


def held(**fields: Any) -> Subscription:
    """Nothing is billed, because somebody asked for it."""
    return subscription(billing_status="SUSPENDED", suspension=Suspension.REQUESTED, **fields)


def charges(plan: Plan) -> list[tuple[str, int]]:
    return [
        (one.effective_at.date().isoformat(), one.amount.amount)
        for one in plan.effects
        if one.kind is EffectKind.CHARGE and one.amount is not None
    ]


def codes(plan: Plan) -> Sequence[str]:
    return [warning.code for warning in plan.warnings]


class TestAnEndOnADate:
    def ending(self, at: str, before: Subscription) -> Plan:
        end = datetime.fromisoformat(f"{at}T10:00:00+00:00")
        return plan_of(SubscriptionWish(kind=OperationKind.CANCEL, at=end), before, now=NOW)

    @pytest.mark.parametrize(
        ("at", "days"),
        [
            ("2026-11-15", []),
            ("2026-11-20", []),
            ("2026-11-21", ["2026-11-20"]),
            ("2027-01-20", ["2026-11-20", "2026-12-20"]),
            ("2027-01-21", ["2026-11-20", "2026-12-20", "2027-01-20"]),
        ],
    )
    def test_behind_renewals_shows_each_of_them(self, at: str, days: list[str]) -> None:
        plan = self.ending(at, subscription())

        assert charges(plan) == [(day, 3000) for day in days]
        assert codes(plan) == []

    def test_who_began_on_the_31st_is_charged_then_again_after_february(self) -> None:
        billed = subscription(
            started_at=datetime(2026, 8, 31, 10, tzinfo=UTC),
            current_period_end=datetime(2027, 2, 28, 10, tzinfo=UTC),
        )

        days = [day for day, _ in charges(self.ending("2027-05-15", billed))]
        assert days == ["2027-02-28", "2027-03-31", "2027-04-30"]

    def test_the_last_may_cost_less_where_the_provider_prorates(self) -> None:
        at_stripe = subscription(provider=ProviderName.STRIPE, billing_status="active")

        assert codes(self.ending("2026-12-01", at_stripe)) == ["amount_is_an_estimate"]
        assert codes(self.ending("2026-11-15", at_stripe)) == []

    def test_far_away_says_that_there_are_more(self) -> None:
        plan = self.ending("2030-01-01", subscription())

        assert len(charges(plan)) == 24
        assert codes(plan) == ["more_charges_follow"]

    def test_only_what_is_still_to_be_paid_is_charged(self) -> None:
        nearly_paid = subscription(installments=Installments(paid=2, total=3, completes_at=None))

        assert len(charges(self.ending("2026-11-25", nearly_paid))) == 1

    def test_what_falls_into_a_pause_is_not_charged(self) -> None:
        paused = subscription(
            provider=ProviderName.STRIPE,
            billing_status="active",
            pause=PauseBehavior.VOID,
            resumes_at=datetime(2026, 12, 1, tzinfo=UTC),
        )

        assert charges(self.ending("2026-12-25", paused)) == [("2026-12-20", 3000)]
        endless = replace(paused, resumes_at=None)
        assert charges(self.ending("2026-12-25", endless)) == []


class TestBillingThatGoesOn:
    def test_before_the_period_is_over_is_charged_with_the_next(self) -> None:
        plan = plan_of(RESUME, held(), now=NOW)

        assert charges(plan) == [("2026-11-20", 3000)]
        assert codes(plan) == []

    @pytest.mark.parametrize("wish", [RESUME, UNDO])
    def test_after_the_period_may_be_charged_at_once(self, wish: SubscriptionWish) -> None:
        waiting = Scheduled(OperationKind.CANCEL, RENEWAL, "op_1", is_held=True)
        late = held(scheduled=waiting if wish is UNDO else None)

        plan = plan_of(wish, late, now=LATE)

        assert charges(plan) == [(LATE.date().isoformat(), 3000)]
        assert codes(plan) == ["billed_soon"]

    def test_who_has_paid_everything_is_not_charged(self) -> None:
        paid = held(installments=Installments(paid=3, total=3, completes_at=RENEWAL))

        plan = plan_of(RESUME, paid, now=LATE)

        assert charges(plan) == []
        assert codes(plan) == []

    def test_periods_that_went_on_meanwhile_are_charged_with_the_next(self) -> None:
        """Stripe voids their invoices, and its period may be one that we have not seen yet."""
        voided = subscription(
            provider=ProviderName.STRIPE, billing_status="active", pause=PauseBehavior.VOID
        )

        plan = plan_of(RESUME, voided, now=LATE)

        assert charges(plan) == [("2026-12-20", 3000)]
