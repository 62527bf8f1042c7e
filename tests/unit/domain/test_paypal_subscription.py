"""What a PayPal subscription is called, and what it gives."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.domain.snapshot import ProviderName, SubscriptionSnapshot, Suspension
from frontdesk.domain.subscription import (
    PAST_DUE_GRACE,
    AccessState,
    Subscription,
    SubscriptionStatus,
    subscription_of,
)

PAID_AT = datetime(2026, 10, 20, 10, tzinfo=UTC)
PAID_UNTIL = datetime(2026, 11, 20, 10, tzinfo=UTC)
BEFORE, AFTER = PAID_UNTIL - timedelta(days=10), PAID_UNTIL + timedelta(seconds=1)


def subscription(status: str, **changes: Any) -> Subscription:
    fields: dict[str, Any] = {
        "provider": ProviderName.PAYPAL,
        "provider_id": "I-1",
        "customer": "QYR5Z8XDVJNXQ",
        "created_at": PAID_AT,
        "started_at": PAID_AT,
        "status": status,
        "amount_minor": 4900,
        "currency": "usd",
        "interval": "month",
        "interval_count": 1,
        "quantity": 1,
        "product": "PROD-1",
        "price": "P-1",
        "current_period_start": PAID_AT,
        "current_period_end": PAID_UNTIL,
        "paid_until": PAID_UNTIL,
    }
    return subscription_of(SubscriptionSnapshot(**fields | changes), customer_id="cus_1", version=1)


@pytest.mark.parametrize(
    ("word", "suspension", "status"),
    [
        ("APPROVAL_PENDING", None, SubscriptionStatus.PENDING_APPROVAL),
        ("APPROVED", None, SubscriptionStatus.INCOMPLETE),
        ("ACTIVE", None, SubscriptionStatus.ACTIVE),
        ("SUSPENDED", Suspension.REQUESTED, SubscriptionStatus.PAUSED),
        ("SUSPENDED", Suspension.PAYMENT_FAILED, SubscriptionStatus.PAST_DUE),
        ("CANCELLED", None, SubscriptionStatus.CANCELED),
        ("EXPIRED", None, SubscriptionStatus.EXPIRED),
    ],
)
@pytest.mark.case("F4")
def test_each_of_paypals_words_has_one_of_ours(
    word: str, suspension: Suspension | None, status: SubscriptionStatus
) -> None:
    assert subscription(word, suspension=suspension).status is status


def test_an_unknown_word_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(KeyError):
        _ = subscription("active").status


@pytest.mark.feature("L3-31")
class TestAccess:
    @pytest.mark.parametrize(("now", "state"), [(BEFORE, "ending"), (AFTER, "ended")])
    def test_after_a_cancellation_until_the_paid_period_ends(
        self, now: datetime, state: str
    ) -> None:
        """Paid on the 20th, canceled on the 10th: access until the 20th."""
        canceled = subscription("CANCELLED", canceled_at=BEFORE, ended_at=BEFORE)
        access = canceled.access(now=now)

        assert (access.state, access.until) == (AccessState(state), PAID_UNTIL)

    @pytest.mark.parametrize(("now", "state"), [(BEFORE, "ending"), (AFTER, "limited")])
    def test_while_suspended_on_request_until_the_paid_period_ends(
        self, now: datetime, state: str
    ) -> None:
        access = subscription("SUSPENDED", suspension=Suspension.REQUESTED).access(now=now)

        assert (access.state, access.until, access.reason) == (
            AccessState(state),
            PAID_UNTIL,
            "paused",
        )

    @pytest.mark.parametrize(
        ("now", "state"),
        [
            (PAID_UNTIL + PAST_DUE_GRACE - timedelta(seconds=1), "active"),
            (PAID_UNTIL + PAST_DUE_GRACE, "limited"),
        ],
    )
    def test_after_failed_payments_a_week_longer_than_was_paid(
        self, now: datetime, state: str
    ) -> None:
        held = subscription("SUSPENDED", suspension=Suspension.PAYMENT_FAILED)

        assert held.access(now=now).state is AccessState(state)

    @pytest.mark.parametrize("word", ["APPROVAL_PENDING", "APPROVED"])
    def test_before_the_first_payment_none(self, word: str) -> None:
        waiting = subscription(word, paid_until=None, current_period_end=None)

        assert waiting.access(now=BEFORE).state is AccessState.LIMITED

    def test_after_its_last_cycle_it_is_completed_and_not_unpaid(self) -> None:
        access = subscription("EXPIRED", ended_at=PAID_UNTIL).access(now=AFTER)

        assert (access.state, access.reason) == (AccessState.ENDED, "completed")


@pytest.mark.parametrize("cause", list(Suspension))
def test_while_it_is_suspended_nothing_is_billed(cause: Suspension) -> None:
    assert subscription("SUSPENDED", suspension=cause).next_payment_at is None
    assert subscription("ACTIVE").next_payment_at == PAID_UNTIL
