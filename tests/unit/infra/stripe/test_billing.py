"""Time passes at the provider: periods, trials, dunning, pauses and ends."""

from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.provider.calendar import DAY_SECONDS, boundary, next_boundary
from tests.unit.infra.stripe.conftest import START, Provider

MONTHLY = {"interval": "month", "interval_count": 1}


def epoch(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def status(provider: Provider, subscription: Any) -> str:
    return str(provider.get(f"subscriptions/{subscription['id']}")["status"])


class TestPeriods:
    def test_the_31st_comes_back_after_shorter_months(self) -> None:
        anchor = epoch(2026, 1, 31)

        ends = [boundary(anchor, MONTHLY, number) for number in range(1, 4)]

        assert ends == [epoch(2026, 2, 28), epoch(2026, 3, 31), epoch(2026, 4, 30)]

    @pytest.mark.parametrize(
        ("interval", "count", "expected"),
        [
            ("day", 3, epoch(2026, 1, 4)),
            ("week", 2, epoch(2026, 1, 15)),
            ("month", 3, epoch(2026, 4, 1)),
            ("year", 1, epoch(2027, 1, 1)),
        ],
    )
    def test_each_interval_has_its_length(self, interval: str, count: int, expected: int) -> None:
        recurring = {"interval": interval, "interval_count": count}

        assert next_boundary(START, recurring, START) == expected


class TestRenewal:
    def test_each_month_an_invoice_is_drawn_up_finalized_and_paid(self, provider: Provider) -> None:
        customer = provider.customer()
        provider.subscribe(customer)

        provider.advance(days=40)

        invoices = provider.invoices(customer)
        assert [(i["billing_reason"], i["status"], i["amount_paid"]) for i in invoices] == [
            ("subscription_create", "paid", 3000),
            ("subscription_cycle", "paid", 3000),
        ]
        assert [i["number"][-4:] for i in invoices] == ["0001", "0002"]

    def test_the_events_of_a_renewal_come_in_stripes_order(self, provider: Provider) -> None:
        provider.subscribe(provider.customer())
        before = len(provider.events())

        provider.advance(days=31)

        assert provider.events(since=before) == [
            "customer.subscription.updated",
            "invoice.created",
            "invoice.finalized",
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice_payment.paid",
            "invoice.paid",
            "invoice.payment_succeeded",
        ]

    def test_everything_happens_at_its_own_instant(self, provider: Provider) -> None:
        customer = provider.customer()
        provider.subscribe(customer)

        provider.advance(days=100)

        created = [i["created"] for i in provider.invoices(customer)]
        assert created == [epoch(2026, month, 1) for month in (1, 2, 3, 4)]
        assert provider.clock.now() == START + 100 * DAY_SECONDS

    def test_cancel_at_period_end_ends_it_there_and_keeps_when_it_was_asked(
        self, provider: Provider
    ) -> None:
        subscription = provider.subscribe(provider.customer())
        provider.advance(days=3)
        asked = provider.act("cancel", subscription=subscription["id"], at_period_end=True)
        assert asked["cancel_at"] == epoch(2026, 2, 1)

        provider.advance(days=40)

        ended = provider.get(f"subscriptions/{subscription['id']}")
        assert ended["status"] == "canceled"
        assert ended["canceled_at"] == START + 3 * DAY_SECONDS
        assert ended["ended_at"] == epoch(2026, 2, 1)

    def test_a_cancellation_can_be_taken_back(self, provider: Provider) -> None:
        subscription = provider.subscribe(provider.customer())
        provider.act("cancel", subscription=subscription["id"], at_period_end=True)

        provider.act("undo_cancel", subscription=subscription["id"])
        provider.advance(days=40)

        assert status(provider, subscription) == "active"

    def test_credit_on_the_balance_is_used_first(self, provider: Provider) -> None:
        customer = provider.customer()
        provider.post(f"customers/{customer}", balance=-1000)

        provider.subscribe(customer)

        (invoice,) = provider.invoices(customer)
        assert (invoice["starting_balance"], invoice["amount_paid"]) == (-1000, 2000)
        assert provider.get(f"customers/{customer}")["balance"] == 0


class TestTrial:
    def test_a_trial_warns_three_days_before_and_then_charges(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, trial_period_days=14)
        provider.advance(days=11)
        assert provider.events()[-1] == "customer.subscription.trial_will_end"

        provider.advance(days=3)

        assert status(provider, subscription) == "active"
        assert [i["total"] for i in provider.invoices(customer)] == [0, 3000]

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [("cancel", "canceled"), ("pause", "paused"), ("create_invoice", "past_due")],
    )
    def test_without_a_card_the_shops_choice_decides(
        self, provider: Provider, choice: str, expected: str
    ) -> None:
        subscription = provider.subscribe(
            provider.customer(card=None),
            trial_period_days=5,
            trial_settings={"end_behavior": {"missing_payment_method": choice}},
        )

        provider.advance(days=6)

        assert status(provider, subscription) == expected


