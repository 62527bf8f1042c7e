"""What Frontdesk does around a provider that cannot wait, and what it keeps until then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.domain.errors import ConflictError
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ProviderName, SubscriptionSnapshot, Suspension
from frontdesk.domain.subscription import (
    AccessState,
    OpenOperation,
    Scheduled,
    Subscription,
    SubscriptionStatus,
    subscription_of,
)
from frontdesk.domain.subscription_command import SubscriptionWish, parameters_of
from frontdesk.domain.subscription_emulation import prepared
from frontdesk.domain.subscription_outcome import with_what_is_ours
from frontdesk.domain.subscription_plan import plan_of
from frontdesk.domain.subscription_policy import reprice_wish

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
PAID_UNTIL = datetime(2026, 11, 20, 10, tzinfo=UTC)
AT_PERIOD_END = SubscriptionWish(kind=OperationKind.CANCEL, at_period_end=True)


def shown(**fields: Any) -> SubscriptionSnapshot:
    """As PayPal shows one that was paid on 20 October."""
    plain = SubscriptionSnapshot(
        provider=ProviderName.PAYPAL,
        provider_id="I-1",
        customer="payer_1",
        created_at=NOW - timedelta(days=60),
        started_at=NOW - timedelta(days=60),
        status="ACTIVE",
        amount_minor=3000,
        currency="usd",
        interval="month",
        interval_count=1,
        quantity=1,
        product="PROD-1",
        price="P-1",
        current_period_start=PAID_UNTIL - timedelta(days=31),
        current_period_end=PAID_UNTIL,
        paid_until=PAID_UNTIL,
    )
    return replace(plain, **fields)


def mirrored(before: Subscription | None = None, **fields: Any) -> Subscription:
    snapshot = shown(**fields)
    after = subscription_of(snapshot, customer_id="cus_1", version=1)
    return with_what_is_ours(before, after, snapshot).subscription


def marked(wish: SubscriptionWish, subscription: Subscription, *, by: str = "op_1") -> Subscription:
    ready = prepared(wish, subscription, now=NOW)
    operation = OpenOperation(by, ready.kind, parameters_of(ready))
    return replace(subscription, open_operation=operation)


HELD: dict[str, Any] = {
    "status": "SUSPENDED",
    "suspension": Suspension.REQUESTED,
    "operation_id": "op_1",
}


class TestEndingWithThePeriod:
    @pytest.mark.feature("L3-31")
    def test_paid_on_the_20th_and_canceled_on_the_10th_gives_access_until_the_20th(self) -> None:
        after = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)

        access = after.access(now=NOW)
        assert (access.state, access.until) == (AccessState.ENDING, PAID_UNTIL)
        assert after.status is SubscriptionStatus.ACTIVE
        assert after.pending is not None
        assert (after.pending.kind, after.pending.at) == ("cancel", PAID_UNTIL)
        assert after.next_payment_at is None
        assert after.open_operation is None

    def test_nothing_is_scheduled_before_the_provider_holds_it(self) -> None:
        after = mirrored(marked(AT_PERIOD_END, mirrored()))

        assert after.scheduled is None
        assert after.open_operation is not None

    def test_a_hold_that_somebody_takes_back_at_the_provider_ends_nothing(self) -> None:
        scheduled = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)

        after = mirrored(scheduled, status="ACTIVE")

        assert after.scheduled is None
        assert after.pending is None

    def test_nor_does_one_that_somebody_has_paused_again_since(self) -> None:
        scheduled = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)

        after = mirrored(scheduled, **(HELD | {"operation_id": None}))

        assert after.scheduled is None
        assert after.status is SubscriptionStatus.PAUSED

    def test_what_somebody_had_paused_already_is_ended_all_the_same(self) -> None:
        """Nobody had seen it, so there was nothing left to hold."""
        marked_one = marked(AT_PERIOD_END, mirrored())

        after = mirrored(marked_one, **(HELD | {"operation_id": None}))

        assert after.scheduled == Scheduled(OperationKind.CANCEL, PAID_UNTIL, "op_1", is_held=False)

    def test_access_ends_when_it_should_though_nobody_sees_to_it(self) -> None:
        after = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)

        access = after.access(now=PAID_UNTIL + timedelta(days=3))

        assert (access.state, access.until) == (AccessState.ENDED, PAID_UNTIL)

    def test_what_is_over_is_not_ended_again(self) -> None:
        scheduled = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)

        after = mirrored(scheduled, status="CANCELLED", ended_at=PAID_UNTIL)

        assert after.scheduled is None
        assert after.access(now=PAID_UNTIL).state is AccessState.ENDED

    def test_a_period_that_is_over_ends_now(self) -> None:
        wish = prepared(AT_PERIOD_END, mirrored(), now=PAID_UNTIL + timedelta(days=1))

        assert wish == SubscriptionWish(kind=OperationKind.CANCEL)

    def test_a_date_that_is_not_paid_for_is_waited_for_while_billing_goes_on(self) -> None:
        date = PAID_UNTIL + timedelta(days=40)
        wish = SubscriptionWish(kind=OperationKind.CANCEL, at=date)

        after = mirrored(marked(wish, mirrored()))

        assert after.scheduled == Scheduled(OperationKind.CANCEL, date, "op_1", is_held=False)
        assert after.next_payment_at == PAID_UNTIL

    def test_another_end_has_to_be_undone_first(self) -> None:
        scheduled = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)
        wish = SubscriptionWish(kind=OperationKind.CANCEL, at=NOW + timedelta(days=2))

        with pytest.raises(ConflictError) as refusal:
            plan_of(prepared(wish, scheduled, now=NOW), scheduled, now=NOW)

        assert refusal.value.code == "cancellation_pending"

    def test_one_that_somebody_pauses_while_it_waits_for_its_end_is_paused(self) -> None:
        wish = SubscriptionWish(kind=OperationKind.CANCEL, at=PAID_UNTIL + timedelta(days=40))

        after = mirrored(mirrored(marked(wish, mirrored())), **HELD)

        assert after.status is SubscriptionStatus.PAUSED


class TestTakingItBack:
    UNDO = SubscriptionWish(kind=OperationKind.UNDO_CANCEL)

    def test_a_hold_is_released(self) -> None:
        scheduled = mirrored(marked(AT_PERIOD_END, mirrored()), **HELD)
        undoing = marked(self.UNDO, scheduled, by="op_2")

        still_held = mirrored(undoing, **HELD)
        after = mirrored(undoing, status="ACTIVE")

        assert still_held.open_operation is not None
        assert still_held.scheduled == scheduled.scheduled
        assert (after.open_operation, after.scheduled, after.pending) == (None, None, None)

    def test_what_waits_is_forgotten_without_the_provider(self) -> None:
        date = PAID_UNTIL + timedelta(days=40)
        wish = SubscriptionWish(kind=OperationKind.CANCEL, at=date)
        scheduled = mirrored(marked(wish, mirrored()))

        after = mirrored(marked(self.UNDO, scheduled))

        assert (after.open_operation, after.scheduled) == (None, None)


class TestPausingUntilADate:
    DATE = NOW + timedelta(days=30)
    PAUSE = SubscriptionWish(kind=OperationKind.PAUSE, at=DATE)

    def test_it_is_paused_and_goes_on_at_the_date(self) -> None:
        after = mirrored(marked(self.PAUSE, mirrored()), **HELD)

        assert after.status is SubscriptionStatus.PAUSED
        assert after.next_payment_at == self.DATE
        assert after.scheduled == Scheduled(OperationKind.RESUME, self.DATE, "op_1", is_held=True)

    def test_somebody_who_resumes_it_earlier_has_resumed_it(self) -> None:
        paused = mirrored(marked(self.PAUSE, mirrored()), **HELD)

        after = mirrored(paused, status="ACTIVE")

        assert (after.status, after.scheduled) == (SubscriptionStatus.ACTIVE, None)

    def test_what_has_gone_on_is_scheduled_no_more(self) -> None:
        unheld = Scheduled(OperationKind.RESUME, self.DATE, "op_1", is_held=False)
        before = replace(mirrored(), scheduled=unheld)

        after = mirrored(marked(SubscriptionWish(kind=OperationKind.RESUME), before, by="op_2"))

        assert after.scheduled is None

    def test_a_pause_without_a_date_is_the_providers_own(self) -> None:
        wish = SubscriptionWish(kind=OperationKind.PAUSE)

        assert prepared(wish, mirrored(), now=NOW) == wish


class TestTheEnd:
    def test_what_was_accepted_and_cannot_come_true_any_more_has_failed(self) -> None:
        """A new price that nobody will ever see: the subscription ended first."""
        wish = SubscriptionWish(kind=OperationKind.REPRICE, amount_minor=5000, currency="usd")
        before = marked(wish, mirrored())
        snapshot = shown(status="CANCELLED", ended_at=NOW)
        after = subscription_of(snapshot, customer_id="cus_1", version=1)

        outcome = with_what_is_ours(before, after, snapshot)

        assert outcome.failure_code == "subscription_is_over"
        assert outcome.subscription.open_operation is None


class TestApproval:
    CHANGE = SubscriptionWish(
        kind=OperationKind.CHANGE, price="P-2", amount_minor=5000, currency="usd"
    )

    def waiting(self) -> Subscription:
        asked = OpenOperation(
            "op_1", OperationKind.CHANGE, parameters_of(self.CHANGE), "https://a.example", NOW
        )
        return replace(mirrored(), open_operation=asked)

    @pytest.mark.case("F5")
    def test_the_old_plan_is_shown_until_the_buyer_has_agreed(self) -> None:
        still = mirrored(self.waiting())
        agreed = mirrored(self.waiting(), price="P-2", amount_minor=5000)

        assert (still.price, still.amount_minor) == ("P-1", 3000)
        assert still.pending is not None
        assert (still.pending.kind, still.pending.approve_url) == ("approval", "https://a.example")
        assert (agreed.price, agreed.pending) == ("P-2", None)

    def test_a_preview_says_that_the_buyer_has_to_agree(self) -> None:
        plan = plan_of(self.CHANGE, mirrored(), now=NOW)

        assert [warning.code for warning in plan.warnings] == ["needs_approval"]

    def test_the_buyer_and_not_the_shops_rule_says_when(self) -> None:
        at_period_end = replace(self.CHANGE, at=PAID_UNTIL, at_period_end=True)

        assert prepared(at_period_end, mirrored(), now=NOW) == self.CHANGE


class TestAccessThatIsRevoked:
    def test_it_is_over_whatever_was_paid(self) -> None:
        wish = SubscriptionWish(kind=OperationKind.REVOKE_ACCESS, revokes_access_at=NOW)

        after = mirrored(marked(wish, mirrored()))

        access = after.access(now=NOW)
        assert (access.state, access.until, access.reason) == (AccessState.ENDED, NOW, "revoked")
        assert after.open_operation is None
        assert after.billing_status == "ACTIVE"

    def test_it_does_not_end_later_than_it_had(self) -> None:
        over = mirrored(mirrored(), status="CANCELLED", ended_at=NOW, paid_until=NOW)
        later = NOW + timedelta(days=2)

        after = replace(over, access_revoked_at=later)

        access = after.access(now=later)
        assert (access.until, access.reason) == (NOW, "canceled")

    def test_a_cancellation_may_revoke_it_too(self) -> None:
        wish = SubscriptionWish(kind=OperationKind.CANCEL, revokes_access_at=NOW)

        after = mirrored(marked(wish, mirrored()), status="CANCELLED", ended_at=NOW)

        assert after.access(now=NOW).reason == "revoked"


class TestNewPrice:
    def test_a_renewal_within_the_notice_still_costs_the_old_price(self) -> None:
        """Ten days before a renewal is too late for PayPal."""
        now = PAID_UNTIL - timedelta(days=9)
        wish = reprice_wish(Money(5000, "usd"), is_now=False, subscription=mirrored())

        plan = plan_of(wish, mirrored(), now=now)

        charges = [
            (effect.effective_at.date().isoformat(), effect.amount.amount)
            for effect in plan.effects
            if effect.amount is not None
        ]
        assert charges == [("2026-11-20", 3000), ("2026-12-20", 5000)]

    def test_who_is_billed_on_the_31st_is_so_after_february_too(self) -> None:
        billed = mirrored(
            started_at=datetime(2026, 12, 31, 10, tzinfo=UTC),
            current_period_end=datetime(2027, 2, 28, 10, tzinfo=UTC),
        )
        wish = reprice_wish(Money(5000, "usd"), is_now=False, subscription=billed)

        plan = plan_of(wish, billed, now=datetime(2027, 2, 20, tzinfo=UTC))

        assert plan.effects[-1].effective_at == datetime(2027, 3, 31, 10, tzinfo=UTC)

    def test_at_once_is_not_offered_where_nothing_is_prorated(self) -> None:
        wish = reprice_wish(Money(5000, "usd"), is_now=True, subscription=mirrored())

        with pytest.raises(ConflictError) as refusal:
            plan_of(wish, mirrored(), now=NOW)

        assert refusal.value.code == "not_offered_by_provider"
