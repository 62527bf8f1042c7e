"""Verbs on subscriptions at PayPal, which keeps no request id for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.adapters.paypal.commands import PayPalCommands
from frontdesk.adapters.paypal.provider import PayPalProvider
from frontdesk.adapters.paypal.subscription_calls import LONGEST_REASON, reason_of
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind, SubscriptionSnapshot
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    CommandRejectedError,
    NeedsBuyer,
    SubscriptionCommand,
)
from frontdesk.ports.provider import ProviderUnavailableError
from infra.local.paypal.standin import StandIn
from infra.local.provider.faults import Fault
from tests.fakes.clock import FakeClock
from tests.paypal_in_process import PayPalInProcess
from tests.paypal_shop import START, Shop, cycle, free_trial
from tests.unit.adapters.paypal.fakes import FakeHttp, MemoryRefundIndex, client_for, reference

CANCEL, PAUSE, RESUME = OperationKind.CANCEL, OperationKind.PAUSE, OperationKind.RESUME
CHANGE, REPRICE = OperationKind.CHANGE, OperationKind.REPRICE
STATE_VERBS = (CANCEL, PAUSE, RESUME)
WISHED = {CANCEL: "CANCELLED", PAUSE: "SUSPENDED", RESUME: "ACTIVE"}
ACTIONS = {CANCEL: "cancel", PAUSE: "suspend", RESUME: "reactivate"}
state_verb = pytest.mark.parametrize("kind", STATE_VERBS)


def operation_id(number: int = 1) -> str:
    return derived_id("op", origin=f"test:{number}")


@dataclass
class Till:
    """A shop at PayPal with one subscription, ready for verbs."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime.fromtimestamp(START, UTC)))

    def __post_init__(self) -> None:
        self.standin = StandIn(seed=7)
        self.standin.clock.freeze(START)
        self.paypal = PayPalInProcess(self.standin, self.clock)
        self.shop = Shop(self.paypal)
        self.product = self.shop.product()
        self.plan = self.shop.plan("49.00", product=self.product)
        self.id = self.shop.subscription(self.plan)
        self.commands = PayPalCommands(lambda: self.paypal.client, refunds=MemoryRefundIndex())

    def do(self, kind: OperationKind, *, number: int = 1, **fields: Any) -> CommandAnswer:
        return self.commands.change_subscription(
            SubscriptionCommand(operation_id(number), kind, self.id, **fields)
        )

    def refusal(self, kind: OperationKind, **fields: Any) -> str:
        with pytest.raises(CommandRejectedError) as refused:
            self.do(kind, **fields)
        return refused.value.code

    def where_possible(self, kind: OperationKind) -> None:
        """Brings the subscription where the verb has something to do."""
        if kind is RESUME:
            self.paypal.act("suspend", subscription=self.id)

    @property
    def status(self) -> str:
        return str(self.shop.get(self.id)["status"])

    @property
    def mirrored(self) -> SubscriptionSnapshot:
        provider = PayPalProvider(lambda: self.paypal.client, refunds=MemoryRefundIndex())
        found = provider.fetch(reference(ObjectKind.SUBSCRIPTION, self.id))
        assert isinstance(found, SubscriptionSnapshot)
        return found

    def fault(self, kind: str, when: str = "after", **more: Any) -> None:
        fault = Fault(kind, when=when, method="POST|PATCH", path=".*/subscriptions/.*", **more)
        self.standin.api.faults.add(fault)

    def meanwhile(self, act: Callable[[], object]) -> None:
        """Somebody acts at PayPal between our look and our call."""

        def before(name: str) -> None:
            if name in ("post", "patch"):
                self.paypal.before_call = lambda name: None
                act()

        self.paypal.before_call = before


@pytest.fixture
def till() -> Till:
    return Till()


