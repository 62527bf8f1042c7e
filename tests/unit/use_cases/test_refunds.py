"""Refunds: once for each command, never more than is left, and told as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.errors import ConflictError, FrontdeskError, InvalidInputError, NotFoundError
from frontdesk.domain.money import Money
from frontdesk.domain.operation import OperationState
from frontdesk.domain.refund import RefundOrder, RefundRefusedError, RefundState
from frontdesk.domain.refund_plan import Seen, plan_refund
from frontdesk.domain.snapshot import ObjectKind, PaymentStatus, RefundStatus
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.refunds import preview_refund, refund_payment
from tests.fakes.provider import reference
from tests.refunding import STAFF, RefundRig, operation_id, refund_row


@pytest.fixture
def shop() -> RefundRig:
    return RefundRig()


def no_answer(name: str) -> None:
    raise ProviderUnavailableError("a test says so")


def nothing(name: str) -> None:
    return None


def test_a_refund_is_made_booked_and_told(shop: RefundRig) -> None:
    record = shop.refund(300, reason="duplicate", comment="Sent twice.")

    assert (record.state, record.amount) == (RefundState.SUCCEEDED, Money(300, "usd"))
    assert (record.reason, record.comment, record.requested_by) == (
        "duplicate",
        "Sent twice.",
        STAFF,
    )
    assert record.provider_id == shop.transaction.refunds[0].provider_id
    assert record.id == shop.transaction.refunds[0].id
    assert shop.operation().state is OperationState.SUCCEEDED
    assert shop.wrongs() == []


def test_no_amount_is_all_that_is_left(shop: RefundRig) -> None:
    shop.refund(300, number=1)

    assert shop.refund(number=2).amount == Money(700, "usd")
    assert shop.wrongs() == []


@pytest.mark.case("D3")
@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 301},
        {"amount_minor": None},
        {"amount_minor": 300, "reason": "duplicate"},
        {"amount_minor": 300, "comment": "Sorry."},
    ],
    ids=str,
)
def test_the_same_key_with_another_order_is_refused_for_ever(
    shop: RefundRig, other: dict[str, Any]
) -> None:
    shop.refund(300)
    shop.rig.clock.advance(timedelta(days=400))  # no answer is remembered for so long
    calls = len(shop.commands.calls)

    with pytest.raises(InvalidInputError) as refusal:
        shop.refund(**other)

    assert refusal.value.code == "idempotency_key_reused"
    assert len(shop.commands.calls) == calls


@pytest.mark.case("D3")
def test_the_same_key_on_another_payment_is_refused(shop: RefundRig) -> None:
    shop.refund(300)
    first = shop.payment
    shop.payment = shop.rig.provider.pay(shop.rig.provider.payment(first).customer)
    shop.rig.follow()

    with pytest.raises(InvalidInputError) as refusal:
        shop.refund(300)

    assert refusal.value.code == "idempotency_key_reused"
    assert len(shop.commands.calls) == 1


def test_the_same_order_again_is_answered_and_not_sent(shop: RefundRig) -> None:
    first = shop.refund(300)
    shop.rig.clock.advance(timedelta(days=400))

    assert shop.refund(300) == first
    assert len(shop.commands.calls) == 1


@pytest.mark.case("D5")
def test_two_equal_partial_refunds_are_two(shop: RefundRig) -> None:
    first, second = shop.refund(300, number=1), shop.refund(300, number=2)

    assert first.id != second.id
    assert [r.amount_minor for r in shop.transaction.refunds] == [300, 300]
    assert shop.wrongs() == []


def _pending(shop: RefundRig) -> RefundOrder:
    owner = shop.rig.provider.payment(shop.payment).customer
    shop.payment = shop.rig.provider.pay(owner, status=PaymentStatus.PENDING)
    shop.rig.follow()
    return shop.order(100)


def _disputed(shop: RefundRig) -> RefundOrder:
    shop.rig.provider.dispute(shop.payment, 1000)
    shop.rig.follow()
    return shop.order(100)


def _lost_dispute(shop: RefundRig) -> RefundOrder:
    dispute = shop.rig.provider.dispute(shop.payment, 1000)
    shop.rig.provider.move_disputed(shop.payment, dispute, -1000)
    shop.rig.provider.end_dispute(shop.payment, dispute, "lost")
    shop.rig.follow()
    return shop.order(100)


def _all_refunded(shop: RefundRig) -> RefundOrder:
    shop.rig.provider.refund(shop.payment, 1000)
    shop.rig.follow()
    return shop.order()


def _pending_refund_counts(shop: RefundRig) -> RefundOrder:
    shop.rig.provider.refund(shop.payment, 600, status=RefundStatus.PENDING)
    shop.rig.follow()
    return shop.order(401)


REFUSED: dict[str, tuple[Callable[[RefundRig], RefundOrder], str]] = {
    "over": (lambda shop: shop.order(1001), "refund_exceeds_remaining"),
    "over what is left": (_pending_refund_counts, "refund_exceeds_remaining"),
    "all refunded": (_all_refunded, "refund_exceeds_remaining"),
    "other currency": (
        lambda shop: RefundOrder(transaction_id=shop.transaction_id, amount=Money(1, "eur")),
        "currency_mismatch",
    ),
    "disputed": (_disputed, "payment_disputed"),
    "lost dispute": (_lost_dispute, "payment_disputed"),
    "not succeeded": (_pending, "payment_not_succeeded"),
    "unknown": (lambda shop: RefundOrder(transaction_id="txn_" + "0" * 26), "not_found"),
    "access": (lambda shop: shop.order(1, revoke_access=True), "payment_grants_no_access"),
    "subscription": (
        lambda shop: shop.order(1, cancel_subscription=True),
        "payment_has_no_subscription",
    ),
}


@pytest.mark.case("D6")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_allowed_never_reaches_the_provider(shop: RefundRig, case: str) -> None:
    prepare, code = REFUSED[case]
    order = prepare(shop)
    before = dict(shop.rig.gateway.items)

    with pytest.raises(FrontdeskError) as refusal:
        refund_payment(order, operation_id=operation_id(), requested_by=STAFF, world=shop.world)
    with pytest.raises(FrontdeskError) as previewed:
        preview_refund(
            order,
            now=shop.rig.clock.now(),
            transactions=shop.world.transactions,
            subscriptions=shop.world.subscriptions,
        )

    assert refusal.value.code == previewed.value.code == code
    assert isinstance(refusal.value, ConflictError | InvalidInputError | NotFoundError)
    assert shop.commands.calls == []
    assert shop.rig.gateway.items == before


def test_a_won_dispute_blocks_no_more(shop: RefundRig) -> None:
    dispute = shop.rig.provider.dispute(shop.payment, 1000)
    shop.rig.provider.end_dispute(shop.payment, dispute, "won")
    shop.rig.follow()
    with pytest.raises(RefundRefusedError):
        shop.refund(100)  # the provider's word: a charge stays disputed for it

    assert shop.operation().failure_code == "payment_disputed"
    assert shop.wrongs() == []


def test_what_the_provider_refuses_is_told_and_leaves_no_reservation(shop: RefundRig) -> None:
    shop.rig.provider.refund(shop.payment, 900)  # in the dashboard, and no event yet

    with pytest.raises(RefundRefusedError) as refusal:
        shop.refund(500)

    assert refusal.value.code == "refund_exceeds_remaining"
    assert refund_row(shop)["state"] == "failed"
    assert shop.transaction.refundable_minor == 100
    assert shop.wrongs() == []
    with pytest.raises(RefundRefusedError):
        shop.refund(500)
    assert len(shop.commands.calls) == 1


def test_a_refund_that_is_under_way_is_pending_until_the_provider_says_more(
    shop: RefundRig,
) -> None:
    shop.commands.refund_status = RefundStatus.PENDING

    record = shop.refund(300)

    assert record.state is RefundState.PENDING
    shop.rig.provider.end_refund(shop.payment, str(record.provider_id), RefundStatus.SUCCEEDED)
    shop.look_at_payment()
    assert shop.refund(300).state is RefundState.SUCCEEDED
    assert shop.wrongs() == []


@pytest.mark.case("E6")
@pytest.mark.parametrize("leaves_trace", [True, False])
def test_a_refund_that_fails_after_it_succeeded_gives_everything_back(
    shop: RefundRig, leaves_trace: bool
) -> None:
    record = shop.refund(300)
    shop.rig.provider.end_refund(
        shop.payment, str(record.provider_id), RefundStatus.FAILED, leaves_trace=leaves_trace
    )
    shop.look_at_payment()

    again = shop.refund(300)
    assert (again.id, again.state, again.failure_code) == (
        record.id,
        RefundState.FAILED,
        "refund_failed",
    )
    assert shop.operation().state is OperationState.FAILED
    assert shop.transaction.refundable_minor == 1000
    assert shop.wrongs() == []
    assert shop.refund(number=2).amount == Money(1000, "usd")
    assert shop.wrongs() == []


@pytest.mark.parametrize("end", [RefundStatus.FAILED, RefundStatus.CANCELED])
def test_an_end_stands_though_the_money_comes_back_later(
    shop: RefundRig, end: RefundStatus
) -> None:
    """It was accepted; a bank's days are not waited for, or the subscription would be renewed."""
    made = shop.subscribe()
    shop.commands.refund_status = RefundStatus.PENDING
    record = shop.refund(300, cancel_subscription=True)
    assert shop.rig.provider.subscription(made).status == "canceled"

    shop.rig.provider.end_refund(shop.payment, str(record.provider_id), end)
    shop.look_at_payment()
    for _ in range(2):
        shop.tend()

    state = RefundState.FAILED if end is RefundStatus.FAILED else RefundState.CANCELED
    told = shop.refund(300, cancel_subscription=True)
    assert (told.state, told.failure_code) == (state, f"refund_{end}")
    assert shop.subscription.is_over
    assert shop.subscription.open_operation is None
    assert shop.transaction.refundable_minor == 1000
    assert shop.refund(number=2).state is RefundState.PENDING


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (RefundStatus.PENDING, RefundState.PENDING),
        (RefundStatus.REQUIRES_ACTION, RefundState.PENDING),
        (RefundStatus.SUCCEEDED, RefundState.SUCCEEDED),
        (RefundStatus.FAILED, RefundState.FAILED),
        (RefundStatus.CANCELED, RefundState.CANCELED),
    ],
)
def test_every_status_of_the_provider_is_shown_in_the_common_words(
    shop: RefundRig, status: RefundStatus, state: RefundState
) -> None:
    shop.commands.refund_status = RefundStatus.PENDING
    record = shop.refund(300)
    shop.rig.provider.end_refund(shop.payment, str(record.provider_id), status)
    shop.look_at_payment()

    is_back = state in (RefundState.FAILED, RefundState.CANCELED)
    assert shop.refund(300).state is state
    assert shop.transaction.refundable_minor == (1000 if is_back else 700)
    assert shop.operation().state is {
        RefundState.PENDING: OperationState.PENDING,
        RefundState.SUCCEEDED: OperationState.SUCCEEDED,
    }.get(state, OperationState.FAILED)
    assert [w for w in shop.wrongs() if "is pending" not in w] == []


