"""F1: what each of Stripe's states is called here, what is coming, and what is paid next."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.domain.snapshot import PauseBehavior, ProviderName
from frontdesk.domain.subscription import (
    AccessState,
    PendingIntent,
    Subscription,
    SubscriptionStatus,
)

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
STARTED, ENDS = NOW - 10 * DAY, NOW + 20 * DAY
VOID, DRAFT = PauseBehavior.VOID, PauseBehavior.KEEP_AS_DRAFT
UNCOLLECTIBLE = PauseBehavior.MARK_UNCOLLECTIBLE
PAUSES = [None, VOID, DRAFT, UNCOLLECTIBLE]

SHOWN = {
    # Stripe's word: (while it is collected, while collection is paused)
    "active": ("active", "paused"),
    "trialing": ("trialing", "paused"),
    "past_due": ("past_due", "paused"),
    "unpaid": ("past_due", "paused"),
    "paused": ("paused", "paused"),
    "incomplete": ("incomplete", "incomplete"),
    "incomplete_expired": ("expired", "expired"),
    "canceled": ("canceled", "canceled"),
}
OVER = ("canceled", "incomplete_expired")
CANCELS: dict[str, dict[str, Any]] = {
    "no": {},
    "at the period's end": {"cancels_at_period_end": True, "canceled_at": NOW},
    "before the period's end": {"cancel_at": ENDS - DAY, "canceled_at": NOW},
    "after the period's end": {"cancel_at": ENDS + 5 * DAY, "canceled_at": NOW},
}
RESUMES = [None, ENDS - 3 * DAY, ENDS + 9 * DAY]


def subscription(**changes: Any) -> Subscription:
    plain = Subscription(
        id="sub_1",
        customer_id="cus_1",
        provider=ProviderName.STRIPE,
        provider_id="sub_stripe",
        created_at=STARTED,
        started_at=STARTED,
        billing_status="active",
        amount_minor=900,
        currency="usd",
        interval="month",
        interval_count=1,
        quantity=1,
        product=None,
        price=None,
        current_period_start=STARTED,
        current_period_end=ENDS,
    )
    if changes.get("billing_status") in OVER:
        changes = {"ended_at": NOW - DAY} | changes
    return replace(plain, **changes)


def cells() -> list[Subscription]:
    """Every status, pause, cancellation, resumption and trial: 768 of them."""
    return [
        subscription(
            billing_status=status, pause=pause, resumes_at=resumes, trial_end=trial, **cancel
        )
        for status, pause, cancel, resumes, trial in itertools.product(
            SHOWN, PAUSES, CANCELS.values(), RESUMES, [None, ENDS]
        )
    ]


@pytest.mark.case("F1")
class TestEveryState:
    @pytest.mark.parametrize("status", SHOWN)
    @pytest.mark.parametrize("pause", PAUSES)
    def test_it_has_one_name_for_people(self, status: str, pause: PauseBehavior | None) -> None:
        shown = subscription(billing_status=status, pause=pause).status

        assert shown.value == SHOWN[status][pause is not None]

    def test_the_name_depends_on_nothing_else(self) -> None:
        """A cancellation that is coming is told by `pending`, never by another status."""
        names = {(s.billing_status, s.pause is not None): s.status.value for s in cells()}

        assert all(s.status == names[s.billing_status, s.pause is not None] for s in cells())
        assert len(cells()) == 768

    def test_what_is_over_has_nothing_coming(self) -> None:
        for one in cells():
            if one.billing_status in OVER:
                assert (one.pending, one.next_payment_at) == (None, None)
                assert one.access(now=NOW).state is AccessState.ENDED

    @pytest.mark.parametrize(
        ("changes", "pending"),
        [
            ({}, None),
            (CANCELS["at the period's end"], PendingIntent("cancel", ENDS)),
            (CANCELS["before the period's end"], PendingIntent("cancel", ENDS - DAY)),
            (CANCELS["after the period's end"], PendingIntent("cancel", ENDS + 5 * DAY)),
            ({"pause": VOID}, None),
            ({"pause": VOID, "resumes_at": ENDS}, PendingIntent("resume", ENDS)),
            ({"resumes_at": ENDS}, None),
            (
                {"pause": VOID, "resumes_at": ENDS, "cancels_at_period_end": True},
                PendingIntent("cancel", ENDS),
            ),
        ],
    )
    def test_what_is_coming_is_told_with_its_day(
        self, changes: dict[str, Any], pending: PendingIntent | None
    ) -> None:
        assert subscription(**changes).pending == pending

    @pytest.mark.parametrize(
        ("changes", "paid_next"),
        [
            ({}, ENDS),
            ({"billing_status": "trialing", "trial_end": ENDS}, ENDS),
            ({"billing_status": "past_due"}, ENDS),
            ({"billing_status": "incomplete"}, None),
            (CANCELS["at the period's end"], None),
            (CANCELS["before the period's end"], None),
            (CANCELS["after the period's end"], ENDS),
            ({"pause": VOID}, None),
            ({"pause": VOID, "resumes_at": ENDS + DAY}, ENDS + DAY),
            ({"billing_status": "paused"}, None),
            ({"pause": VOID, "resumes_at": ENDS + DAY, **CANCELS["at the period's end"]}, None),
            ({"pause": VOID, "resumes_at": ENDS - DAY, "cancel_at": ENDS - 2 * DAY}, None),
            ({"current_period_end": None}, None),
        ],
    )
    def test_the_next_payment_is_told_where_there_will_be_one(
        self, changes: dict[str, Any], paid_next: datetime | None
    ) -> None:
        assert subscription(**changes).next_payment_at == paid_next

    def test_nothing_is_paid_at_or_after_a_cancellation(self) -> None:
        for one in cells():
            if one.pending is not None and one.pending.kind == "cancel":
                assert one.pending.at is not None
                assert one.next_payment_at is None or one.next_payment_at < one.pending.at


class TestAccess:
    @pytest.mark.parametrize(
        ("changes", "state", "until"),
        [
            ({}, AccessState.ACTIVE, None),
            ({"billing_status": "trialing"}, AccessState.ACTIVE, None),
            (CANCELS["at the period's end"], AccessState.ENDING, ENDS),
            ({"billing_status": "incomplete"}, AccessState.LIMITED, None),
            ({"billing_status": "incomplete_expired"}, AccessState.ENDED, NOW - DAY),
            ({"billing_status": "canceled"}, AccessState.ENDED, NOW - DAY),
            ({"pause": VOID}, AccessState.ENDING, ENDS),
            ({"pause": DRAFT}, AccessState.ACTIVE, None),
            ({"pause": UNCOLLECTIBLE}, AccessState.ACTIVE, None),
            ({"pause": VOID, "current_period_end": NOW}, AccessState.LIMITED, NOW),
            ({"billing_status": "paused"}, AccessState.LIMITED, ENDS),
            ({"billing_status": "unpaid"}, AccessState.LIMITED, None),
        ],
    )
    def test_it_follows_the_table(
        self, changes: dict[str, Any], state: AccessState, until: datetime | None
    ) -> None:
        access = subscription(**changes).access(now=NOW)

        assert (access.state, access.until) == (state, until)

    def test_a_renewal_that_failed_leaves_a_week(self) -> None:
        failed = subscription(billing_status="past_due", current_period_start=NOW)
        week = NOW + 7 * DAY

        before, after = failed.access(now=week - timedelta(seconds=1)), failed.access(now=week)

        assert (before.state, before.until) == (AccessState.ACTIVE, week)
        assert (after.state, after.until) == (AccessState.LIMITED, week)

    def test_every_cell_has_a_state_and_a_reason(self) -> None:
        for one in cells():
            access = one.access(now=NOW)
            assert access.reason
            if access.state is AccessState.ENDING:
                assert access.until is not None
                assert access.until > NOW


def test_an_unknown_word_of_the_provider_is_an_error_and_no_guess() -> None:
    with pytest.raises(KeyError):
        _ = subscription(billing_status="a_new_one").status


def test_every_status_is_reachable_but_the_one_that_stripe_does_not_know() -> None:
    reached = {one.status for one in cells()}

    assert reached == set(SubscriptionStatus) - {SubscriptionStatus.PENDING_APPROVAL}
