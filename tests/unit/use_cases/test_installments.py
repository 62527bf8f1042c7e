"""Plans of n payments at the local Stripe: whatever is paused or called off, n are paid."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.times import to_text
from tests.subscribing import START, SubscriptionRig

TOTAL = 5
MONTH = timedelta(days=31)


@pytest.fixture
def rig() -> SubscriptionRig:
    rig = SubscriptionRig()
    rig.sell_in_installments(TOTAL)
    return rig


def later(rig: SubscriptionRig, delta: timedelta) -> None:
    rig.advance(delta)
    rig.look()


def to_the_end(rig: SubscriptionRig) -> None:
    later(rig, 30 * MONTH)


def shown(rig: SubscriptionRig) -> tuple[str, int, int]:
    plan = rig.subscription.installments
    assert plan is not None
    return rig.subscription.status.value, plan.paid, plan.total


class TestAPlan:
    def test_counts_what_is_paid_until_all_is(self, rig: SubscriptionRig) -> None:
        assert shown(rig) == ("active", 1, TOTAL)
        assert rig.order("pause", preview=True).status == 200
        later(rig, 2 * MONTH)
        assert shown(rig) == ("active", 3, TOTAL)
        later(rig, 2 * MONTH)
        assert shown(rig) == ("active", TOTAL, TOTAL)
        assert rig.subscription.next_payment_at is None
        assert rig.subscription.pending is None

        to_the_end(rig)

        assert shown(rig) == ("expired", TOTAL, TOTAL)
        assert rig.subscription.access(now=rig.clock.now()).reason == "completed"
        assert rig.paid_installments == TOTAL
        assert list(rig.wrongs()) == []

    def test_is_answered(self, rig: SubscriptionRig) -> None:
        answer = rig.order("pause")

        assert answer.json["installments"] == {"paid": 1, "total": TOTAL}

    def test_that_begins_with_a_trial_counts_none_for_it(self) -> None:
        rig = SubscriptionRig(subscription_fields={"trial_period_days": 14})
        made = rig.stripe.post("subscription_schedules", from_subscription=rig.provider_id)
        (phase,) = made["phases"]
        end = int((START + timedelta(days=14) + 3 * MONTH - timedelta(days=3)).timestamp())
        wanted = {
            "items": [{"price": phase["items"][0]["price"]}],
            "start_date": phase["start_date"],
            "trial_end": phase["trial_end"],
            "end_date": end,
        }
        path = f"subscription_schedules/{made['id']}"
        rig.stripe.post(path, end_behavior="cancel", phases=[wanted])
        rig.follow()

        assert shown(rig) == ("trialing", 0, 3)
        to_the_end(rig)
        assert shown(rig) == ("expired", 3, 3)

    def test_a_payment_that_fails_is_not_counted(self, rig: SubscriptionRig) -> None:
        settings = rig.stripe.get(f"customers/{rig.customer}")["invoice_settings"]
        card = settings["default_payment_method"]
        rig.stripe.act("card", payment_method=card, conduct="generic_decline")

        rig.advance(MONTH)
        rig.follow()

        assert shown(rig) == ("past_due", 1, TOTAL)
        rig.stripe.act("card", payment_method=card, conduct="succeeds")
        rig.advance(timedelta(days=4))
        rig.follow()
        assert shown(rig) == ("active", 2, TOTAL)

    def test_keeps_its_price(self, rig: SubscriptionRig) -> None:
        price = {"amount": {"amount": 4000, "currency": "usd"}, "from": "next_renewal"}

        assert rig.order("price", price).code == "installments_are_fixed"
        assert (
            rig.order("change", {"offer_id": rig.offer_of(9000)}).code == "installments_are_fixed"
        )
        assert rig.stripe.changes() == []


@pytest.mark.feature("K2-17")
@pytest.mark.feature("K2-18")
@pytest.mark.feature("K2-19")
class TestPausing:
    @pytest.mark.parametrize("paid", [1, 3, TOTAL])
    @pytest.mark.parametrize("pause", [timedelta(days=9), 2 * MONTH, 12 * MONTH])
    def test_nothing_is_lost_or_owed_twice(
        self, rig: SubscriptionRig, paid: int, pause: timedelta
    ) -> None:
        later(rig, (paid - 1) * MONTH)
        assert rig.order("pause", me=True).json["status"] == "paused"
        later(rig, pause)
        assert shown(rig) == ("paused", paid, TOTAL)
        assert rig.order("resume", me=True).json["status"] == "active"
        assert list(rig.wrongs()) == []

        to_the_end(rig)

        assert rig.paid_installments == TOTAL
        assert shown(rig) == ("expired", TOTAL, TOTAL)
        assert list(rig.wrongs()) == []

    @pytest.mark.parametrize("days", [3, 45, 61, 400])
    def test_until_a_date_goes_on_by_itself(self, rig: SubscriptionRig, days: int) -> None:
        until = to_text(rig.clock.now() + timedelta(days=days))
        assert rig.order("pause", {"resume_at": until}).json["pending"] is None
        later(rig, timedelta(days=days + 1))
        assert rig.subscription.status.value == "active"

        to_the_end(rig)

        assert rig.paid_installments == TOTAL
        assert shown(rig) == ("expired", TOTAL, TOTAL)
        assert list(rig.wrongs()) == []

    def test_until_a_date_and_resumed_before(self, rig: SubscriptionRig) -> None:
        until = to_text(rig.clock.now() + 10 * MONTH)
        rig.order("pause", {"resume_at": until})
        later(rig, 3 * MONTH)
        assert rig.order("resume").status == 200

        to_the_end(rig)

        assert rig.paid_installments == TOTAL

    def test_again_and_again(self, rig: SubscriptionRig) -> None:
        for _ in range(4):
            rig.order("pause")
            later(rig, 2 * MONTH)
            rig.order("resume")
            later(rig, MONTH)

        to_the_end(rig)

        assert rig.paid_installments == TOTAL
        assert shown(rig) == ("expired", TOTAL, TOTAL)

    def test_that_the_dashboard_began_is_ended_as_well(self, rig: SubscriptionRig) -> None:
        rig.stripe.act("pause", subscription=rig.provider_id)
        later(rig, 2 * MONTH)
        assert rig.order("resume").status == 200

        to_the_end(rig)

        assert rig.paid_installments == TOTAL

    def test_of_the_periods_themselves_is_ended_as_well(self, rig: SubscriptionRig) -> None:
        rig.stripe.post(f"subscriptions/{rig.provider_id}/pause", bill_for={})
        later(rig, timedelta(days=60))
        assert rig.order("resume").json["status"] == "active"

        to_the_end(rig)

        assert rig.paid_installments == TOTAL
        assert list(rig.wrongs()) == []


class TestCallingOff:
    def test_at_once(self, rig: SubscriptionRig) -> None:
        assert rig.order("cancel", {"when": "now"}).json["status"] == "canceled"
        assert rig.order("cancel", {"when": "now"}).code == "subscription_is_over"

    @pytest.mark.parametrize(
        "when", [lambda: "period_end", lambda: to_text(START + timedelta(days=40))]
    )
    def test_later_and_taken_back(self, rig: SubscriptionRig, when: Callable[[], str]) -> None:
        answer = rig.order("cancel", {"when": when()})
        assert answer.json["pending"]["kind"] == "cancel"
        assert list(rig.wrongs()) == []
        undone = rig.order("undo-cancel")
        assert (undone.status, undone.json["pending"]) == (200, None)

        to_the_end(rig)

        assert rig.paid_installments == TOTAL
        assert shown(rig) == ("expired", TOTAL, TOTAL)

    def test_at_the_period_end(self, rig: SubscriptionRig) -> None:
        rig.order("cancel", {"when": "period_end"})

        to_the_end(rig)

        assert rig.paid_installments == 1
        assert shown(rig) == ("canceled", 1, TOTAL)

    def test_never_after_the_last_payments_time(self, rig: SubscriptionRig) -> None:
        late = {"when": to_text(START + timedelta(days=400))}

        assert rig.order("cancel", late).code == "ends_before"
        assert rig.stripe.changes() == []

    @pytest.mark.parametrize("takes_back", [True, False])
    def test_during_a_pause(self, rig: SubscriptionRig, *, takes_back: bool) -> None:
        rig.order("pause")
        ends: dict[str, Any] = {"when": to_text(START + timedelta(days=100))}
        assert rig.order("cancel", ends).json["pending"]["kind"] == "cancel"
        if takes_back:
            rig.order("undo-cancel")
        later(rig, MONTH)
        assert rig.order("resume").status == 200

        to_the_end(rig)

        assert rig.paid_installments == (TOTAL if takes_back else 3)
        assert list(rig.wrongs()) == []


class TestPlansThatChangeOnTheirWay:
    def test_a_customer_cannot_keep_the_first_price_by_calling_off_and_back(self) -> None:
        rig = SubscriptionRig()
        made = rig.stripe.post("subscription_schedules", from_subscription=rig.provider_id)
        (phase,) = made["phases"]
        running = {name: phase[name] for name in ("start_date", "end_date")}
        first = {"items": [{"price": phase["items"][0]["price"]}], **running}
        rest = {
            "items": [{"price": rig.price_of(8000)}],
            "duration": {"interval": "month", "interval_count": 3},
        }
        path = f"subscription_schedules/{made['id']}"
        rig.stripe.post(path, end_behavior="cancel", phases=[first, rest])
        rig.look()

        assert shown(rig) == ("active", 1, 4)
        assert rig.order("pause", me=True).code == "change_pending"
        assert rig.order("cancel", {"when": "period_end"}, me=True).status == 200
        assert rig.order("undo-cancel", me=True).code == "planned_by_shop"