class TestAccess:
    def test_is_revoked_once_the_money_is_on_its_way(self, shop: RefundRig) -> None:
        shop.subscribe()

        shop.refund(300, revoke_access=True)

        access = shop.subscription.access(now=shop.rig.clock.now())
        assert (access.state, access.reason) == ("ended", "revoked")
        assert not shop.subscription.is_over
        assert shop.wrongs() == []

    def test_is_not_revoked_by_a_refund_that_has_not_been_accepted(self, shop: RefundRig) -> None:
        """Whoever looks at the subscription meanwhile must not take the mark for the deed."""
        made = shop.subscribe()
        shop.commands.before_call = no_answer
        shop.refund(300, revoke_access=True)
        shop.rig.look_at(reference(ObjectKind.SUBSCRIPTION, made))

        assert shop.subscription.access_revoked_at is None
        shop.commands.before_call = nothing
        for _ in range(2):
            shop.tend()
        assert shop.subscription.access_revoked_at is not None
        assert shop.wrongs() == []

    def test_stays_when_the_refund_is_refused(self, shop: RefundRig) -> None:
        made = shop.subscribe()
        shop.rig.provider.refund(shop.payment, 900)
        with pytest.raises(RefundRefusedError):
            shop.refund(300, revoke_access=True)
        shop.rig.look_at(reference(ObjectKind.SUBSCRIPTION, made))

        assert shop.subscription.access_revoked_at is None
        assert shop.subscription.open_operation is None

    def test_ends_with_the_subscription_in_one_plan(self, shop: RefundRig) -> None:
        made = shop.subscribe()

        shop.refund(300, revoke_access=True, cancel_subscription=True)

        assert shop.rig.provider.subscription(made).status == "canceled"
        assert shop.subscription.access(now=shop.rig.clock.now()).reason == "revoked"
        assert shop.wrongs() == []

    def test_of_a_subscription_that_is_over_can_still_be_revoked(self, shop: RefundRig) -> None:
        made = shop.subscribe()
        shop.rig.provider.change_subscription(made, status="canceled")
        shop.rig.follow()

        shop.refund(300, revoke_access=True)

        assert shop.subscription.access_revoked_at is not None

    def test_is_revoked_once(self, shop: RefundRig) -> None:
        shop.subscribe()
        shop.refund(300, revoke_access=True, number=1)

        with pytest.raises(ConflictError) as refusal:
            shop.refund(300, revoke_access=True, number=2)

        assert refusal.value.code == "access_is_revoked"


