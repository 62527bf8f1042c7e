"""What people do on a provider's own pages is told by its own events, at both providers.

Only what was told since is looked at: an event that nobody sends is found missing here.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction
from frontdesk.use_cases.mirror import mirror_object
from tests.paypal_shop import URLS
from tests.refunding_at_paypal import PayPalRefundShop
from tests.subscribing import SubscriptionRig
from tests.subscribing_paypal import PayPalSubscriptionRig


class Hearing:
    """Hears what is told from now on."""

    def __init__(self, rig: SubscriptionRig) -> None:
        self.rig = rig
        self._known = len(rig.standin.events())

    def hear(self) -> None:
        for told in self.rig.standin.events()[self._known :]:
            found = self.rig.subject_of(json.loads(json.dumps(told)))
            if found is not None:
                mirror_object(found, mirror=self.rig.mirror)
        self._known = len(self.rig.standin.events())

    @property
    def payment(self) -> Transaction:
        items = self.rig.gateway.items.values()
        (found,) = [transaction_from(i) for i in items if i["entity"] == "transaction"]
        return found


def after(hearing: Hearing, act: Callable[[], object]) -> Subscription:
    act()
    hearing.hear()
    return hearing.rig.subscription


@pytest.mark.case("C10")
class TestStripe:
    @pytest.fixture
    def rig(self) -> SubscriptionRig:
        return SubscriptionRig()

    @pytest.fixture
    def hearing(self, rig: SubscriptionRig) -> Iterator[Hearing]:
        hearing = Hearing(rig)
        yield hearing
        assert list(rig.wrongs()) == []

    def test_a_pause_and_its_end(self, rig: SubscriptionRig, hearing: Hearing) -> None:
        paused = after(hearing, lambda: rig.stripe.act("pause", subscription=rig.provider_id))
        resumed = after(hearing, lambda: rig.stripe.act("resume", subscription=rig.provider_id))

        assert (paused.status.value, resumed.status.value) == ("paused", "active")

    @pytest.mark.case("F2")
    def test_a_pause_with_a_date_ends_by_its_date(
        self, rig: SubscriptionRig, hearing: Hearing
    ) -> None:
        date = rig.clock.now() + timedelta(days=10)
        resumes_at = int(date.timestamp())
        paused = after(
            hearing,
            lambda: rig.stripe.act("pause", subscription=rig.provider_id, resumes_at=resumes_at),
        )
        rig.advance(timedelta(days=10))
        resumed = after(hearing, lambda: None)

        assert (paused.status.value, paused.resumes_at) == ("paused", date)
        assert (resumed.status.value, resumed.resumes_at) == ("active", None)

    def test_a_change_of_plan(self, rig: SubscriptionRig, hearing: Hearing) -> None:
        price = rig.price_of(7000)

        changed = after(
            hearing,
            lambda: rig.stripe.act("change_plan", subscription=rig.provider_id, price=price),
        )

        assert changed.amount_minor == 7000

    def test_a_cancellation_at_the_periods_end_its_undoing_and_one_at_once(
        self, rig: SubscriptionRig, hearing: Hearing
    ) -> None:
        def act(action: str, **body: object) -> Subscription:
            return after(
                hearing, lambda: rig.stripe.act(action, subscription=rig.provider_id, **body)
            )

        ending, kept = act("cancel", at_period_end=True), act("undo_cancel")
        gone = act("cancel")

        assert ending.pending is not None
        assert (kept.pending, kept.status.value) == (None, "active")
        assert gone.status.value == "canceled"

    def test_a_refund(self, rig: SubscriptionRig, hearing: Hearing) -> None:
        charge = hearing.payment.provider_id

        after(hearing, lambda: rig.stripe.act("refund", charge=charge, amount=1000))

        assert [refund.amount_minor for refund in hearing.payment.refunds] == [1000]

    @pytest.mark.case("F6")
    def test_a_deleted_customer(self, rig: SubscriptionRig, hearing: Hearing) -> None:
        ended = after(hearing, lambda: rig.stripe.act("delete_customer", customer=rig.customer))

        profiles = [i for i in rig.gateway.items.values() if i["entity"] == "customer"]
        assert ended.status.value == "canceled"
        assert [profile["status"] for profile in profiles] == ["deleted"]
        assert hearing.payment.customer_id == profiles[0]["customer_id"]


@pytest.mark.case("C10")
class TestPayPal:
    """A customer is no object of PayPal's that could be deleted; a payer is told by payments."""

    @pytest.fixture
    def rig(self) -> PayPalSubscriptionRig:
        return PayPalSubscriptionRig()

    @pytest.fixture
    def hearing(self, rig: PayPalSubscriptionRig) -> Iterator[Hearing]:
        hearing = Hearing(rig)
        yield hearing
        assert list(rig.wrongs()) == []

    @pytest.mark.parametrize("by", ["buyer", "merchant"])
    def test_a_suspension_a_reactivation_and_a_cancellation(
        self, rig: PayPalSubscriptionRig, hearing: Hearing, by: str
    ) -> None:
        def act(person: str) -> str:
            acted = after(
                hearing, lambda: rig.paypal.act(person, subscription=rig.provider_id, by=by)
            )
            return acted.status.value

        statuses = [act("suspend"), act("reactivate"), act("cancel")]

        assert statuses == ["paused", "active", "canceled"]

    def test_a_change_of_plan_shows_when_the_buyer_has_agreed(
        self, rig: PayPalSubscriptionRig, hearing: Hearing
    ) -> None:
        body = {"plan_id": rig.price_of(7000), "application_context": URLS}
        path = f"/v1/billing/subscriptions/{rig.provider_id}/revise"

        asked = after(hearing, lambda: rig.paypal.ok("POST", path, body))
        agreed = after(hearing, rig.approve)

        assert (asked.amount_minor, agreed.amount_minor) == (3000, 7000)

    def test_a_refund(self, rig: PayPalSubscriptionRig, hearing: Hearing) -> None:
        amount = {"value": "10.00", "currency_code": "USD"}
        payment = hearing.payment.provider_id

        after(hearing, lambda: rig.paypal.act("refund", payment=payment, amount=amount))

        assert [refund.amount_minor for refund in hearing.payment.refunds] == [1000]


@pytest.mark.case("C10")
def test_a_second_refund_on_paypals_pages_is_seen_without_its_event() -> None:
    shop = PayPalRefundShop()
    sale = shop.pay_for_a_month("10.00")
    shop.paypal.act("refund", payment=sale, amount={"currency_code": "EUR", "value": "2.00"})
    shop.follow()
    shop.pass_time(timedelta(hours=5))
    shop.paypal.act("refund", payment=sale, amount={"currency_code": "EUR", "value": "3.00"})
    shop.pass_time(timedelta(hours=5))
    shop.hear_of(sale)

    assert shop.transaction(sale).refunded_minor == 500
