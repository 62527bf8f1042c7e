"""The same verbs at the local PayPal: what it cannot wait for is brought about when it is due."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.domain.settings import PlanChangeRules, Proration, Settings, Timing
from frontdesk.ports.provider import ProviderUnavailableError
from infra.local.provider.faults import Fault
from tests.fakes.clock import FakeClock
from tests.subscribing_paypal import PayPalSubscriptionRig

KEY = "11111111-1111-4111-8111-111111111111"
PERIOD_END = "2026-12-01T10:00:00Z"
DUE = timedelta(days=30, minutes=1)


@pytest.fixture
def rig() -> PayPalSubscriptionRig:
    return PayPalSubscriptionRig()


def status(rig: PayPalSubscriptionRig) -> str:
    return str(rig.at_provider["status"])


class TestCancelling:
    @pytest.mark.feature("L3-31")
    def test_with_the_period_gives_access_until_then_and_no_payment_after(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        answer = rig.order("cancel", {"when": "period_end", "reason": "unused"}, me=True)

        assert answer.status == 200, answer.text
        assert answer.json["status"] == "active"
        assert answer.json["pending"] == {"kind": "cancel", "at": PERIOD_END}
        assert answer.json["access"]["state"] == "ending"
        assert answer.json["access"]["until"] == PERIOD_END
        assert answer.json["next_payment_at"] is None
        assert status(rig) == "SUSPENDED"
        paid = rig.payments()
        rig.janitor(later=DUE)
        assert status(rig) == "CANCELLED"
        assert rig.payments() == paid
        assert rig.subscription.status == "canceled"
        assert list(rig.wrongs()) == []

    @pytest.mark.case("F3")
    def test_with_the_period_and_taken_back_is_billed_on(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("cancel", {"when": "period_end"})

        answer = rig.order("undo-cancel")

        assert answer.status == 200, answer.text
        assert answer.json["pending"] is None
        rig.janitor(later=DUE)
        rig.follow()
        assert (status(rig), rig.payments()) == ("ACTIVE", 2)
        assert list(rig.wrongs()) == []

    @pytest.mark.feature("L3-31")
    def test_who_paid_on_the_last_of_february_has_march(self) -> None:
        rig = PayPalSubscriptionRig(clock=FakeClock(datetime(2027, 1, 31, 12, tzinfo=UTC)))
        rig.advance(timedelta(days=29))
        rig.follow()
        rig.order("cancel", {"when": "period_end"})

        pending = rig.subscription.pending
        assert pending is not None
        assert pending.at == datetime(2027, 3, 31, 10, tzinfo=UTC)
        assert rig.subscription.access(now=rig.clock.now()).until == pending.at

    def test_on_a_date_behind_the_next_renewal_is_billed_until_then(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        answer = rig.order("cancel", {"when": "2026-12-15T00:00:00Z"})

        assert answer.status == 200, answer.text
        assert answer.json["pending"] == {"kind": "cancel", "at": "2026-12-15T00:00:00Z"}
        assert status(rig) == "ACTIVE"
        rig.janitor(later=DUE)
        assert (status(rig), rig.payments()) == ("ACTIVE", 2)
        rig.janitor(later=timedelta(days=14))
        assert status(rig) == "CANCELLED"
        assert list(rig.wrongs()) == []

    def test_a_preview_of_a_later_end_shows_what_is_charged_until_then(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        later = {"when": "2026-12-15T00:00:00Z"}
        plan = rig.order("cancel", later, preview=True).json["plan"]
        paid = rig.payments()
        rig.order("cancel", later)
        rig.advance(timedelta(days=43))
        rig.janitor()

        charged = [effect for effect in plan["effects"] if effect["kind"] == "charge"]
        assert [effect["effective_at"] for effect in charged] == [PERIOD_END]
        assert rig.payments() == paid + 1

    def test_somebody_who_activates_it_at_paypal_has_taken_it_back(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("cancel", {"when": "period_end"})
        rig.paypal.act("reactivate", subscription=rig.provider_id)

        rig.janitor(later=DUE)

        assert status(rig) == "ACTIVE"
        assert rig.subscription.pending is None
        assert list(rig.wrongs()) == []

    def test_ordered_twice_it_is_under_way_already(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("cancel", {"when": "period_end"})

        assert rig.order("cancel", {"when": "period_end"}).code == "already_canceling"

    def test_a_hold_taken_back_and_paused_by_hand_is_a_pause_and_no_end(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("cancel", {"when": "period_end"})
        rig.paypal.act("reactivate", subscription=rig.provider_id)
        rig.paypal.act("suspend", subscription=rig.provider_id)
        rig.follow()

        rig.janitor(later=DUE)

        assert (status(rig), rig.subscription.status) == ("SUSPENDED", "paused")

    def test_access_ends_with_the_period_though_the_janitor_is_down(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("cancel", {"when": "period_end"}, me=True)
        rig.advance(timedelta(days=33))

        assert rig.subscription.access(now=rig.clock.now()).state == "ended"

    def test_an_old_end_does_not_undo_a_newer_activation(self, rig: PayPalSubscriptionRig) -> None:
        """The hold was made and its answer lost; people at PayPal have taken it back since."""
        posted: list[str] = []

        def silent_after_the_post(name: str) -> None:
            if name == "post" or posted:
                posted.append(name)
                raise ProviderUnavailableError("no answer")

        rig.paypal.after_call = silent_after_the_post
        answer = rig.order("cancel", {"when": "period_end"}, me=True)
        for _ in range(8):
            rig.janitor(later=timedelta(minutes=15))
        rig.paypal.after_call = lambda name: None
        rig.advance(timedelta(hours=1))
        rig.paypal.act("reactivate", subscription=rig.provider_id)
        for _ in range(5):
            rig.janitor(later=timedelta(hours=1))
        rig.janitor(later=timedelta(days=31))

        assert answer.status == 202
        assert status(rig) == "ACTIVE"

    def test_an_end_that_paypal_refuses_is_told_and_tried_again(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("cancel", {"when": "period_end"})
        path = f"/v1/billing/subscriptions/{rig.provider_id}/cancel"
        rig.standin.api.faults.add(Fault("error", method="POST", path=path, status=422))

        rig.janitor(later=DUE)
        refused = rig.subscription.scheduled
        rig.janitor(later=timedelta(minutes=5))

        assert refused is not None
        assert refused.tries == 1
        assert status(rig) == "CANCELLED"
        assert rig.subscription.scheduled is None


class TestPausing:
    @pytest.mark.feature("K2-19")
    def test_until_a_date_goes_on_by_itself(self, rig: PayPalSubscriptionRig) -> None:
        answer = rig.order("pause", {"resume_at": "2026-11-20T12:00:00Z"}, me=True)

        assert answer.status == 200, answer.text
        assert answer.json["status"] == "paused"
        assert answer.json["next_payment_at"] == "2026-11-20T12:00:00Z"
        rig.janitor(later=timedelta(days=19, minutes=1))
        assert (status(rig), rig.subscription.status) == ("ACTIVE", "active")
        assert list(rig.wrongs()) == []

    def test_resumed_earlier_is_not_resumed_again(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("pause", {"resume_at": "2026-11-20T12:00:00Z"})
        assert rig.order("resume").status == 200
        assert rig.order("pause").status == 200

        rig.janitor(later=timedelta(days=25))

        assert status(rig) == "SUSPENDED"
        assert list(rig.wrongs()) == []

    def test_a_pause_taken_back_at_the_same_moment_is_not_waited_for_for_ever(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        taken_back: list[str] = []

        def after(name: str) -> None:
            if name == "post" and not taken_back:
                taken_back.append(name)
                rig.paypal.act("reactivate", subscription=rig.provider_id)

        rig.paypal.after_call = after
        answer = rig.order("pause")
        rig.janitor(later=timedelta(minutes=15))
        rig.janitor(later=timedelta(hours=2))
        rig.janitor(later=timedelta(minutes=15))

        assert answer.status == 202
        assert rig.subscription.open_operation is None
        assert [one.failure_code for one in rig.operations()] == ["undone_at_provider"]

    @pytest.mark.case("D11")
    def test_a_preview_of_a_late_resumption_shows_that_paypal_bills(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("pause")
        rig.advance(timedelta(days=45))
        plan = rig.order("resume", preview=True).json["plan"]
        paid = rig.payments()
        rig.order("resume")
        rig.advance(timedelta(days=1))

        assert rig.payments() == paid + 1
        assert "charge" in [effect["kind"] for effect in plan["effects"]]
        assert "billed_soon" in [warning["code"] for warning in plan["warnings"]]

    def test_what_stands_already_is_a_success(self, rig: PayPalSubscriptionRig) -> None:
        """Somebody was faster at PayPal, and we have not seen it."""
        rig.paypal.act("suspend", subscription=rig.provider_id)

        answer = rig.order("pause")

        assert (answer.status, answer.json["status"]) == (200, "paused")


class TestChangingThePlan:
    def test_waits_for_the_buyer(self, rig: PayPalSubscriptionRig) -> None:
        offer = rig.offer_of(9000)

        answer = rig.order("change", {"offer_id": offer}, key=KEY)

        assert answer.status == 202, answer.text
        assert answer.json["amount"] == {"amount": 3000, "currency": "usd"}
        pending = answer.json["pending"]
        assert pending["kind"] == "approval"
        assert pending["at"] == "2026-11-02T12:00:00Z"
        assert pending["approve_url"].startswith("http")
        rig.approve()
        rig.follow()
        assert (rig.subscription.amount_minor, rig.subscription.pending) == (9000, None)
        assert list(rig.wrongs()) == []

    def test_what_was_paid_is_paid_under_the_new_plan_too(self, rig: PayPalSubscriptionRig) -> None:
        """PayPal counts the cycles of the new plan anew."""
        rig.order("change", {"offer_id": rig.offer_of(9000)})
        rig.approve()
        rig.follow()

        answer = rig.order("pause")

        assert answer.json["access"]["state"] == "ending"
        assert answer.json["access"]["until"][:10] == PERIOD_END[:10]
        assert rig.order("cancel", {"when": "now"}).json["access"]["until"][:10] == PERIOD_END[:10]

    def test_a_change_that_is_dropped_is_not_waited_for(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("change", {"offer_id": rig.offer_of(9000)})

        answer = rig.drop_change()

        assert answer.status == 200, answer.text
        assert answer.json["pending"] is None
        assert [one.state.value for one in rig.operations()] == ["failed", "succeeded"]
        assert list(rig.wrongs()) == []

    def test_it_does_not_stand_in_the_way_of_an_end(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("change", {"offer_id": rig.offer_of(9000)})
        token = rig.order("cancel", {"when": "now"}, preview=True).json["plan_token"]

        answer = rig.order("cancel", {"when": "now", "plan_token": token})

        assert (answer.status, answer.json["status"]) == (200, "canceled")
        assert {one.failure_code for one in rig.operations()} == {None, "superseded"}
        assert list(rig.wrongs()) == []

    def test_a_buyer_who_agreed_before_the_new_order_has_changed_it(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("change", {"offer_id": rig.offer_of(9000)})
        rig.approve()

        answer = rig.order("pause")

        assert answer.status == 200, answer.text
        assert {one.state.value for one in rig.operations()} == {"succeeded"}
        assert (rig.subscription.amount_minor, rig.subscription.status) == (9000, "paused")

    def test_what_waits_for_a_buyer_is_not_given_up_unseen(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        rig.order("change", {"offer_id": rig.offer_of(9000)})
        rig.approve()

        def no_fetch(name: str) -> None:
            if name == "fetch":
                raise ProviderUnavailableError("down")

        rig.paypal.before_call = no_fetch
        answer = rig.order("pause", key=KEY)
        rig.paypal.before_call = lambda name: None
        rig.follow()

        assert answer.status == 503
        assert {one.state.value for one in rig.operations()} == {"succeeded"}
        assert rig.order("pause", key=KEY).json["amount"]["amount"] == 9000

    def test_after_a_day_nobody_waits(self, rig: PayPalSubscriptionRig) -> None:
        rig.order("change", {"offer_id": rig.offer_of(9000)})
        rig.janitor(later=timedelta(hours=23))
        waited = rig.subscription.pending
        rig.janitor(later=timedelta(hours=25))

        assert waited is not None
        assert rig.subscription.pending is None
        assert [one.failure_code for one in rig.operations()] == ["approval_expired"]
        assert list(rig.wrongs()) == []

    @pytest.mark.parametrize("timing", Timing)
    def test_whatever_the_rule_says_of_when_the_buyer_decides(self, timing: Timing) -> None:
        rig = PayPalSubscriptionRig()
        offer = rig.offer_of(9000)
        rules = PlanChangeRules(
            allowed_offer_ids=(offer,),
            proration=Proration.INVOICE_NOW,
            upgrades=timing,
            downgrades=timing,
        )
        rig.settings = Settings(currency="usd", plan_change=rules)
        rig.handler = rig._handler()

        answer = rig.order("change", {"offer_id": offer}, me=True)

        assert (answer.status, answer.json["pending"]["kind"]) == (202, "approval")

    def test_nothing_is_prorated(self, rig: PayPalSubscriptionRig) -> None:
        body = {"offer_id": rig.offer_of(9000), "proration": "invoice_now"}

        assert rig.order("change", body).code == "not_offered_by_provider"


class TestOnce:
    def test_still_running_is_not_the_last_word_on_a_key(self, rig: PayPalSubscriptionRig) -> None:
        path = f"/v1/billing/subscriptions/{rig.provider_id}/suspend"
        rig.standin.api.faults.add(Fault("error", method="POST", path=path, status=503))
        rig.order("pause")
        meanwhile = rig.order("cancel", {"when": "now"}, key=KEY)
        rig.janitor()

        again = rig.order("cancel", {"when": "now"}, key=KEY)

        assert meanwhile.code == "operation_in_progress"
        assert (again.status, again.json["status"]) == (200, "canceled")


class TestChangingThePrice:
    def test_a_preview_names_the_first_renewal_that_costs_it(
        self, rig: PayPalSubscriptionRig
    ) -> None:
        body = {"amount": {"amount": 5000, "currency": "usd"}, "from": "next_renewal"}
        rig.advance(timedelta(days=25))

        plan = rig.order("price", body, preview=True).json["plan"]

        charges = [
            (one["effective_at"], one["amount"]["amount"])
            for one in plan["effects"]
            if one["kind"] == "charge"
        ]
        assert charges == [(PERIOD_END, 3000), ("2027-01-01T10:00:00Z", 5000)]

    def test_it_is_this_subscriptions_own(self, rig: PayPalSubscriptionRig) -> None:
        body = {"amount": {"amount": 5000, "currency": "usd"}, "from": "next_renewal"}

        answer = rig.order("price", body)

        assert answer.status == 200, answer.text
        assert answer.json["amount"] == {"amount": 5000, "currency": "usd"}
        assert rig.order("price", {**body, "from": "now"}).code == "not_offered_by_provider"