@pytest.mark.case("C10")
def test_a_refund_made_in_the_dashboard_stands_beside_ours(shop: RefundRig) -> None:
    ours = shop.refund(300)
    theirs = shop.rig.provider.refund(shop.payment, 200)
    shop.look_at_payment()

    assert [str(row["provider_id"]) for row in shop.records()] == [ours.provider_id, theirs]
    assert shop.transaction.refundable_minor == 500
    assert shop.wrongs() == []


def test_metadata_written_by_somebody_else_ends_and_frees_nothing(shop: RefundRig) -> None:
    shop.commands.before_call = no_answer
    assert shop.refund(300).state is RefundState.UNKNOWN
    other = shop.rig.provider.pay(shop.rig.provider.payment(shop.payment).customer)
    shop.rig.provider.refund(other, 300, operation_id=operation_id())
    shop.rig.follow()

    assert shop.operation().state is OperationState.UNKNOWN
    assert shop.transaction.reservations == {operation_id(): 300}
    shop.commands.before_call = nothing
    shop.tend()
    assert shop.operation().state is OperationState.SUCCEEDED


def test_of_two_refunds_that_name_one_operation_the_first_is_its(shop: RefundRig) -> None:
    ours = shop.refund(300)
    shop.rig.provider.refund(shop.payment, 300, operation_id=operation_id())
    shop.look_at_payment()

    assert [r.operation_id for r in shop.transaction.refunds] == [operation_id(), None]
    assert shop.refund(300) == ours
    assert shop.transaction.refundable_minor == 400