class TestDunning:
    def failing(self, provider: Provider) -> tuple[str, Any]:
        customer = provider.customer()
        subscription = provider.subscribe(customer)
        card = provider.card_of(customer)
        provider.act("card", payment_method=card, conduct="generic_decline")
        return customer, subscription

    def test_a_failed_renewal_is_past_due_and_retried(self, provider: Provider) -> None:
        customer, subscription = self.failing(provider)

        provider.advance(days=35)

        assert status(provider, subscription) == "past_due"
        assert provider.get(f"customers/{customer}")["delinquent"] is True
        assert provider.invoices(customer)[-1]["attempt_count"] == 2

    def test_a_mended_card_pays_at_the_next_retry(self, provider: Provider) -> None:
        customer, subscription = self.failing(provider)
        provider.advance(days=32)
        card = provider.card_of(customer)
        provider.act("card", payment_method=card, conduct="succeeds")

        provider.advance(days=3)

        assert status(provider, subscription) == "active"
        assert provider.get(f"customers/{customer}")["delinquent"] is False

    @pytest.mark.parametrize(
        ("setting", "expected"),
        [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")],
    )
    def test_after_the_last_retry_the_shops_setting_decides(
        self, provider: Provider, setting: str, expected: str
    ) -> None:
        provider.account.settings.after_last_retry = setting
        _, subscription = self.failing(provider)

        provider.advance(days=50)

        assert status(provider, subscription) == expected

    def test_an_unpaid_first_invoice_expires_after_23_hours(self, provider: Provider) -> None:
        customer = provider.customer("pm_card_chargeCustomerFail")
        subscription = provider.subscribe(customer)
        assert subscription["status"] == "incomplete"

        provider.advance(days=23 / 24)

        assert status(provider, subscription) == "incomplete_expired"
        assert provider.invoices(customer)[0]["status"] == "void"

    def test_paying_the_first_invoice_later_makes_it_active(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, payment_behavior="default_incomplete")
        payment = provider.get("invoice_payments", invoice=subscription["latest_invoice"])
        intent = payment["data"][0]["payment"]["payment_intent"]

        card = provider.card_of(customer)
        provider.post(f"payment_intents/{intent}/confirm", payment_method=card)

        assert status(provider, subscription) == "active"

    def test_an_invoice_that_was_sent_becomes_overdue(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(
            customer, collection_method="send_invoice", days_until_due=7
        )
        assert subscription["status"] == "active"

        provider.advance(days=8)

        assert "invoice.overdue" in provider.events()
        assert status(provider, subscription) == "past_due"


class TestPauses:
    @pytest.mark.parametrize(
        ("behavior", "expected"),
        [
            ("void", "void"),
            ("mark_uncollectible", "uncollectible"),
            ("keep_as_draft", "draft"),
        ],
    )
    def test_paused_collection_still_draws_up_invoices_and_leaves_the_status(
        self, provider: Provider, behavior: str, expected: str
    ) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer)
        provider.act("pause", subscription=subscription["id"], behavior=behavior)

        provider.advance(days=31)

        assert provider.invoices(customer)[-1]["status"] == expected
        assert status(provider, subscription) == "active"

    def test_collection_resumes_by_itself_on_its_date(self, provider: Provider) -> None:
        subscription = provider.subscribe(provider.customer())
        until = START + 10 * DAY_SECONDS
        provider.act("pause", subscription=subscription["id"], resumes_at=until)

        provider.advance(days=10)

        fetched = provider.get(f"subscriptions/{subscription['id']}")
        assert fetched["pause_collection"] is None

    def test_a_paused_subscription_does_not_renew_until_it_is_resumed(
        self, provider: Provider
    ) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer)
        provider.post(f"subscriptions/{subscription['id']}/pause")
        provider.advance(days=90)
        assert status(provider, subscription) == "paused"
        assert len(provider.invoices(customer)) == 1

        resumed = provider.post(f"subscriptions/{subscription['id']}/resume")

        assert resumed["status"] == "active"
        assert resumed["billing_cycle_anchor"] == provider.clock.now()

    def test_a_declining_card_keeps_it_paused(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer)
        unused = {"unused_time_from": {"type": "none"}}
        provider.post(f"subscriptions/{subscription['id']}/pause", bill_for=unused)
        card = provider.card_of(customer)
        provider.act("card", payment_method=card, conduct="generic_decline")

        resumed = provider.post(f"subscriptions/{subscription['id']}/resume")

        assert resumed["status"] == "paused"


class TestPlanChange:
    def change(self, provider: Provider, subscription: Any, price: str, **more: Any) -> Any:
        item = {"id": subscription["items"]["data"][0]["id"], "price": price}
        return provider.post(f"subscriptions/{subscription['id']}", items=[item], **more)

    def test_half_of_the_period_is_credited_and_debited_exactly(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, provider.price(3100))
        provider.advance(days=15.5)

        self.change(
            provider, subscription, provider.price(6200), proration_behavior="always_invoice"
        )

        invoice = provider.invoices(customer)[-1]
        assert [line["amount"] for line in invoice["lines"]["data"]] == [-1550, 3100]
        assert (invoice["billing_reason"], invoice["amount_paid"]) == ("subscription_update", 1550)

    def test_by_default_prorations_wait_for_the_next_invoice(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, provider.price(3100))
        provider.advance(days=15.5)
        self.change(provider, subscription, provider.price(6200))
        assert len(provider.invoices(customer)) == 1

        provider.advance(days=16)

        assert provider.invoices(customer)[-1]["total"] == 6200 + 3100 - 1550

    def test_another_interval_begins_a_new_period_at_once(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, provider.price(3100))
        provider.advance(days=15.5)

        changed = self.change(provider, subscription, provider.price(31000, "year"))

        assert changed["billing_cycle_anchor"] == provider.clock.now()
        assert provider.invoices(customer)[-1]["total"] == 31000 - 1550

    def test_without_proration_nothing_is_billed_now(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer)
        provider.advance(days=10)

        self.change(provider, subscription, provider.price(9000), proration_behavior="none")
        provider.advance(days=30)

        assert [i["total"] for i in provider.invoices(customer)] == [3000, 9000]
