"""Verbs on a subscription, through the edge, at the local Stripe."""

from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.domain.settings import CancellationRules, PlanChangeRules, Settings, Timing
from frontdesk.domain.snapshot import ProviderName
from frontdesk.domain.times import to_text
from infra.local.provider.faults import Fault
from tests.currencies import REFUSED
from tests.subscribing import START, SubscriptionRig

KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"
SOON = to_text(START + timedelta(days=10))


@pytest.fixture
def rig() -> SubscriptionRig:
    return SubscriptionRig()


class TestCancelling:
    def test_at_period_end(self, rig: SubscriptionRig) -> None:
        answer = rig.order("cancel", {"when": "period_end", "reason": "unused"}, me=True)

        assert answer.status == 200, answer.text
        assert answer.json["pending"] == {"kind": "cancel", "at": "2026-12-01T12:00:00Z"}
        assert answer.json["operation"]["state"] == "succeeded"
        assert rig.at_stripe["cancel_at_period_end"] is True
        assert rig.at_stripe["cancellation_details"]["feedback"] == "unused"
        assert list(rig.wrongs()) == []

    def test_at_once_leaves_access_until_what_was_paid_for_is_over(
        self, rig: SubscriptionRig
    ) -> None:
        answer = rig.order("cancel", {"when": "now"})

        assert answer.status == 200, answer.text
        assert answer.json["status"] == "canceled"
        assert answer.json["access"] == {
            "state": "ending",
            "until": "2026-12-01T12:00:00Z",
            "reason": "canceled",
        }
        assert list(rig.wrongs()) == []

    def test_on_a_date_and_taken_back(self, rig: SubscriptionRig) -> None:
        assert rig.order("cancel", {"when": SOON}).json["pending"]["at"] == SOON
        assert rig.order("cancel", {"when": SOON}).code == "already_canceling"
        assert rig.order("undo-cancel").json["pending"] is None
        assert rig.order("undo-cancel").code == "nothing_to_undo"
        assert list(rig.wrongs()) == []

    def test_at_period_end_and_taken_back(self, rig: SubscriptionRig) -> None:
        rig.order("cancel", {"when": "period_end"})

        assert rig.order("undo-cancel", me=True).json["pending"] is None
        assert rig.at_stripe["cancel_at_period_end"] is False

    def test_a_moment_that_is_past_is_refused_before_the_provider(
        self, rig: SubscriptionRig
    ) -> None:
        answer = rig.order("cancel", {"when": to_text(START - timedelta(days=1))})

        assert answer.status == 422
        assert answer.json["errors"][0]["code"] == "not_in_future"
        assert rig.stripe.changes() == []
        assert rig.operations() == []

    def test_what_is_no_moment_is_said_of_the_field_that_was_sent(
        self, rig: SubscriptionRig
    ) -> None:
        answer = rig.order("cancel", {"when": "never"})

        assert answer.status == 422
        assert {one["field"] for one in answer.json["errors"]} == {"when"}

    def test_what_is_over_is_over(self, rig: SubscriptionRig) -> None:
        rig.order("cancel", {"when": "now"})
        rig.stripe.calls.clear()

        for verb, body in [("cancel", {"when": "now"}), ("undo-cancel", {}), ("pause", {})]:
            assert rig.order(verb, body).code == "subscription_is_over"
        assert rig.stripe.changes() == []

    def test_a_customer_ends_when_the_shop_lets_it(self, rig: SubscriptionRig) -> None:
        assert rig.order("cancel", {"when": "now"}, me=True).code == "early_end_not_offered"
        assert rig.order("cancel", {"when": SOON}, me=True).code == "early_end_not_offered"

        rig.settings = Settings("usd", cancellation=CancellationRules(timing=Timing.NOW))
        rig.handler = rig._handler()

        assert rig.order("cancel", {"when": "now"}, me=True).json["status"] == "canceled"

    def test_a_card_number_in_a_comment_is_refused(self, rig: SubscriptionRig) -> None:
        answer = rig.order("cancel", {"when": "now", "comment": "4242 4242 4242 4242"})

        assert answer.json["errors"][0]["code"] == "card_number_not_allowed"