def test_a_refund_keeps_its_operation_and_its_id_whatever_becomes_of_its_metadata(
    shop: RefundRig,
) -> None:
    ours = shop.refund(300)
    stripped = shop.rig.provider.payment(shop.payment).refunds[0]
    shop.rig.provider.rename_refund(shop.payment, stripped.provider_id, operation_id=None)
    shop.look_at_payment()

    assert shop.transaction.refunds[0].id == ours.id
    assert shop.refund(300) == ours
    assert len(shop.records()) == 1


def test_more_refunds_than_one_write_can_hold_all_find_their_operations(shop: RefundRig) -> None:
    def accepted_and_unseen(name: str) -> None:
        raise ProviderUnavailableError("a test says so")

    shop.commands.after_call = accepted_and_unseen
    for number in range(120):
        shop.refund(5, number=number)
    shop.commands.after_call = nothing
    shop.look_at_payment()

    assert len(shop.transaction.refunds) == 120
    assert all(shop.operation(n).state is OperationState.SUCCEEDED for n in range(120))
    assert shop.wrongs() == []


def test_an_equal_refund_of_a_moment_ago_is_worth_a_warning(shop: RefundRig) -> None:
    shop.refund(300)
    now = shop.rig.clock.now() + timedelta(minutes=3, seconds=20)

    equal, other, late = (
        plan_refund(shop.order(amount), Seen(shop.transaction), now=moment)
        for amount, moment in ((300, now), (200, now), (300, now + timedelta(days=1)))
    )

    assert [w.message for w in equal.warnings] == [
        "An equal refund was made on this payment 3 minutes ago."
    ]
    assert other.warnings == late.warnings == ()


def test_an_equal_refund_that_is_under_way_is_worth_a_warning(shop: RefundRig) -> None:
    shop.commands.before_call = no_answer
    shop.refund(300)

    plan = plan_refund(shop.order(300), Seen(shop.transaction), now=shop.rig.clock.now())

    assert [w.code for w in plan.warnings] == ["equal_refund"]


def test_a_guests_payment_that_gets_an_owner_keeps_its_reservation(shop: RefundRig) -> None:
    owner = shop.rig.provider.payment(shop.payment).customer
    assert owner is not None
    shop.payment = shop.rig.provider.pay(None, guest_name="Bo")
    shop.rig.follow()
    shop.commands.before_call = no_answer
    shop.refund(300)

    shop.rig.provider.attach_guest(shop.payment, owner)
    shop.rig.follow()
    assert shop.transaction.reservations == {operation_id(): 300}
    shop.rig.provider.refund(shop.payment, 900)
    shop.commands.before_call = nothing
    shop.tend()

    assert shop.operation().failure_code == "refund_exceeds_remaining"
    assert shop.transaction.refundable_minor == 100
    assert shop.wrongs() == []
