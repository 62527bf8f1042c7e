"""Refunds, disputes and credit notes: every state, and the balance transactions behind them."""

from typing import Any

import pytest

from infra.local.stripe.errors import StripeError
from tests.unit.infra.stripe.conftest import Provider


def balance(provider: Provider) -> int:
    rows = provider.account.store.newest_first("balance_transaction")
    return sum(row["amount"] for row in rows)


class TestRefund:
    def test_partial_and_full_refunds_are_counted_on_the_charge(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())

        provider.post("refunds", charge=charge["id"], amount=1200)
        partly = dict(provider.get(f"charges/{charge['id']}"))
        provider.post("refunds", payment_intent=charge["payment_intent"])
        fully = provider.get(f"charges/{charge['id']}")

        assert (partly["amount_refunded"], partly["refunded"]) == (1200, False)
        assert (fully["amount_refunded"], fully["refunded"]) == (5000, True)
        assert balance(provider) == 0

    @pytest.mark.parametrize(("amount", "code"), [(5001, None), (5000, "charge_already_refunded")])
    def test_never_more_than_was_captured(
        self, provider: Provider, amount: int, code: str | None
    ) -> None:
        charge = provider.pay(provider.customer())
        if code:
            provider.post("refunds", charge=charge["id"])

        with pytest.raises(StripeError) as refused:
            provider.post("refunds", charge=charge["id"], amount=amount)

        assert (refused.value.status, refused.value.error.get("code")) == (400, code)

    def test_two_equal_partial_refunds_are_both_legal(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())

        made = [provider.post("refunds", charge=charge["id"], amount=100)["id"] for _ in range(2)]

        assert len(set(made)) == 2

    def test_a_refund_that_fails_later_gives_the_money_back(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer("pm_card_refundFail"))
        refund = provider.post("refunds", charge=charge["id"], amount=2000)
        assert refund["status"] == "succeeded"
        before = len(provider.events())

        provider.advance(days=1)

        failed = provider.get(f"refunds/{refund['id']}")
        assert failed["status"] == "failed"
        assert failed["failure_balance_transaction"].startswith("txn_")
        assert provider.get(f"charges/{charge['id']}")["amount_refunded"] == 0
        assert balance(provider) == 5000
        assert provider.events(since=before) == [
            "refund.failed",
            "refund.updated",
            "charge.refund.updated",
            "charge.updated",
        ]

    def test_a_pending_refund_settles(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer("pm_card_pendingRefund"))
        refund = provider.post("refunds", charge=charge["id"])
        assert refund["status"] == "pending"

        provider.advance(days=1)

        assert provider.get(f"refunds/{refund['id']}")["status"] == "succeeded"

    def test_a_refund_that_waits_for_the_customer_can_be_canceled(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer("pm_card_pendingRefund"))
        refund = provider.post("refunds", charge=charge["id"])
        provider.act("refund_requires_action", refund=refund["id"])

        canceled = provider.post(f"refunds/{refund['id']}/cancel")

        assert canceled["status"] == "canceled"
        assert balance(provider) == 5000

    def test_a_final_refund_cannot_fail_twice(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())
        refund = provider.post("refunds", charge=charge["id"])
        provider.act("refund_fails", refund=refund["id"])

        with pytest.raises(StripeError):
            provider.act("refund_fails", refund=refund["id"])


class TestDispute:
    @pytest.mark.parametrize(("won", "left", "status"), [(True, 5000, "won"), (False, 0, "lost")])
    def test_the_money_leaves_and_returns_only_when_won(
        self, provider: Provider, *, won: bool, left: int, status: str
    ) -> None:
        charge = provider.pay(provider.customer())
        dispute = provider.act("dispute", charge=charge["id"])
        assert balance(provider) == 0

        provider.act("dispute_close", dispute=dispute["id"], won=won)

        assert provider.get(f"disputes/{dispute['id']}")["status"] == status
        assert balance(provider) == left

    def test_a_partial_dispute_takes_only_its_part(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())

        provider.act("dispute", charge=charge["id"], amount=1500)

        assert balance(provider) == 3500

    def test_a_disputed_charge_cannot_be_refunded(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())
        provider.act("dispute", charge=charge["id"])

        with pytest.raises(StripeError) as refused:
            provider.post("refunds", charge=charge["id"])

        assert refused.value.error["code"] == "charge_disputed"

    def test_an_inquiry_moves_no_money_until_funds_are_withdrawn(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer())
        dispute = provider.act("dispute", charge=charge["id"], withdraw=False)
        assert (dispute["status"], balance(provider)) == ("warning_needs_response", 5000)

        provider.act("dispute_withdraw", dispute=dispute["id"])

        assert (dispute["status"], balance(provider)) == ("needs_response", 0)

    def test_the_disputing_card_disputes_by_itself(self, provider: Provider) -> None:
        charge = provider.pay(provider.customer("pm_card_createDispute"))

        provider.advance(days=1)

        assert provider.get(f"charges/{charge['id']}")["disputed"] is True