class TestPausing:
    def test_until_further_notice_and_resumed(self, rig: SubscriptionRig) -> None:
        paused = rig.order("pause", me=True)
        assert (paused.status, paused.json["status"]) == (200, "paused")
        assert rig.at_stripe["pause_collection"] == {"behavior": "void", "resumes_at": None}
        assert rig.order("pause").code == "already_paused"
        assert rig.order("change", {"offer_id": rig.offer_of(1)}).code == "subscription_is_paused"

        assert rig.order("resume", me=True).json["status"] == "active"
        assert rig.order("resume").code == "not_paused"
        assert list(rig.wrongs()) == []

    @pytest.mark.case("F2")
    def test_resumed_by_its_date(self, rig: SubscriptionRig) -> None:
        assert rig.order("pause", {"resume_at": SOON}).json["next_payment_at"] == SOON

        rig.advance(timedelta(days=11))
        rig.follow()

        assert rig.subscription.status.value == "active"
        assert list(rig.wrongs()) == []

    def test_a_pause_that_outlasts_the_period_limits_access(self, rig: SubscriptionRig) -> None:
        rig.order("pause")
        rig.advance(timedelta(days=45))
        rig.follow()

        access = rig.subscription.access(now=rig.clock.now())
        assert (access.state.value, access.reason) == ("limited", "paused")

    def test_not_before_a_cancellation(self, rig: SubscriptionRig) -> None:
        rig.order("cancel", {"when": "period_end"})

        assert rig.order("pause").code == "cancellation_pending"


class TestChangingThePrice:
    def test_from_the_next_renewal(self, rig: SubscriptionRig) -> None:
        amount, invoice = {"amount": 4500, "currency": "usd"}, rig.at_stripe["latest_invoice"]
        answer = rig.order("price", {"amount": amount, "from": "next_renewal"})

        assert answer.status == 200, answer.text
        assert answer.json["amount"] == amount
        assert rig.at_stripe["latest_invoice"] == invoice
        rig.advance(timedelta(days=31))
        assert rig.stripe.get(f"invoices/{rig.at_stripe['latest_invoice']}")["total"] == 4500

    def test_now_is_settled_at_once(self, rig: SubscriptionRig) -> None:
        rig.advance(timedelta(days=15))
        rig.follow()
        body = {"amount": {"amount": 6000, "currency": "usd"}, "from": "now"}
        due = rig.order("price", body, preview=True).json["plan"]["amount_due"]

        assert rig.order("price", body).status == 200
        invoice = rig.stripe.get(f"invoices/{rig.at_stripe['latest_invoice']}")
        assert (invoice["total"], invoice["status"]) == (due["amount"], "paid")

    def test_another_currency_and_the_same_price_are_refused(self, rig: SubscriptionRig) -> None:
        def asked(amount: int, currency: str) -> dict[str, object]:
            return {"amount": {"amount": amount, "currency": currency}, "from": "now"}

        assert rig.order("price", asked(1, "eur")).json["errors"][0]["code"] == "other_currency"
        assert rig.order("price", asked(3000, "usd")).code == "nothing_to_change"
        assert rig.stripe.changes() == []

    @pytest.mark.case("E2")
    @pytest.mark.parametrize(
        ("provider", "amount", "currency", "code"),
        [*REFUSED, ("stripe", 100_000_000, "jpy", "amount_too_large")],
    )
    def test_a_price_that_the_provider_would_not_take_is_refused_before_it_is_asked(
        self, provider: str, amount: float, currency: str, code: str
    ) -> None:
        rig = SubscriptionRig(currency=currency)
        word = {"paypal": "ACTIVE", "stripe": "active"}[provider]
        stored = rig.gateway.items[keys.subscription(rig.id)]
        stored |= {"provider_name": provider, "billing_status": word}
        commands = dict.fromkeys(ProviderName, rig.world.commands[ProviderName.STRIPE])
        rig.world = replace(rig.world, commands=commands)
        body = {"amount": {"amount": amount, "currency": currency}, "from": "next_renewal"}
        preview, answer = rig.order("price", body, preview=True), rig.order("price", body)

        assert (answer.status, answer.code) == (preview.status, preview.code) == (422, code)
        assert answer.json["errors"]
        assert rig.stripe.calls == []
        assert rig.operations() == []
        assert rig.subscription.open_operation is None

    @pytest.mark.case("E2")
    @pytest.mark.parametrize(
        ("amount", "currency"), [(5120, "kwd"), (1000, "isk"), (7, "jpy"), (4510, "huf")]
    )
    def test_a_price_that_the_provider_takes_arrives_as_it_was_asked_for(
        self, amount: int, currency: str
    ) -> None:
        rig = SubscriptionRig(currency=currency)
        body = {"amount": {"amount": amount, "currency": currency}, "from": "next_renewal"}

        assert rig.order("price", body).json["amount"] == body["amount"]
        assert rig.at_stripe["items"]["data"][0]["price"]["unit_amount"] == amount
        assert list(rig.wrongs()) == []

    def test_a_unit_has_a_price_that_the_provider_takes(self) -> None:
        rig = SubscriptionRig(currency="isk")
        rig.order("change", {"offer_id": rig.offer_of(2000), "quantity": 2})
        asked = {"amount": {"amount": 2100, "currency": "isk"}, "from": "next_renewal"}

        assert rig.subscription.quantity == 2
        assert rig.order("price", asked).code == "amount_too_precise"

    def test_to_another_offer(self, rig: SubscriptionRig) -> None:
        offer = rig.offer_of(9000)

        answer = rig.order("change", {"offer_id": offer, "proration": "invoice_now"})

        assert answer.status == 200, answer.text
        assert answer.json["amount"]["amount"] == 9000
        assert list(rig.wrongs()) == []

    def test_nothing_changes_unless_it_is_paid(self, rig: SubscriptionRig) -> None:
        method = rig.stripe.get(f"customers/{rig.customer}")["invoice_settings"]
        rig.stripe.act(
            "card", payment_method=method["default_payment_method"], conduct="generic_decline"
        )
        rig.advance(timedelta(days=3))
        rig.follow()

        answer = rig.order("change", {"offer_id": rig.offer_of(9000), "proration": "invoice_now"})

        assert (answer.status, answer.code) == (409, "payment_failed")
        assert rig.subscription.amount_minor == 3000
        assert list(rig.wrongs()) == []

    def test_a_customer_changes_to_what_the_shop_allows(self, rig: SubscriptionRig) -> None:
        offer, other = rig.offer_of(9000), rig.offer_of(1000)
        rig.settings = Settings("usd", plan_change=PlanChangeRules((offer, other)))
        rig.handler = rig._handler()

        assert rig.order("change", {"offer_id": rig.offer_of(5)}, me=True).status == 403
        assert rig.order("change", {"offer_id": offer}, me=True).json["amount"]["amount"] == 9000
        later = rig.order("change", {"offer_id": other}, me=True)
        assert later.json["pending"] == {"kind": "change", "at": "2026-12-01T12:00:00Z"}


