"""Credit memos: with a refund of tax, once, after the money, and never missing silently."""

from datetime import timedelta

import pytest

from frontdesk.domain.operation import Operation, OperationState, part_id_of
from frontdesk.domain.refund import RefundRecord, RefundState
from frontdesk.domain.snapshot import CreditMemoSnapshot, RefundStatus
from frontdesk.ports.provider import ProviderUnavailableError
from frontdesk.use_cases.refunds import preview_refund
from tests.refunding import RefundRig, operation_id

DAY = timedelta(days=1)


@pytest.fixture
def shop() -> RefundRig:
    rig = RefundRig()
    rig.subscribe(tax_minor=150)
    return rig


def memo_of(shop: RefundRig, number: int = 1) -> Operation:
    found = shop.world.doing.operations.get(part_id_of(operation_id(number), "credit_memo"))
    assert found is not None
    return found


def record(shop: RefundRig) -> RefundRecord:
    (found,) = shop.world.refunds.page(None, window=shop.window()).rows
    return found


def memos(shop: RefundRig) -> list[CreditMemoSnapshot]:
    return shop.rig.provider.all_of(CreditMemoSnapshot)


def invoice_of(shop: RefundRig) -> str:
    (item,) = shop.rig.entities("invoice")
    return str(item["provider_id"])


def test_a_refund_of_tax_gets_a_memo_about_exactly_it(shop: RefundRig) -> None:
    made = shop.refund(300, reason="duplicate")

    (memo,) = memos(shop)
    assert (memo.amount_minor, memo.invoice) == (300, invoice_of(shop))
    assert [(c.refund, c.reason) for c in shop.commands.memos] == [(made.provider_id, "duplicate")]
    shown = record(shop)
    assert shown.credit_memo is not None
    assert (shown.credit_memo.state, shown.credit_memo.provider_id) == (
        OperationState.SUCCEEDED,
        memo.provider_id,
    )
    assert not shown.needs_attention
    assert shop.wrongs() == []


def test_two_partial_refunds_get_a_memo_each(shop: RefundRig) -> None:
    shop.refund(300, number=1)
    shop.refund(300, number=2)

    assert [memo.amount_minor for memo in memos(shop)] == [300, 300]
    assert shop.wrongs() == []


def test_without_tax_there_is_none() -> None:
    shop = RefundRig()
    shop.subscribe()
    shop.refund(300)

    assert memos(shop) == []
    assert record(shop).credit_memo is None


def test_the_preview_tells_of_it(shop: RefundRig) -> None:
    plan = preview_refund(
        shop.order(300),
        now=shop.rig.clock.now(),
        transactions=shop.world.transactions,
        subscriptions=shop.world.subscriptions,
    )

    assert [(e.detail, e.amount and e.amount.amount) for e in plan.effects] == [
        ("refund_requested", 300),
        ("credit_memo_issued", None),
    ]


def test_where_something_is_still_owed_the_tax_is_left_to_a_human(shop: RefundRig) -> None:
    """A memo would first lessen what is owed, and say nothing of the refund."""
    shop.rig.provider.change_invoice(invoice_of(shop), remaining_minor=50)
    shop.rig.follow()
    plan = preview_refund(
        shop.order(300),
        now=shop.rig.clock.now(),
        transactions=shop.world.transactions,
        subscriptions=shop.world.subscriptions,
    )
    shop.refund(300)

    assert [warning.code for warning in plan.warnings] == ["tax_is_not_corrected"]
    assert [effect.detail for effect in plan.effects] == ["refund_requested"]
    assert memos(shop) == []


def test_the_paper_waits_for_the_money(shop: RefundRig) -> None:
    shop.commands.refund_status = RefundStatus.PENDING
    made = shop.refund(300)
    for _ in range(3):
        shop.tend(later=timedelta(minutes=11))
    assert (memos(shop), memo_of(shop).state) == ([], OperationState.REQUESTED)

    shop.rig.provider.end_refund(shop.payment, str(made.provider_id), RefundStatus.SUCCEEDED)
    shop.look_at_payment()
    shop.tend(later=timedelta(minutes=11))

    assert len(memos(shop)) == 1
    assert shop.wrongs() == []


@pytest.mark.parametrize("end", [RefundStatus.FAILED, RefundStatus.CANCELED])
def test_a_refund_that_comes_to_nothing_has_no_paper(shop: RefundRig, end: RefundStatus) -> None:
    shop.commands.refund_status = RefundStatus.PENDING
    made = shop.refund(300)
    shop.rig.provider.end_refund(shop.payment, str(made.provider_id), end)
    shop.look_at_payment()
    shop.tend(later=timedelta(minutes=11))

    assert memos(shop) == []
    assert (memo_of(shop).state, memo_of(shop).failure_code) == (
        OperationState.FAILED,
        "first_part_failed",
    )
    assert not record(shop).needs_attention
    assert shop.wrongs() == []


