"""A change that waits for the period's end, and dropping it, at the local Stripe."""

from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.settings import PlanChangeRules, Settings, Timing
from infra.local.provider.faults import Fault
from tests.fakes.api_gateway import Answer
from tests.subscribing import SubscriptionRig

PERIOD_END = "2026-12-01T12:00:00Z"
KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def rig() -> SubscriptionRig:
    return SubscriptionRig()


def downgrade(rig: SubscriptionRig, *, preview: bool = False) -> Answer:
    return rig.order("change", {"offer_id": rig.offer_of(1000)}, preview=preview)


def next_renewal(rig: SubscriptionRig) -> int:
    """What the subscription's next period cost, once it has begun."""
    rig.advance(timedelta(days=31))
    rig.follow()
    return int(rig.stripe.get(f"invoices/{rig.at_stripe['latest_invoice']}")["total"])


class TestAChangeAtPeriodEnd:
    @pytest.mark.feature("C4-09")
    def test_is_shown_until_it_comes_and_then_billed(self, rig: SubscriptionRig) -> None:
        offer = rig.offer_of(1000)
        rig.settings = Settings("usd", plan_change=PlanChangeRules((offer,)))
        rig.handler = rig._handler()

        answer = rig.order("change", {"offer_id": offer}, me=True)

        assert answer.status == 200, answer.text
        assert answer.json["pending"] == {"kind": "change", "at": PERIOD_END}
        assert answer.json["amount"]["amount"] == 3000
        assert answer.json["access"]["state"] == "active"
        assert list(rig.wrongs()) == []
        assert next_renewal(rig) == 1000
        assert (rig.subscription.amount_minor, rig.subscription.pending) == (1000, None)
        assert list(rig.wrongs()) == []

    def test_previews_when_it_comes_and_what_is_charged_then(self, rig: SubscriptionRig) -> None:
        plan = downgrade(rig, preview=True).json["plan"]

        assert plan["amount_due"]["amount"] == 0
        assert [(e["kind"], e["detail"], e["effective_at"]) for e in plan["effects"]] == [
            ("subscription", "changed", PERIOD_END),
            ("charge", "charged", PERIOD_END),
        ]
        assert plan["effects"][1]["amount"]["amount"] == 1000
        assert rig.stripe.changes() == []

    def test_follows_the_direction_of_the_change(self, rig: SubscriptionRig) -> None:
        rules = PlanChangeRules(upgrades=Timing.PERIOD_END, downgrades=Timing.NOW)
        rig.settings = Settings("usd", plan_change=rules)
        rig.handler = rig._handler()

        assert downgrade(rig).json["amount"]["amount"] == 1000
        up = rig.order("change", {"offer_id": rig.offer_of(9000)})
        assert up.json["pending"]["kind"] == "change"

    @pytest.mark.feature("L3-26")
    def test_staff_upgrade_at_once_and_downgrade_for_the_next_period(
        self, rig: SubscriptionRig
    ) -> None:
        up = rig.order("change", {"offer_id": rig.offer_of(9000)})
        assert (up.json["amount"]["amount"], up.json["pending"]) == (9000, None)

        down = downgrade(rig)
        assert down.json["pending"] == {"kind": "change", "at": PERIOD_END}
        rig.advance(timedelta(days=32))
        rig.look()
        assert rig.subscription.amount_minor == 1000

    def test_staff_who_say_how_it_is_settled_want_it_now(self, rig: SubscriptionRig) -> None:
        answer = rig.order("change", {"offer_id": rig.offer_of(1000), "proration": "none"})

        assert (answer.json["amount"]["amount"], answer.json["pending"]) == (1000, None)

    def test_the_same_again_changes_nothing(self, rig: SubscriptionRig) -> None:
        downgrade(rig)

        assert downgrade(rig).code == "nothing_to_change"

    def test_another_one_takes_its_place(self, rig: SubscriptionRig) -> None:
        downgrade(rig)

        again = rig.order("change", {"offer_id": rig.offer_of(500)}, preview=True)
        assert [w["code"] for w in again.json["plan"]["warnings"]] == ["pending_change_is_dropped"]
        assert rig.order("change", {"offer_id": rig.offer_of(500)}).status == 200
        assert next_renewal(rig) == 500
        assert list(rig.wrongs()) == []

    def test_one_that_is_made_now_takes_its_place(self, rig: SubscriptionRig) -> None:
        downgrade(rig)

        answer = rig.order("change", {"offer_id": rig.offer_of(9000)})

        assert (answer.json["amount"]["amount"], answer.json["pending"]) == (9000, None)
        rig.advance(timedelta(days=31))
        rig.follow()
        assert rig.subscription.amount_minor == 9000

    def test_at_the_end_of_a_trial(self) -> None:
        rig = SubscriptionRig(subscription_fields={"trial_period_days": 14})

        answer = downgrade(rig)

        assert answer.json["pending"] == {"kind": "change", "at": "2026-11-15T12:00:00Z"}
        assert next_renewal(rig) == 1000
        assert list(rig.wrongs()) == []