class TestPreviews:
    def test_say_what_would_happen_and_when_and_do_nothing(self, rig: SubscriptionRig) -> None:
        answer = rig.order("cancel", {"when": "period_end"}, preview=True)

        assert answer.status == 200
        effects = answer.json["plan"]["effects"]
        assert [(e["kind"], e["detail"], e["effective_at"]) for e in effects] == [
            ("subscription", "canceled", "2026-12-01T12:00:00Z"),
            ("access", "ended", "2026-12-01T12:00:00Z"),
        ]
        assert rig.stripe.changes() == []
        assert rig.operations() == []

    def test_the_token_does_that_plan(self, rig: SubscriptionRig) -> None:
        token = rig.order("pause", {"resume_at": SOON}, preview=True).json["plan_token"]
        rig.clock.advance(timedelta(minutes=1))

        assert rig.order("pause", {"resume_at": SOON, "plan_token": token}).status == 200

    def test_or_nothing(self, rig: SubscriptionRig) -> None:
        token = rig.order("cancel", {"when": "now"}, preview=True).json["plan_token"]
        rig.stripe.act("pause", subscription=rig.provider_id)
        rig.look()

        answer = rig.order("cancel", {"when": "now", "plan_token": token})

        assert answer.code == "plan_is_stale"
        assert rig.stripe.changes() == []


class TestOnce:
    def test_the_same_key_is_the_same_command(self, rig: SubscriptionRig) -> None:
        first = rig.order("cancel", {"when": "now"}, key=KEY)
        again = rig.order("cancel", {"when": "now"}, key=KEY)

        assert (again.status, again.json) == (first.status, first.json)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(rig.stripe.changes()) == 1
        assert rig.order("cancel", {"when": "period_end"}, key=KEY).code == "idempotency_key_reused"

    def test_another_command_under_the_key_is_refused_when_the_answer_is_forgotten_too(
        self, rig: SubscriptionRig
    ) -> None:
        rig.order("cancel", {"when": "period_end"}, key=KEY)
        rig.clock.advance(timedelta(days=31))

        answer = rig.order("cancel", {"when": "now"}, key=KEY)

        assert (answer.status, answer.code) == (422, "idempotency_key_reused")
        assert len(rig.stripe.changes()) == 1

    def test_one_of_two_verbs_wins(self, rig: SubscriptionRig) -> None:
        second = []

        def between(name: str) -> None:
            if name == "post":
                rig.stripe.before_call = lambda name: None
                second.append(rig.order("pause", key=OTHER_KEY))

        rig.stripe.before_call = between
        first = rig.order("cancel", {"when": "period_end"}, key=KEY)

        assert first.status == 200
        assert second[0].code == "operation_in_progress"
        assert len(rig.stripe.changes()) == 1

    def test_somebody_elses_is_as_a_missing_one(self, rig: SubscriptionRig) -> None:
        answer = rig.order("cancel", {"when": "period_end"}, somebody="cus_other")

        assert (answer.status, answer.code) == (404, "not_found")
        assert rig.operations() == []

    @pytest.mark.parametrize(
        ("verb", "body", "switch"),
        [
            ("cancel", {"when": "period_end"}, "subscription_cancel"),
            ("undo-cancel", {}, "subscription_cancel"),
            ("pause", {}, "subscription_pause"),
            ("resume", {}, "subscription_pause"),
            ("change", {"offer_id": "off_" + "0" * 26}, "subscription_updates"),
        ],
    )
    def test_a_switch_that_is_off_binds_the_customer(
        self, rig: SubscriptionRig, verb: str, body: dict[str, object], switch: str
    ) -> None:
        features = dict(rig.settings.features) | {switch: False}
        rig.settings = Settings("usd", features=features)
        rig.handler = rig._handler()

        assert rig.order(verb, body, me=True).code == "feature_disabled"
        assert rig.order(verb, body).status != 403