class TestCreditNote:
    def test_before_payment_it_lowers_what_is_due(self, provider: Provider) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer, payment_behavior="default_incomplete")
        invoice = subscription["latest_invoice"]

        note = provider.post("credit_notes", invoice=invoice, amount=1000)
        paid = provider.post(f"invoices/{invoice}/pay")

        assert (note["type"], paid["amount_paid"]) == ("pre_payment", 2000)

    def test_after_payment_the_parts_must_add_up(self, provider: Provider) -> None:
        customer = provider.customer()
        invoice = provider.subscribe(customer)["latest_invoice"]
        with pytest.raises(StripeError):
            provider.post("credit_notes", invoice=invoice, amount=1000, refund_amount=999)

        note = provider.post(
            "credit_notes", invoice=invoice, amount=1000, refund_amount=600, credit_amount=400
        )

        assert note["type"] == "post_payment"
        assert provider.get(f"refunds/{note['refunds'][0]['refund']}")["amount"] == 600
        assert provider.get(f"customers/{customer}")["balance"] == -400

    def test_an_open_invoice_credited_in_full_is_settled(self, provider: Provider) -> None:
        subscription = provider.subscribe(
            provider.customer(), payment_behavior="default_incomplete"
        )

        provider.post("credit_notes", invoice=subscription["latest_invoice"], amount=3000)

        assert provider.get(f"invoices/{subscription['latest_invoice']}")["status"] == "paid"
        assert provider.get(f"subscriptions/{subscription['id']}")["status"] == "active"


class TestTax:
    @pytest.mark.parametrize(
        ("inclusive", "total", "tax"), [(False, 3570, 570), (True, 3000, 479)], ids=str
    )
    def test_a_rate_is_on_top_of_the_price_or_within_it(
        self, provider: Provider, inclusive: bool, total: int, tax: int
    ) -> None:
        invoice = provider.taxed(provider.customer(), inclusive=inclusive)

        assert (invoice["total"], invoice["amount_paid"]) == (total, total)
        assert [row["amount"] for row in invoice["total_taxes"]] == [tax]
        assert invoice["total_excluding_tax"] == total - tax

    def test_a_note_takes_back_the_taxes_share_of_its_amount(self, provider: Provider) -> None:
        invoice = provider.taxed(provider.customer(), inclusive=False)

        note = provider.post(
            "credit_notes", invoice=invoice["id"], amount=357, out_of_band_amount=357
        )

        assert (note["total"], note["subtotal"]) == (357, 300)
        assert [row["amount"] for row in note["total_taxes"]] == [57]


class TestLinkedRefund:
    def test_it_is_told_once_in_full_and_only_about_its_own_payment(
        self, provider: Provider
    ) -> None:
        customer = provider.customer()
        invoice, other = (provider.taxed(customer, inclusive=False) for _ in range(2))
        charges = provider.get("charges", customer=customer)["data"]
        refund = provider.post("refunds", charge=charges[1]["id"], amount=100)["id"]

        def note(about: str, amount: int) -> Any:
            linked = [{"refund": refund}]
            return provider.post("credit_notes", invoice=about, amount=amount, refunds=linked)

        for about, amount in ((invoice["id"], 99), (other["id"], 100)):
            with pytest.raises(StripeError):
                note(about, amount)
        assert note(invoice["id"], 100)["refunds"][0]["refund"] == refund
        with pytest.raises(StripeError):
            note(invoice["id"], 100)


class TestDashboard:
    def test_changes_made_at_the_provider_carry_no_request_and_no_key(
        self, provider: Provider
    ) -> None:
        customer = provider.customer()
        subscription = provider.subscribe(customer)

        provider.act("refund", charge=provider.pay(customer)["id"], amount=100)
        provider.act("change_plan", subscription=subscription["id"], price=provider.price(900))
        provider.act("update_customer", customer=customer, name="New", address={"city": "X"})
        provider.act("delete_customer", customer=customer)

        requests = [e["request"] for e in provider.account.store.newest_first("event")]
        assert {tuple(r.values()) for r in requests} == {(None, None)}
        assert provider.events()[-2:] == ["customer.subscription.deleted", "customer.deleted"]