class TestDroppingIt:
    @pytest.mark.parametrize("me", [True, False])
    def test_leaves_everything_as_it_is(self, rig: SubscriptionRig, *, me: bool) -> None:
        downgrade(rig)

        answer = rig.drop_change(me=me)

        assert (answer.status, answer.json["pending"]) == (200, None), answer.text
        assert answer.json["operation"]["state"] == "succeeded"
        assert next_renewal(rig) == 3000
        assert list(rig.wrongs()) == []

    def test_where_nothing_is_pending_is_refused(self, rig: SubscriptionRig) -> None:
        answer = rig.drop_change()

        assert (answer.status, answer.code) == (409, "nothing_to_drop")
        assert rig.stripe.changes() == []

    def test_too_late_is_not_taken_for_done(self, rig: SubscriptionRig) -> None:
        """The period has ended, and no event of it has come yet."""
        downgrade(rig)
        rig.advance(timedelta(days=100))

        answer = rig.drop_change()

        assert (answer.status, answer.code) == (409, "nothing_to_drop")
        assert rig.subscription.amount_minor == 1000
        assert list(rig.wrongs()) == []

    def test_that_the_dashboard_does_appears(self, rig: SubscriptionRig) -> None:
        downgrade(rig)
        schedule = rig.at_stripe["schedule"]

        rig.stripe.post(f"subscription_schedules/{schedule}/release")
        rig.follow()

        assert rig.subscription.pending is None


class TestOtherVerbsWhileAChangeIsPending:
    def test_a_cancellation_drops_the_change_and_says_so(self, rig: SubscriptionRig) -> None:
        downgrade(rig)

        shown = rig.order("cancel", {"when": "period_end"}, preview=True)
        assert [w["code"] for w in shown.json["plan"]["warnings"]] == ["pending_change_is_dropped"]
        answer = rig.order("cancel", {"when": "period_end"})

        assert answer.json["pending"]["kind"] == "cancel"
        assert rig.at_stripe["cancel_at_period_end"] is True
        rig.order("undo-cancel")
        assert next_renewal(rig) == 3000
        assert list(rig.wrongs()) == []

    def test_a_cancellation_that_comes_too_late_drops_nothing(self, rig: SubscriptionRig) -> None:
        """Stripe could not be asked before the end that was wished for."""
        downgrade(rig)
        release = "/v1/subscription_schedules/.*/release"
        rig.standin.api.faults.add(Fault("error", method="POST", path=release, status=503))
        asked = rig.order("cancel", {"when": "2026-11-01T13:00:00Z"})
        assert asked.json["operation"]["state"] == "unknown"
        rig.advance(timedelta(hours=2))
        rig.janitor()

        assert rig.operations()[-1].state.value == "failed"
        assert rig.subscription.pending is not None
        assert rig.subscription.pending.kind == "change"
        assert list(rig.wrongs()) == []

    def test_a_cancellation_at_once_ends_all(self, rig: SubscriptionRig) -> None:
        downgrade(rig)

        assert rig.order("cancel", {"when": "now"}).json["status"] == "canceled"
        assert list(rig.wrongs()) == []

    def test_pause_and_price_wait_until_it_is_dropped(self, rig: SubscriptionRig) -> None:
        downgrade(rig)
        rig.stripe.calls.clear()
        price = {"amount": {"amount": 4000, "currency": "usd"}, "from": "next_renewal"}

        assert rig.order("pause").code == "change_pending"
        assert rig.order("price", price).code == "change_pending"
        assert rig.stripe.changes() == []


class TestWhatBecameOfIt:
    @pytest.mark.parametrize("lost", ["/v1/subscription_schedules", "/v1/subscriptions/.*"])
    def test_a_lost_answer_is_looked_after(self, rig: SubscriptionRig, lost: str) -> None:
        rig.standin.api.faults.add(Fault("reset", when="after", method="POST", path=lost))

        assert downgrade(rig).json["operation"]["state"] == "unknown"
        rig.janitor()

        assert [o.state.value for o in rig.operations()] == ["succeeded"]
        assert next_renewal(rig) == 1000
        assert list(rig.wrongs()) == []

    def test_what_was_done_and_dropped_since_is_done(self, rig: SubscriptionRig) -> None:
        rig.standin.api.faults.add(
            Fault("reset", when="after", method="POST", path="/v1/subscriptions/.*")
        )
        downgrade(rig)
        rig.stripe.post(f"subscription_schedules/{rig.at_stripe['schedule']}/release")

        rig.janitor()

        assert [o.state.value for o in rig.operations()] == ["succeeded"]
        assert list(rig.wrongs()) == []

    def test_a_payment_that_needs_the_customer_changes_nothing(self, rig: SubscriptionRig) -> None:
        settings: Any = rig.stripe.get(f"customers/{rig.customer}")["invoice_settings"]
        card = settings["default_payment_method"]
        rig.stripe.act("card", payment_method=card, conduct="authenticates")

        answer = rig.order("change", {"offer_id": rig.offer_of(9000), "proration": "invoice_now"})

        assert (answer.status, answer.code) == (409, "authentication_required")
        assert rig.subscription.amount_minor == 3000
        assert list(rig.wrongs()) == []


