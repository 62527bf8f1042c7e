"""What the mirror makes of what a provider says, one situation at a time."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.profile_item import customer_of, profile_steps
from frontdesk.domain.customer import Address, CustomerStatus, customer_id_of
from frontdesk.domain.provider_event import EventState
from frontdesk.domain.snapshot import (
    InvoiceSnapshot,
    ObjectKind,
    ObjectReference,
    PaymentStatus,
    RefundStatus,
    SubscriptionSnapshot,
)
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.mirror import MirrorOutcome
from tests.fakes.provider import STRIPE, reference
from tests.mirrored import MirrorRig, differences

PAYMENT, CUSTOMER = ObjectKind.PAYMENT, ObjectKind.CUSTOMER
SUBSCRIPTION, METHOD = ObjectKind.SUBSCRIPTION, ObjectKind.PAYMENT_METHOD


@pytest.fixture
def rig() -> MirrorRig:
    return MirrorRig()


def edit_locally(rig: MirrorRig, owner: str, **fields: Any) -> None:
    """As a PATCH of the profile does it."""
    before = rig.profile(owner)
    steps = profile_steps(before, replace(before, **fields), at=rig.clock.now())
    rig.gateway.transact(steps, token=f"edit-{len(rig.gateway.calls)}")


class TestCustomer:
    def test_it_is_shown_and_found_as_the_provider_names_it(self, rig: MirrorRig) -> None:
        rig.provider.add_customer(name="Łucja Ørsted", email="Lucja@Example.COM", phone="+48123")
        rig.follow()

        assert differences(rig) == []

    def test_a_changed_name_and_address_leave_nothing_of_the_old_ones_behind(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann Old", email="old@example.com")
        rig.follow()
        rig.provider.change_customer(owner, name="Ann New", email="new@example.com")
        rig.follow()

        assert differences(rig) == []

    def test_a_name_that_was_taken_away_is_gone(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann", email="ann@example.com", phone="+1")
        rig.follow()
        rig.provider.change_customer(owner, name=None, email=None, phone=None)
        rig.follow()

        assert rig.profile(owner).name is None
        assert rig.entities("search_token") == rig.entities("email_owner") == []

    def test_what_was_edited_here_stays_while_the_provider_says_what_it_said(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann", phone="+1", address=("1", *[None] * 5))
        rig.follow()
        edit_locally(rig, owner, name="Anna", address=Address(line1="2", city="Oslo"))
        rig.provider.change_customer(owner, phone="+2")
        rig.follow()

        profile = rig.profile(owner)
        assert (profile.name, profile.phone) == ("Anna", "+2")
        assert profile.address == Address(line1="2", city="Oslo")
        assert differences(rig, local={owner: {"name": "Anna"}}) == []

    def test_what_the_provider_changes_after_an_edit_wins(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.follow()
        edit_locally(rig, owner, name="Anna")
        rig.provider.change_customer(owner, name="Hannah")
        rig.follow()

        assert rig.profile(owner).name == "Hannah"

    def test_what_only_we_know_survives_every_write(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.follow()
        own = {"custom_fields": {"tier": "gold"}, "external_id": "shop-1", "time_zone": "UTC"}
        edit_locally(rig, owner, **own)
        rig.provider.change_customer(owner, name="Anna", email="a@example.com")
        rig.provider.pay(owner)
        rig.provider.delete_customer(owner)
        rig.follow()

        profile = rig.profile(owner)
        assert {name: getattr(profile, name) for name in own} == own

    def test_an_edit_between_read_and_write_is_kept(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.follow()
        rig.provider.change_customer(owner, name="Anna")

        def edit_once(name: str) -> None:
            if name == "transact":
                rig.gateway.before_call = lambda name: None
                edit_locally(rig, owner, time_zone="Europe/Oslo")

        rig.gateway.before_call = edit_once
        rig.follow()

        assert (rig.profile(owner).name, rig.profile(owner).time_zone) == ("Anna", "Europe/Oslo")

    def test_a_deleted_one_keeps_its_record_and_its_ledger(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann", email="ann@example.com")
        rig.provider.pay(owner)
        rig.follow()
        rig.provider.delete_customer(owner)
        rig.follow()

        assert rig.profile(owner).status is CustomerStatus.DELETED
        assert rig.profile(owner).name == "Ann"
        assert differences(rig) == []

    def test_one_that_was_deleted_before_it_was_ever_seen_still_owns_its_payments(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.provider.pay(owner)
        rig.provider.add_invoice(owner)
        rig.provider.delete_customer(owner)
        rig.follow(reversed(rig.provider.events))

        assert rig.profile(owner).status is CustomerStatus.DELETED
        assert differences(rig) == []


class TestPayment:
    def test_money_does_not_move_the_profiles_version(self, rig: MirrorRig) -> None:
        """An ETag that a page shows must not go stale because somebody paid."""
        owner = rig.provider.add_customer(name="Ann")
        rig.follow()
        before = rig.profile(owner).version
        payment = rig.provider.pay(owner)
        rig.provider.refund(payment, 400)
        rig.provider.subscribe(owner, product=None)
        rig.follow()

        assert rig.profile(owner).version == before
        assert rig.profile(owner).lifetime_values == {"usd": 600}

    def test_currencies_are_kept_apart_and_one_of_them_sorts(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        rig.provider.pay(owner, amount_minor=1000, currency="usd")
        rig.provider.pay(owner, amount_minor=700, currency="jpy")
        rig.follow()

        assert rig.profile(owner).lifetime_values == {"usd": 1000, "jpy": 700}
        assert rig.profile_item(owner)["lifetime_value_minor"] == 1000

    def test_a_pending_payment_counts_once_it_has_succeeded(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner, status=PaymentStatus.PENDING)
        rig.follow()
        pending = rig.profile(owner).lifetime_values
        rig.provider.capture(payment, 1000)
        rig.follow()

        assert pending == {}
        assert differences(rig) == []

    def test_a_failed_payment_is_shown_and_never_counts(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        rig.provider.fail(rig.provider.pay(owner, status=PaymentStatus.PENDING))
        rig.follow()

        assert [t["failure_code"] for t in rig.entities("transaction")] == ["card_declined"]
        assert rig.ledger() == []

    def test_what_is_captured_in_several_steps_counts_in_full(self, rig: MirrorRig) -> None:
        """https://docs.stripe.com/payments/multicapture: the captured amount of a charge grows."""
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner, amount_minor=1000, captured_minor=300)
        rig.follow()
        rig.provider.capture(payment, 300)
        rig.follow()
        rig.provider.capture(payment, 400)
        rig.follow()

        assert rig.profile(owner).lifetime_values == {"usd": 1000}
        assert differences(rig) == []

    def test_a_guest_is_a_customer_of_its_own_for_each_payment(self, rig: MirrorRig) -> None:
        guest: dict[str, Any] = {"guest_name": "Ann", "guest_email": "ann@example.com"}
        first, second = (rig.provider.pay(None, **guest) for _ in range(2))
        rig.follow()

        assert rig.profile(f"guest:{first}").id != rig.profile(f"guest:{second}").id
        assert rig.profile(f"guest:{first}").email == "ann@example.com"
        assert differences(rig) == []

    def test_a_guests_payment_goes_with_its_money_to_the_customer_it_is_given_to(
        self, rig: MirrorRig
    ) -> None:
        """https://docs.stripe.com/api/charges/update: a charge without a customer may get one."""
        owner = rig.provider.add_customer(name="Ann")
        payment = rig.provider.pay(None)
        rig.provider.refund(payment, 300)
        rig.follow()
        rig.provider.attach_guest(payment, owner)
        rig.follow()
        rig.provider.refund(payment, 200)
        rig.follow()

        assert rig.profile(owner).lifetime_values == {"usd": 500}
        assert differences(rig) == []

    def test_a_given_away_guest_payment_that_was_never_booked_leaves_nothing_behind(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann")
        payment = rig.provider.pay(None, status=PaymentStatus.PENDING)
        rig.follow()
        rig.provider.attach_guest(payment, owner)
        rig.provider.capture(payment, 1000)
        rig.follow()

        assert differences(rig) == []
        assert rig.ledger() == [(payment, "payment", 1000)]

    def test_a_transaction_is_found_by_its_own_id(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        rig.provider.pay(owner)
        rig.follow()

        (transaction,) = rig.entities("transaction")
        pointer = rig.gateway.items[keys.transaction_pointer(str(transaction["transaction_id"]))]
        assert pointer["customer_id"] == customer_id_of(STRIPE, owner)


class TestRefunds:
    @pytest.mark.parametrize("first", [RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION])
    def test_one_counts_when_it_has_succeeded(self, rig: MirrorRig, first: RefundStatus) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        refund = rig.provider.refund(payment, 400, status=first)
        rig.follow()
        before = rig.profile(owner).lifetime_values
        rig.provider.end_refund(payment, refund, RefundStatus.SUCCEEDED)
        rig.follow()

        assert before == {"usd": 1000}
        assert rig.profile(owner).lifetime_values == {"usd": 600}

    @pytest.mark.parametrize("leaves_trace", [True, False])
    def test_one_that_fails_after_it_was_booked_is_given_back(
        self, rig: MirrorRig, leaves_trace: bool
    ) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        refund = rig.provider.refund(payment, 400)
        rig.follow()
        rig.provider.end_refund(payment, refund, RefundStatus.FAILED, leaves_trace=leaves_trace)
        rig.follow()
        rig.follow()

        assert rig.ledger(owner) == [
            (payment, "payment", 1000),
            (refund, "refund", -400),
            (refund, "refund_failed", 400),
        ]

    def test_one_that_failed_before_it_was_seen_is_booked_out_and_back(
        self, rig: MirrorRig
    ) -> None:
        """Its money was away for a time: an account of the month shows both."""
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        refund = rig.provider.refund(payment, 400)
        rig.provider.end_refund(payment, refund, RefundStatus.FAILED)
        rig.follow()

        assert {kind for _, kind, _ in rig.ledger()} == {"payment", "refund", "refund_failed"}
        assert differences(rig) == []

    def test_one_that_never_moved_money_leaves_no_entry(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        refund = rig.provider.refund(payment, 400, status=RefundStatus.REQUIRES_ACTION)
        rig.provider.end_refund(payment, refund, RefundStatus.CANCELED)
        rig.follow()

        assert rig.ledger() == [(payment, "payment", 1000)]

    @pytest.mark.parametrize("count", [39, 40, 41, 80, 81, 130])
    def test_many_are_booked_in_several_transactions(self, rig: MirrorRig, count: int) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner, amount_minor=10_000)
        for _ in range(count):
            rig.provider.refund(payment, 7)
        rig.look_at(reference(PAYMENT, payment))

        assert rig.profile(owner).lifetime_values == {"usd": 10_000 - 7 * count}
        assert len(rig.ledger()) == count + 1


class TestDisputes:
    def test_money_is_away_from_its_withdrawal_until_a_win(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        seen = []
        dispute = rig.provider.dispute(payment, 1000)
        for amount in (0, -1000, 1000):
            if amount:
                rig.provider.move_disputed(payment, dispute, amount)
            rig.follow()
            seen.append(rig.profile(owner).lifetime_values["usd"])
        rig.provider.end_dispute(payment, dispute, "won")
        rig.follow()

        assert seen == [1000, 0, 1000]
        assert differences(rig) == []

    def test_a_lost_one_after_a_refund_takes_only_the_rest(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        rig.provider.refund(payment, 400)
        dispute = rig.provider.dispute(payment, 600)
        rig.provider.move_disputed(payment, dispute, -600)
        rig.provider.end_dispute(payment, dispute, "lost")
        rig.follow()

        assert rig.profile(owner).lifetime_values == {"usd": 0}
        assert differences(rig) == []


class TestSubscription:
    def test_the_profile_counts_it_by_its_status(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        first, second = (rig.provider.subscribe(owner, product=None) for _ in range(2))
        rig.follow()
        rig.provider.change_subscription(first, status="past_due")
        rig.provider.change_subscription(second, status="canceled", ended_at=rig.provider.now)
        rig.follow()

        statuses = rig.profile(owner).subscription_statuses.values()
        assert sorted(statuses) == ["canceled", "past_due"]
        assert differences(rig) == []

    def test_an_unknown_product_is_looked_at_at_once(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        product = rig.provider.add_product("Gold")
        subscription = rig.provider.subscribe(owner, product=product)
        rig.look_at(reference(SUBSCRIPTION, subscription))

        assert [item["name"] for item in rig.entities("provider_product")] == ["Gold"]

    def test_a_product_that_is_gone_stops_nothing(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        product = rig.provider.add_product()
        rig.provider.subscribe(owner, product=product)
        rig.provider.delete_product(product)
        rig.follow(reversed(rig.provider.events))

        assert differences(rig) == []

    def test_a_known_product_is_not_fetched_for_each_subscription(self, rig: MirrorRig) -> None:
        owner, product = rig.provider.add_customer(), rig.provider.add_product()
        for _ in range(3):
            rig.provider.subscribe(owner, product=product)
        rig.follow()

        fetches = Counter(ref.kind for ref in rig.provider.fetched)
        assert fetches[ObjectKind.PRODUCT] == 1


class TestDocuments:
    def test_a_payment_method_goes_with_its_owner(self, rig: MirrorRig) -> None:
        first, second = rig.provider.add_customer(), rig.provider.add_customer()
        method = rig.provider.add_payment_method(first)
        rig.follow()
        rig.provider.change_payment_method(method, customer=second)
        rig.follow()

        (item,) = rig.entities("payment_method")
        assert item["customer_id"] == customer_id_of(STRIPE, second)
        assert differences(rig) == []

    def test_a_detached_payment_method_is_gone_and_may_come_back_elsewhere(
        self, rig: MirrorRig
    ) -> None:
        first, second = rig.provider.add_customer(), rig.provider.add_customer()
        method = rig.provider.add_payment_method(first)
        rig.follow()
        rig.provider.change_payment_method(method, customer=None)
        rig.follow()
        gone = rig.entities("payment_method")
        rig.provider.change_payment_method(method, customer=second)
        rig.follow()

        assert gone == []
        assert differences(rig) == []

    def test_one_that_was_detached_before_it_was_seen_is_not_shown(self, rig: MirrorRig) -> None:
        method = rig.provider.add_payment_method(rig.provider.add_customer())
        rig.provider.change_payment_method(method, customer=None)
        rig.follow()

        assert rig.entities("payment_method") == []

    def test_a_draft_invoice_that_was_thrown_away_is_gone(self, rig: MirrorRig) -> None:
        invoice = rig.provider.add_invoice(rig.provider.add_customer())
        rig.follow()
        rig.provider.delete_invoice(invoice)
        rig.follow()

        assert rig.entities("invoice") == []
        assert differences(rig) == []

    def test_an_invoice_without_a_customer_has_an_owner_all_the_same(self, rig: MirrorRig) -> None:
        invoice = rig.provider.add_invoice(None)
        rig.follow()

        assert rig.profile(f"guest:{invoice}").provider is not None
        assert differences(rig) == []


@pytest.mark.case("C5")
class TestChildBeforeParent:
    """Nothing is dropped, parked or put off: the parent is looked at first, there and then."""

    def test_a_refund_is_the_first_that_is_heard_of_a_payment(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        payment = rig.provider.pay(owner)
        rig.provider.refund(payment, 400)
        rig.follow(rig.provider.events[-1:])

        assert rig.profile(owner).lifetime_values == {"usd": 600}
        assert differences(rig) == []

    @pytest.mark.parametrize("child", ["pay", "add_invoice", "add_credit_memo"])
    def test_a_child_is_heard_of_before_its_customer(self, rig: MirrorRig, child: str) -> None:
        owner = rig.provider.add_customer(name="Ann")
        getattr(rig.provider, child)(owner)
        rig.follow(rig.provider.events[-1:])

        assert rig.profile(owner).name == "Ann"
        assert differences(rig) == []

    def test_a_subscription_is_heard_of_before_customer_and_product(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.provider.subscribe(owner, product=rig.provider.add_product("Gold"))
        rig.follow(rig.provider.events[-1:])

        assert [item["name"] for item in rig.entities("provider_product")] == ["Gold"]
        assert differences(rig) == []

    def test_a_payment_method_is_heard_of_before_its_customer(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.provider.add_payment_method(owner)
        rig.follow(rig.provider.events[-1:])

        assert differences(rig) == []

    def test_events_of_children_are_done_at_the_first_look(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner)
        rig.provider.refund(payment, 1)
        for event in reversed(rig.provider.events):
            rig.accept(event)
            rig.look_at(event.reference or reference(PAYMENT, "?"), event.id)

        states = {item["status"] for item in rig.entities("provider_event")}
        assert states == {EventState.DONE.value}


class TestTickets:
    def test_a_result_that_was_fetched_before_a_newer_one_is_dropped(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")

        def change_while_fetching(name: str) -> None:
            rig.provider.after_fetch = lambda name: None
            rig.provider.change_customer(owner, name="Anna")
            rig.look_at(reference(CUSTOMER, owner))

        rig.provider.after_fetch = change_while_fetching
        outcome = rig.look_at(reference(CUSTOMER, owner))

        assert outcome is MirrorOutcome.SUPERSEDED
        assert rig.profile(owner).name == "Anna"

    def test_the_events_of_a_dropped_result_are_done(self, rig: MirrorRig) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.accept(rig.provider.events[0])

        def overtake(name: str) -> None:
            rig.provider.after_fetch = lambda name: None
            rig.look_at(reference(CUSTOMER, owner))

        rig.provider.after_fetch = overtake
        rig.look_at(reference(CUSTOMER, owner), rig.provider.events[0].id)

        assert [item["status"] for item in rig.entities("provider_event")] == ["DONE"]

    def test_what_never_stops_changing_is_left_for_later_and_not_tried_for_ever(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.follow()
        rig.provider.change_customer(owner, name="Anna")
        edits = iter(range(1000))

        def edit_each_time(name: str) -> None:
            if name == "transact":
                hook, rig.gateway.before_call = rig.gateway.before_call, lambda name: None
                edit_locally(rig, owner, phone=str(next(edits)))
                rig.gateway.before_call = hook

        rig.gateway.before_call = edit_each_time
        with pytest.raises(ProviderUnavailableError):
            rig.look_at(reference(CUSTOMER, owner))

        assert next(edits) == 10

    def test_an_object_that_never_existed_changes_nothing(self, rig: MirrorRig) -> None:
        for kind in (PAYMENT, SUBSCRIPTION, ObjectKind.CREDIT_MEMO, ObjectKind.PRODUCT):
            assert rig.look_at(reference(kind, "x_1")) is MirrorOutcome.NOTHING

        assert {item["entity"] for item in rig.gateway.items.values()} == {"mirror"}


class TestRepeats:
    """What is known already costs a ticket and nothing else."""

    @pytest.fixture
    def seen(self, rig: MirrorRig) -> MirrorRig:
        owner = rig.provider.add_customer(name="Ann", email="ann@example.com")
        payment = rig.provider.pay(owner)
        rig.provider.refund(payment, 400)
        rig.provider.subscribe(owner, product=rig.provider.add_product())
        rig.provider.pay(None, guest_name="Bob")
        rig.follow()
        return rig

    @pytest.mark.parametrize("kind", [CUSTOMER, PAYMENT, SUBSCRIPTION])
    def test_an_unchanged_object_writes_only_its_ticket(
        self, seen: MirrorRig, kind: ObjectKind
    ) -> None:
        before = dict(seen.gateway.items)
        seen.clock.advance(timedelta(hours=1))
        for looked_at in [ref for ref in seen.provider.objects if ref.kind is kind]:
            seen.look_at(looked_at)

        changed = {k for k, item in seen.gateway.items.items() if before.get(k) != item}
        assert {seen.gateway.items[key]["entity"] for key in changed} == {"mirror"}

    def test_every_object_again_and_again_books_nothing_twice(self, seen: MirrorRig) -> None:
        before = seen.ledger()
        for _ in range(3):
            seen.follow()

        assert seen.ledger() == before
        assert differences(seen) == []


class TestEventRows:
    def test_the_row_is_done_in_the_projections_own_transaction(self, rig: MirrorRig) -> None:
        rig.provider.pay(rig.provider.add_customer())
        for event in rig.provider.events:
            rig.accept(event)
            calls = len(rig.gateway.calls)
            rig.look_at(event.reference or reference(PAYMENT, "?"), event.id)
            assert rig.gateway.calls[calls:].count("transact") == 1

        assert {item["status"] for item in rig.entities("provider_event")} == {"DONE"}
        assert not any("open_shard" in item for item in rig.entities("provider_event"))

    @pytest.mark.parametrize("expired", [{0}, {1}, {0, 1, 2}])
    def test_a_row_that_has_expired_stops_neither_the_others_nor_the_projection(
        self, rig: MirrorRig, expired: set[int]
    ) -> None:
        owner = rig.provider.add_customer(name="Ann")
        rig.provider.change_customer(owner, name="Anna")
        rig.provider.change_customer(owner, name="Hannah")
        for event in rig.provider.events:
            rig.accept(event)
        for number in expired:
            del rig.gateway.items[keys.provider_event(STRIPE, rig.provider.events[number].id)]

        rig.look_at(reference(CUSTOMER, owner), *(event.id for event in rig.provider.events))

        assert rig.profile(owner).name == "Hannah"
        states = [item["status"] for item in rig.entities("provider_event")]
        assert states == ["DONE"] * (3 - len(expired))

    def test_an_expired_row_is_not_made_again(self, rig: MirrorRig) -> None:
        rig.look_at(reference(PAYMENT, "ch_unknown"), "evt_expired")

        assert rig.entities("provider_event") == []

    def test_as_many_events_as_a_batch_holds_fit_beside_the_largest_projection(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer()
        payment = rig.provider.pay(owner, amount_minor=10_000)
        for _ in range(60):
            rig.provider.refund(payment, 1)
        batch = rig.provider.events[-10:]
        for event in batch:
            rig.accept(event)
        rig.look_at(reference(PAYMENT, payment), *(event.id for event in batch))

        assert {item["status"] for item in rig.entities("provider_event")} == {"DONE"}
        assert differences(rig) == []

    def test_more_events_than_a_transaction_holds_are_done_all_the_same(
        self, rig: MirrorRig
    ) -> None:
        owner = rig.provider.add_customer(name="Ann")
        for number in range(250):
            rig.provider.change_customer(owner, name=f"Ann {number}")
        for event in rig.provider.events:
            rig.accept(event)
        rig.look_at(reference(CUSTOMER, owner), *(event.id for event in rig.provider.events))

        assert Counter(item["status"] for item in rig.entities("provider_event")) == {"DONE": 251}


def test_unusual_texts_are_stored_and_found(rig: MirrorRig) -> None:
    names = ["", " ", "🦄", "名前 太郎", "Мария", "नमस्ते दुनिया", "a" * 5000, "x\x00y", "ﷺ" * 200]
    for name in names:
        rig.provider.add_customer(name=name, email=f"{'é' * 300}@example.com")
    rig.follow()

    assert differences(rig) == []
    assert len({customer_of(item).id for item in rig.entities("customer")}) == len(names)


def test_provider_kinds_are_all_mirrored(rig: MirrorRig) -> None:
    kinds = {ObjectReference(STRIPE, kind, "x").kind for kind in ObjectKind}
    owner = rig.provider.add_customer()
    product = rig.provider.add_product()
    rig.provider.add_price(product)
    rig.provider.add_payment_method(owner)
    rig.provider.subscribe(owner, product=product)
    rig.provider.pay(owner)
    rig.provider.add_credit_memo(owner)
    rig.provider.add_invoice(owner)

    assert {ref.kind for ref in rig.provider.objects} == kinds
    rig.follow()
    assert differences(rig) == []
    assert rig.provider.all_of(InvoiceSnapshot)
    assert rig.provider.all_of(SubscriptionSnapshot)