@pytest.mark.case("E6")
def test_money_that_comes_back_after_its_paper_needs_a_human(shop: RefundRig) -> None:
    made = shop.refund(300)
    shop.rig.provider.end_refund(shop.payment, str(made.provider_id), RefundStatus.FAILED)
    shop.look_at_payment()

    shown = record(shop)
    assert (shown.state, shown.needs_attention) == (RefundState.FAILED, True)
    assert memo_of(shop).state is OperationState.SUCCEEDED


def test_a_refused_memo_leaves_the_refund_and_a_human_is_told(shop: RefundRig) -> None:
    shop.commands.refuses_memos = True

    made = shop.refund(300)

    assert made.state is RefundState.SUCCEEDED
    shown = record(shop)
    assert shown.credit_memo is not None
    assert (shown.credit_memo.state, shown.credit_memo.failure_code) == (
        OperationState.FAILED,
        "refused_by_provider",
    )
    assert shown.needs_attention
    assert shop.for_a_human() == 1


def test_a_failure_is_seen_until_somebody_has_done_it_by_hand(shop: RefundRig) -> None:
    shop.commands.refuses_memos = True
    shop.refund(300)
    for _ in range(3):
        shop.tend(later=DAY)
    assert shop.for_a_human() == 1
    shop.rig.provider.issue_memo(invoice_of(shop), 300, operation_id=memo_of(shop).id)

    shop.tend(later=DAY)

    assert shop.for_a_human() == 0
    assert not record(shop).needs_attention
    assert len(shop.commands.memos) == 1
    assert shop.wrongs() == []


def test_a_memo_whose_answer_was_lost_is_found_and_not_issued_again(shop: RefundRig) -> None:
    def lost(name: str) -> None:
        if name == "memo":
            raise ProviderUnavailableError("a test says so")

    shop.commands.after_call = lost
    shop.refund(300)
    assert memo_of(shop).state is OperationState.UNKNOWN
    shop.commands.after_call = lambda name: None

    shop.tend(later=2 * DAY)  # its key is long forgotten

    assert len(memos(shop)) == 1
    assert len(shop.commands.memos) == 1
    assert shop.wrongs() == []


def test_a_memo_that_never_reached_the_provider_is_not_sent_under_a_forgotten_key(
    shop: RefundRig,
) -> None:
    def silent(name: str) -> None:
        if name == "memo":
            raise ProviderUnavailableError("a test says so")

    shop.commands.before_call = silent
    shop.refund(300)
    shop.commands.before_call = lambda name: None
    shop.tend(later=2 * DAY)
    shop.tend(later=timedelta(hours=1))

    assert memos(shop) == []
    assert memo_of(shop).failure_code == "never_reached_provider"
    assert record(shop).needs_attention


def test_a_slow_provider_leaves_the_paper_to_the_janitor(shop: RefundRig) -> None:
    """Whoever asked for the refund waits for no more than the refund."""

    def slow(name: str) -> None:
        if name == "refund":
            shop.rig.clock.advance(timedelta(seconds=9))

    shop.commands.after_call = slow
    assert shop.refund(300).state is RefundState.SUCCEEDED
    assert shop.commands.memos == []

    shop.tend()

    assert len(memos(shop)) == 1
    assert shop.wrongs() == []


def test_a_memo_that_names_an_operation_on_another_invoice_ends_nothing(shop: RefundRig) -> None:
    shop.commands.refuses_memos = True
    shop.refund(300)
    owner = shop.rig.provider.payment(shop.payment).customer
    other = shop.rig.provider.add_invoice(owner, status="paid")
    shop.rig.provider.issue_memo(other, 300, operation_id=memo_of(shop).id)
    shop.rig.follow()

    assert memo_of(shop).state is OperationState.FAILED


def test_a_memo_that_names_a_refund_ends_nothing(shop: RefundRig) -> None:
    def silent(name: str) -> None:
        raise ProviderUnavailableError("a test says so")

    shop.commands.before_call = silent
    shop.refund(300)
    shop.rig.provider.issue_memo(invoice_of(shop), 300, operation_id=operation_id())
    shop.rig.follow()

    assert shop.operation().state is OperationState.UNKNOWN


def test_the_event_about_a_memo_ends_its_operation(shop: RefundRig) -> None:
    def lost(name: str) -> None:
        if name == "memo":
            raise ProviderUnavailableError("a test says so")

    shop.commands.after_call = lost
    shop.refund(300)

    shop.rig.follow()

    assert memo_of(shop).state is OperationState.SUCCEEDED
    assert shop.wrongs() == []