class TestAnotherChangeNow:
    """While one is pending, which it drops."""

    def upgrade(self, rig: SubscriptionRig) -> Answer:
        wish = {"offer_id": rig.offer_of(9000), "proration": "invoice_now"}
        return rig.order("change", wish)

    def test_one_that_is_refused_leaves_the_one_that_waits(self, rig: SubscriptionRig) -> None:
        downgrade(rig)
        bad = rig.stripe.post(
            "payment_methods/pm_card_chargeCustomerFail/attach", customer=rig.customer
        )
        rig.stripe.post(
            f"customers/{rig.customer}", invoice_settings={"default_payment_method": bad["id"]}
        )

        answer = self.upgrade(rig)

        assert (answer.status, answer.code) == (409, "payment_failed")
        rig.follow()
        assert rig.subscription.pending is not None
        assert rig.subscription.pending.kind == "change"
        assert rig.subscription.amount_minor == 3000
        assert list(rig.wrongs()) == []

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("at", [1, 2, 3])
    def test_one_that_breaks_off_is_done_once_and_drops_the_other(
        self, rig: SubscriptionRig, when: str, at: int
    ) -> None:
        """The three calls: it is sold, its schedule lets it go, it is marked as done."""
        downgrade(rig)
        posts = "/v1/(subscriptions|subscription_schedules/.*/release).*"
        rig.standin.api.faults.add(
            Fault("reset", when=when, method="POST", path=posts, skip=at - 1)
        )
        self.upgrade(rig)
        rig.follow()
        rig.janitor()
        rig.follow()

        assert [o.state.value for o in rig.operations()] == ["succeeded", "succeeded"]
        assert (rig.subscription.amount_minor, rig.subscription.pending) == (9000, None)
        invoices = rig.stripe.get("invoices")["data"]
        assert sum(i["billing_reason"] == "subscription_update" for i in invoices) == 1
        assert next_renewal(rig) == 9000
        assert list(rig.wrongs()) == []

    def test_to_what_is_sold_already_is_none(self, rig: SubscriptionRig) -> None:
        self.upgrade(rig)
        downgrade(rig)

        same = self.upgrade(rig)

        assert (same.status, same.code) == (409, "nothing_to_change")


class TestWhatTheShopHasPlanned:
    """An introductory price, say, that ends after a while."""

    @pytest.fixture
    def rig(self) -> SubscriptionRig:
        rig = SubscriptionRig()
        made = rig.stripe.post("subscription_schedules", from_subscription=rig.provider_id)
        (phase,) = made["phases"]
        running = {name: phase[name] for name in ("start_date", "end_date")}
        sold = [{"price": phase["items"][0]["price"]}]
        dearer = {"items": [{"price": rig.price_of(8000)}]}
        path = f"subscription_schedules/{made['id']}"
        rig.stripe.post(path, phases=[{"items": sold, **running}, dearer])
        rig.settings = Settings("usd", plan_change=PlanChangeRules((rig.offer_of(1000),)))
        rig.handler = rig._handler()
        rig.look()
        rig.stripe.calls.clear()
        return rig

    def test_no_customer_gets_rid_of(self, rig: SubscriptionRig) -> None:
        changed = rig.order("change", {"offer_id": rig.offer_of(1000)}, me=True)

        assert (changed.status, changed.code) == (409, "planned_by_shop")
        assert rig.drop_change(me=True).code == "planned_by_shop"
        assert rig.stripe.changes() == []
        assert next_renewal(rig) == 8000

    def test_nor_by_a_cancellation_that_is_taken_back(self, rig: SubscriptionRig) -> None:
        assert rig.order("cancel", {"when": "period_end"}, me=True).status == 200
        assert rig.order("undo-cancel", me=True).code == "planned_by_shop"
        assert list(rig.wrongs()) == []

        assert rig.order("undo-cancel").json["pending"] is None
        assert rig.order("cancel", {"when": "period_end"}, me=True).status == 200
        assert rig.order("undo-cancel", me=True).status == 200

    def test_staff_may_drop(self, rig: SubscriptionRig) -> None:
        assert rig.drop_change().status == 200
        assert next_renewal(rig) == 3000

    def test_an_answer_lost_in_between_forgets_nothing(self, rig: SubscriptionRig) -> None:
        path = "/v1/subscription_schedules/.*/release"
        rig.standin.api.faults.add(Fault("reset", when="after", method="POST", path=path))
        rig.order("cancel", {"when": "period_end"}, me=True)
        rig.janitor()

        assert rig.at_stripe["cancel_at_period_end"] is True
        assert rig.order("undo-cancel", me=True).code == "planned_by_shop"