class TestCancelPauseResume:
    @state_verb
    def test_is_done_and_the_subscription_tells_by_which_operation(
        self, till: Till, kind: OperationKind
    ) -> None:
        till.where_possible(kind)

        assert till.do(kind) == Accepted()
        assert till.status == WISHED[kind]
        assert till.mirrored.operation_id == operation_id()

    @pytest.mark.case("D11")
    @state_verb
    def test_repeated_it_is_accepted_and_not_sent_again(
        self, till: Till, kind: OperationKind
    ) -> None:
        till.where_possible(kind)
        till.do(kind)

        assert till.do(kind) == Accepted()
        assert len(till.paypal.changes()) == 1

    @pytest.mark.case("D11")
    @state_verb
    def test_answered_422_because_it_is_so_already_it_is_accepted(
        self, till: Till, kind: OperationKind
    ) -> None:
        till.where_possible(kind)
        till.meanwhile(lambda: till.paypal.act(ACTIONS[kind], subscription=till.id))

        assert till.do(kind) == Accepted()
        assert till.status == WISHED[kind]
        assert till.standin.api.log[-2]["status"] == 422

    @pytest.mark.parametrize("fault", ["error", "hang", "reset"])
    @pytest.mark.parametrize("when", ["before", "after"])
    @state_verb
    def test_an_answer_that_is_lost_is_no_refusal(
        self, till: Till, kind: OperationKind, when: str, fault: str
    ) -> None:
        till.where_possible(kind)
        till.fault(fault, when)

        with pytest.raises(ProviderUnavailableError):
            till.do(kind)
        assert till.do(kind) == Accepted()
        assert till.status == WISHED[kind]
        assert len(till.paypal.changes()) == (1 if when == "after" else 2)

    @state_verb
    def test_a_token_that_dies_in_mid_call_is_renewed(
        self, till: Till, kind: OperationKind
    ) -> None:
        till.where_possible(kind)
        assert till.mirrored
        till.clock.advance(timedelta(hours=1))
        till.fault("error", "before", status=401)

        assert till.do(kind) == Accepted()
        assert till.status == WISHED[kind]

    @pytest.mark.parametrize("kind", [PAUSE, RESUME])
    def test_what_was_canceled_meanwhile_is_over(self, till: Till, kind: OperationKind) -> None:
        till.where_possible(kind)
        till.meanwhile(lambda: till.paypal.act("cancel", subscription=till.id))

        assert till.refusal(kind) == "subscription_is_over"

    @pytest.mark.parametrize("kind", [PAUSE, RESUME, CHANGE, REPRICE])
    def test_what_is_over_is_left_alone(self, till: Till, kind: OperationKind) -> None:
        till.do(CANCEL)
        till.paypal.calls.clear()

        assert till.refusal(kind, price="P-OTHER", amount_minor=1) == "subscription_is_over"
        assert till.paypal.changes() == []

    @pytest.mark.parametrize("kind", [CANCEL, PAUSE, RESUME, CHANGE, REPRICE])
    def test_what_has_not_begun_is_not_begun_by_us(self, till: Till, kind: OperationKind) -> None:
        made = till.paypal.ok("POST", "/v1/billing/subscriptions", {"plan_id": till.plan})
        till.id = made["id"]

        assert till.refusal(kind, price="P-OTHER", amount_minor=1) == "first_payment_missing"
        assert till.paypal.changes() == []

    def test_one_that_paypal_itself_has_suspended_is_not_paused(self, till: Till) -> None:
        till.paypal.act("buyer", payer=till.mirrored.customer, conduct="declines")
        till.paypal.advance(days=120)
        till.clock.advance(timedelta(days=120))
        assert till.status == "SUSPENDED"

        assert till.refusal(PAUSE) == "payment_overdue"
        assert till.refusal(RESUME) == "payment_overdue"

    def test_what_paypal_does_not_know(self, till: Till) -> None:
        till.id = "I-NEVERHEARDOF"

        assert till.refusal(CANCEL) == "unknown_at_provider"


class TestChange:
    def test_waits_for_the_buyer_and_changes_nothing_before(self, till: Till) -> None:
        other = till.shop.plan("99.00", product=till.product)

        answer = till.do(CHANGE, price=other)

        assert isinstance(answer, NeedsBuyer)
        assert answer.approve_url.startswith("https://")
        assert till.mirrored.price == till.plan

        till.paypal.act("approve_revision", subscription=till.id)
        assert (till.mirrored.price, till.mirrored.amount_minor) == (other, 9900)
        assert till.do(CHANGE, price=other) == Accepted()

    def test_asked_again_it_is_the_same_question(self, till: Till) -> None:
        other = till.shop.plan("99.00", product=till.product)
        for _ in range(2):
            assert isinstance(till.do(CHANGE, price=other), NeedsBuyer)

        till.paypal.act("approve_revision", subscription=till.id)
        assert till.mirrored.price == other

    def test_of_the_quantity(self, till: Till) -> None:
        plan = till.shop.plan("9.00", product=till.product, quantity_supported=True)
        till.id = till.shop.subscription(plan, quantity="2")
        assert till.do(CHANGE, price=plan, quantity=2) == Accepted()

        assert isinstance(till.do(CHANGE, price=plan, quantity=3), NeedsBuyer)
        till.paypal.act("approve_revision", subscription=till.id)
        assert (till.mirrored.quantity, till.mirrored.amount_minor) == (3, 2700)

    def test_to_another_product_is_refused(self, till: Till) -> None:
        assert till.refusal(CHANGE, price=till.shop.plan("99.00")) == "offer_not_compatible"


