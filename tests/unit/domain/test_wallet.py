"""Which of a customer's payment methods pays what, and what can be done with each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from frontdesk.domain.capabilities import Capability
from frontdesk.domain.customer import (
    Address,
    Customer,
    CustomerStatus,
    ProviderContact,
    ProviderReference,
)
from frontdesk.domain.errors import ConflictError
from frontdesk.domain.payment_method import Expiry, PaymentMethod, account_of
from frontdesk.domain.snapshot import ProviderName, Suspension
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.wallet import Wallet

STRIPE, PAYPAL = ProviderName.STRIPE, ProviderName.PAYPAL
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CARD = PaymentMethod("pm_card", STRIPE, "pm_1", "card", "visa", "4242", Expiry(9, 2031))
SPARE = replace(CARD, id="pm_spare", provider_id="pm_2")
SAVED = PaymentMethod("pm_saved", PAYPAL, "8kk8451t", "paypal", payer_email="zoe@example.com")
ZOE = Customer(
    id="cus_zoe",
    created_at=NOW,
    provider=ProviderReference(STRIPE, "cus_1"),
    default_payment_method="pm_1",
)
PAYER = Customer(
    id="cus_payer",
    created_at=NOW,
    provider=ProviderReference(PAYPAL, "ZTKJMCPQRS234"),
    mirrored=ProviderContact(email="zoe@example.com"),
)


def a_subscription(name: str = "sub_1", **changes: object) -> Subscription:
    one = Subscription(
        id=name,
        customer_id="cus_zoe",
        provider=STRIPE,
        provider_id=name,
        created_at=NOW,
        started_at=NOW,
        billing_status="active",
        amount_minor=2900,
        currency="usd",
        interval="month",
        interval_count=1,
        quantity=1,
        product=None,
        price=None,
        current_period_start=NOW,
        current_period_end=NOW,
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def at_paypal(status: str = "ACTIVE", **changes: object) -> Subscription:
    one = a_subscription(provider=PAYPAL, billing_status=status)
    return replace(one, **changes)  # type: ignore[arg-type]


def a_wallet(*subscriptions: Subscription, customer: Customer = ZOE) -> Wallet:
    methods = (SAVED,) if customer is PAYER else (CARD, SPARE)
    return Wallet(customer, {one.provider_id: one for one in methods}, subscriptions)


class TestWhoPays:
    def test_a_subscriptions_own_method_comes_before_the_default(self) -> None:
        wallet = a_wallet()

        assert wallet.pays(a_subscription(payment_method="pm_2")) == SPARE
        assert wallet.pays(a_subscription()) == CARD

    def test_a_method_that_was_not_seen_is_not_known(self) -> None:
        assert a_wallet().pays(a_subscription(payment_method="pm_new")) is None

    def test_a_paypal_subscription_is_paid_from_the_account_whatever_is_saved(self) -> None:
        paid_with = a_wallet(customer=PAYER).pays(at_paypal())

        assert paid_with == account_of(PAYER)
        assert paid_with is not None
        assert (paid_with.payer_email, paid_with.is_stored) == ("zoe@example.com", False)

    @pytest.mark.parametrize("status", ["APPROVAL_PENDING", "CANCELLED", "EXPIRED"])
    def test_nobody_pays_before_the_buyer_agrees_nor_after_the_end(self, status: str) -> None:
        assert a_wallet(customer=PAYER).pays(at_paypal(status)) is None

    def test_a_guest_has_no_account(self) -> None:
        guest = replace(PAYER, provider=ProviderReference(PAYPAL, "guest:I-1"))

        assert account_of(guest) is None
        assert guest.account_id_at(PAYPAL) is None

    def test_an_account_is_one_providers_and_ends_with_the_customer(self) -> None:
        assert (ZOE.account_id_at(STRIPE), ZOE.account_id_at(PAYPAL)) == ("cus_1", None)
        assert replace(ZOE, status=CustomerStatus.DELETED).account_id_at(STRIPE) is None


class TestEntries:
    def test_each_method_with_what_it_pays_the_newest_first(self) -> None:
        one, two = a_subscription("sub_1"), a_subscription("sub_2", payment_method="pm_2")

        entries = a_wallet(one, two).entries

        assert [(e.id, e.is_default, e.subscriptions) for e in entries] == [
            ("pm_spare", False, ("sub_2",)),
            ("pm_card", True, ("sub_1",)),
        ]

    def test_an_account_is_among_them_while_it_pays_something(self) -> None:
        held = at_paypal("SUSPENDED", suspension=Suspension.REQUESTED)

        paying, idle = (a_wallet(s, customer=PAYER) for s in (held, at_paypal("CANCELLED")))

        assert len(paying.entries) == 2
        assert [entry.method for entry in idle.entries] == [SAVED]


class TestTakingAway:
    def refusal(self, wallet: Wallet, method: PaymentMethod) -> str | None:
        entry = wallet.entry(method.id)
        assert entry is not None
        try:
            wallet.ensure_unused(entry)
        except ConflictError as error:
            return error.code
        return None

    @pytest.mark.parametrize("status", ["active", "trialing", "past_due", "unpaid", "incomplete"])
    def test_not_what_a_live_subscription_is_paid_with(self, status: str) -> None:
        wallet = a_wallet(a_subscription(billing_status=status))

        assert self.refusal(wallet, CARD) == "payment_method_in_use"
        assert self.refusal(wallet, SPARE) is None

    @pytest.mark.parametrize("status", ["canceled", "incomplete_expired"])
    def test_what_only_a_dead_one_was_paid_with(self, status: str) -> None:
        assert self.refusal(a_wallet(a_subscription(billing_status=status)), CARD) is None

    def test_not_the_last_while_a_live_one_is_paid_with_nobody_knows_what(self) -> None:
        unknown = a_subscription(payment_method="card_old")
        both = a_wallet(unknown)
        last = replace(both, stored={"pm_1": CARD})

        assert self.refusal(both, CARD) is None
        assert self.refusal(last, CARD) == "payment_method_in_use"

    def test_a_saved_wallet_that_pays_no_subscription(self) -> None:
        assert self.refusal(a_wallet(at_paypal(), customer=PAYER), SAVED) is None


class TestAMethod:
    def test_is_another_version_as_soon_as_anything_is_different(self) -> None:
        changed = (
            replace(CARD, expiry=Expiry(10, 2031)),
            replace(CARD, billing_address=Address(city="Odense")),
            replace(CARD, last4="4243"),
        )

        versions = {one.version for one in (CARD, replace(CARD), *changed)}
        assert len(versions) == 4
        assert all(0 <= version < 10**15 for version in versions)

    def test_only_cards_are_edited(self) -> None:
        debit = replace(CARD, type="sepa_debit")

        assert CARD.capabilities["edit"] is Capability.NATIVE
        assert debit.capabilities["edit"] is Capability.NONE
        assert debit.capabilities["default"] is Capability.NATIVE