class TestTheOutcomeThatIsNotKnown:
    def test_is_answered_as_open_and_ended_by_the_janitor(self, rig: SubscriptionRig) -> None:
        rig.standin.api.faults.add(Fault("reset", when="after", method="POST"))

        answer = rig.order("pause")

        assert (answer.status, answer.json["operation"]["state"]) == (202, "unknown")
        rig.janitor()
        assert rig.subscription.status.value == "paused"
        assert len(rig.stripe.changes()) == 1
        assert list(rig.wrongs()) == []

    def test_what_never_arrived_is_given_up_and_leaves_no_mark(self, rig: SubscriptionRig) -> None:
        rig.standin.api.faults.add(Fault("error", method="POST", times=None))
        body = {"amount": {"amount": 200_000, "currency": "usd"}, "from": "next_renewal"}

        assert rig.order("price", body).status == 202
        assert rig.order("pause").code == "operation_in_progress"
        rig.janitor(later=timedelta(hours=24))
        rig.janitor(later=timedelta(minutes=11))

        assert [o.failure_code for o in rig.operations()] == ["never_reached_provider"]
        assert list(rig.wrongs()) == []

    def test_what_was_done_and_undone_since_is_done(self, rig: SubscriptionRig) -> None:
        rig.standin.api.faults.add(Fault("reset", when="after", method="POST"))
        rig.order("pause")
        rig.stripe.act("resume", subscription=rig.provider_id)

        rig.janitor()

        assert [o.state.value for o in rig.operations()] == ["succeeded"]
        assert rig.subscription.status.value == "active"
        assert list(rig.wrongs()) == []

    def test_a_resumption_that_is_not_paid_is_not_waited_for_for_ever(
        self, rig: SubscriptionRig
    ) -> None:
        nothing_unused = {"unused_time_from": {"type": "none"}}
        path = f"subscriptions/{rig.provider_id}/pause"
        rig.stripe.post(path, type="subscription", bill_for=nothing_unused)
        rig.follow()
        bad = rig.stripe.post(
            "payment_methods/pm_card_chargeCustomerFail/attach", customer=rig.customer
        )
        rig.stripe.post(
            f"customers/{rig.customer}", invoice_settings={"default_payment_method": bad["id"]}
        )
        rig.advance(timedelta(days=40))
        rig.order("resume")
        for _ in range(4):
            rig.janitor(later=timedelta(days=1))
            rig.follow()

        answer = rig.order("cancel", {"when": "now"})

        assert (answer.status, answer.json["status"]) == (200, "canceled")
        assert list(rig.wrongs()) == []


class TestTheDashboard:
    @pytest.mark.case("C10")
    def test_what_is_done_there_appears(self, rig: SubscriptionRig) -> None:
        def shown(action: str, **body: object) -> object:
            rig.stripe.act(action, subscription=rig.provider_id, **body)
            rig.follow()
            return rig.subscription

        assert shown("pause").status == "paused"  # type: ignore[attr-defined]
        assert shown("resume").status == "active"  # type: ignore[attr-defined]
        assert shown("cancel", at_period_end=True).pending.kind == "cancel"  # type: ignore[attr-defined]
        assert shown("undo_cancel").pending is None  # type: ignore[attr-defined]
        assert shown("change_plan", price=rig.price_of(7000)).amount_minor == 7000  # type: ignore[attr-defined]
        assert shown("cancel").status == "canceled"  # type: ignore[attr-defined]

    @pytest.mark.case("F6")
    def test_a_deleted_customer_ends_its_subscriptions_and_stays_on_record(
        self, rig: SubscriptionRig
    ) -> None:
        rig.stripe.act("delete_customer", customer=rig.customer)
        rig.follow()
        rig.follow()

        assert rig.subscription.status.value == "canceled"
        assert rig.order("pause").code == "subscription_is_over"
        (profile,) = [i for i in rig.gateway.items.values() if i["entity"] == "customer"]
        assert profile["status"] == "deleted"