class TestReprice:
    def test_holds_for_this_subscription_only_and_is_repeatable(self, till: Till) -> None:
        for _ in range(2):
            assert till.do(REPRICE, amount_minor=3950, currency="eur") == Accepted()

        assert till.mirrored.amount_minor == 3950
        assert len(till.paypal.changes()) == 1
        other = till.shop.subscription(till.plan)
        assert till.shop.get(other, fields="plan")["plan"]["billing_cycles"][0]["pricing_scheme"][
            "fixed_price"
        ] == {"currency_code": "EUR", "value": "49.00"}

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_an_answer_that_is_lost_is_no_refusal(self, till: Till, when: str) -> None:
        till.fault("error", when)
        with pytest.raises(ProviderUnavailableError):
            till.do(REPRICE, amount_minor=3950, currency="eur")

        assert till.do(REPRICE, amount_minor=3950, currency="eur") == Accepted()
        assert till.mirrored.amount_minor == 3950

    def test_finds_the_regular_cycle_behind_a_trial(self, till: Till) -> None:
        cycles = [free_trial(7), cycle("49.00", sequence=2)]
        till.id = till.shop.subscription(till.shop.plan(billing_cycles=cycles))

        assert till.do(REPRICE, amount_minor=3950, currency="eur") == Accepted()
        assert till.mirrored.amount_minor == 3950

    def test_is_the_price_of_all_units(self, till: Till) -> None:
        plan = till.shop.plan("9.00", quantity_supported=True)
        till.id = till.shop.subscription(plan, quantity="3")

        assert till.refusal(REPRICE, amount_minor=1000, currency="eur") == "amount_not_divisible"
        assert till.do(REPRICE, amount_minor=1500, currency="eur") == Accepted()
        assert till.mirrored.amount_minor == 1500

    def test_stays_in_its_currency(self, till: Till) -> None:
        assert till.refusal(REPRICE, amount_minor=3950, currency="usd") == "currency_mismatch"

    def test_of_tiers_there_is_no_one_price(self, till: Till) -> None:
        tiers = [
            {"starting_quantity": "1", "amount": {"currency_code": "EUR", "value": "5.00"}},
        ]
        scheme = {"pricing_model": "TIERED", "tiers": tiers}
        cycles = [cycle("1.00", pricing_scheme=scheme)]
        till.id = till.shop.subscription(
            till.shop.plan(billing_cycles=cycles, quantity_supported=True)
        )

        assert till.refusal(REPRICE, amount_minor=3950, currency="eur") == "price_is_unknown"


MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (CANCEL, {"at": MOMENT}),
        (CANCEL, {"at_period_end": True}),
        (PAUSE, {"at": MOMENT}),
        (OperationKind.UNDO_CANCEL, {}),
        (OperationKind.DROP_PENDING, {}),
    ],
)
def test_what_paypal_does_not_offer_is_refused_unasked(
    till: Till, kind: OperationKind, fields: dict[str, Any]
) -> None:
    assert till.refusal(kind, **fields) == "not_offered_by_provider"
    assert till.paypal.calls == []


class TestTheReason:
    def said(self, **fields: Any) -> str:
        return reason_of(SubscriptionCommand(operation_id(), CANCEL, "I-1", **fields))

    def test_begins_with_the_operation(self) -> None:
        assert self.said() == operation_id()
        assert self.said(reason="too_expensive") == f"{operation_id()}: too_expensive"
        assert self.said(reason="other", comment="Not\nmine.").endswith(": other Not mine.")

    def test_cannot_pass_for_another_operation(self, till: Till) -> None:
        till.do(CANCEL, comment=f"{operation_id(2)} {operation_id(3)}")

        assert till.mirrored.operation_id == operation_id(1)

    @pytest.mark.parametrize("comment", ["x" * 5000, "ü 漢 🎉" * 100, "\ud800\x00\u202e" * 9])
    def test_is_never_longer_than_paypal_takes_and_always_legible(
        self, till: Till, comment: str
    ) -> None:
        said = self.said(comment=comment)

        assert len(said) <= LONGEST_REASON
        assert said.isprintable()
        assert till.do(CANCEL, comment=comment) == Accepted()
        assert till.mirrored.operation_id == operation_id()


def test_an_answer_that_cannot_be_read_is_no_refusal() -> None:
    http = FakeHttp()
    http.answers("/v1/billing/subscriptions/I-1?fields=plan", {"id": "I-1", "status": "NEW"})
    commands = PayPalCommands(lambda: client_for(http), refunds=MemoryRefundIndex())

    with pytest.raises(ProviderUnavailableError) as raised:
        commands.change_subscription(SubscriptionCommand(operation_id(), CANCEL, "I-1"))
    assert "NEW" not in str(raised.value)


@pytest.mark.parametrize("kind", [CANCEL, PAUSE, RESUME, CHANGE, REPRICE])
def test_a_verb_may_be_repeated_for_a_while_only(kind: OperationKind) -> None:
    commands = PayPalCommands(lambda: client_for(FakeHttp()), refunds=MemoryRefundIndex())

    most = timedelta(days=1) if kind is CANCEL else timedelta(hours=1)
    assert timedelta(minutes=30) < commands.key_window(kind) <= most
