"""What every provider's verbs on subscriptions do: once, repeatable, and seen to have come true."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.domain.capabilities import CAPABILITIES, Capability
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import ObjectKind
from frontdesk.domain.subscription import (
    OpenOperation,
    Subscription,
    SubscriptionStatus,
    subscription_of,
)
from frontdesk.domain.subscription_command import SubscriptionWish, is_fulfilled, parameters_of
from frontdesk.domain.subscription_outcome import with_what_is_ours
from frontdesk.ports.commands import Accepted, CommandRejectedError, NeedsBuyer
from frontdesk.ports.provider import ProviderUnavailableError
from tests.conformance.conftest import PROVIDERS
from tests.conformance.shop import START, ProviderShop, operation_id

CANCEL, PAUSE, RESUME = OperationKind.CANCEL, OperationKind.PAUSE, OperationKind.RESUME
CHANGE, REPRICE = OperationKind.CHANGE, OperationKind.REPRICE
VERBS = (CANCEL, PAUSE, RESUME, CHANGE, REPRICE)
STATE_VERBS = (CANCEL, PAUSE, RESUME)
NEW_PRICE = 9900
each_verb = pytest.mark.parametrize("verb", VERBS)
each_state_verb = pytest.mark.parametrize("verb", STATE_VERBS)


class Case:
    """A paid subscription, brought where `verb` has something to do."""

    def __init__(self, shop: ProviderShop, verb: OperationKind) -> None:
        self.shop, self.verb = shop, verb
        self.id = shop.paid_subscription()
        if verb is RESUME:
            shop.do(PAUSE, self.id, number=99)
        price = shop.other_price(NEW_PRICE) if verb is CHANGE else None
        priced = {"amount_minor": NEW_PRICE, "currency": shop.currency}
        self.fields: dict[str, Any] = priced if verb in (CHANGE, REPRICE) else {}
        if price is not None:
            self.fields["price"] = price
        self.before = self.look()
        self.sent_before = len(shop.changes())

    def do(self, *, number: int = 1) -> Accepted | NeedsBuyer:
        return self.shop.do(self.verb, self.id, number=number, **self.fields)

    def look(self) -> Subscription:
        snapshot = self.shop.subscription(self.id)
        return subscription_of(snapshot, customer_id="cus_1", version=1)

    def agree_if_asked(self, answer: Accepted | NeedsBuyer) -> None:
        if isinstance(answer, NeedsBuyer):
            self.shop.buyer_agrees(self.id)

    @property
    def wish(self) -> SubscriptionWish:
        return SubscriptionWish(kind=self.verb, **self.fields)

    def is_as_wished(self) -> bool:
        return is_fulfilled(self.wish, self.look())

    def is_concluded(self) -> bool:
        """Whether the mirror sees that the operation has come true."""
        marked = OpenOperation(operation_id(), self.verb, parameters_of(self.wish))
        before = replace(self.before, open_operation=marked)
        snapshot = self.shop.subscription(self.id)
        after = subscription_of(snapshot, customer_id="cus_1", version=2)
        outcome = with_what_is_ours(before, after, snapshot)
        return outcome.failure_code is None and outcome.subscription.open_operation is None

    def sent(self) -> int:
        return len(self.shop.changes()) - self.sent_before


@each_verb
def test_is_done_and_the_mirror_sees_it(shop: ProviderShop, verb: OperationKind) -> None:
    case = Case(shop, verb)
    assert not case.is_as_wished()

    case.agree_if_asked(case.do())

    assert case.is_as_wished()
    assert case.is_concluded()


@pytest.mark.parametrize("verb", [PAUSE, RESUME])
def test_the_subscription_tells_which_operation_changed_it_last(
    shop: ProviderShop, verb: OperationKind
) -> None:
    case = Case(shop, verb)
    case.do()

    assert shop.subscription(case.id).operation_id == operation_id()


@each_verb
def test_repeated_it_stays_as_it_is(shop: ProviderShop, verb: OperationKind) -> None:
    """By the same operation and by another."""
    case = Case(shop, verb)
    case.agree_if_asked(case.do())
    shown = case.look()

    for number in (1, 2):
        with suppress(CommandRejectedError):  # what is over cannot be ended again
            case.do(number=number)

    # A second operation may have made a second price of the same amount.
    assert replace(case.look(), price=shown.price) == shown
    assert case.is_as_wished()


@pytest.mark.parametrize("kind", ["error", "hang", "reset"])
@each_verb
def test_done_and_not_answered_it_is_no_refusal(
    shop: ProviderShop, verb: OperationKind, kind: str
) -> None:
    case = Case(shop, verb)
    shop.fail_verb(kind, when="after")

    with pytest.raises(ProviderUnavailableError):
        case.do()
    with suppress(CommandRejectedError, ProviderUnavailableError):
        case.agree_if_asked(case.do())

    assert case.is_as_wished()
    assert case.is_concluded()


@pytest.mark.parametrize("kind", ["error", "hang", "reset", "rate_limited"])
@each_verb
def test_not_done_and_not_answered_it_may_be_asked_again(
    shop: ProviderShop, verb: OperationKind, kind: str
) -> None:
    case = Case(shop, verb)
    shop.fail_verb(kind, when="before")

    with pytest.raises(ProviderUnavailableError):
        case.do()
    assert case.look() == case.before

    case.agree_if_asked(case.do())
    assert case.is_as_wished()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
@each_verb
def test_what_is_not_about_the_command_refuses_nothing(
    shop: ProviderShop, verb: OperationKind, status: int
) -> None:
    case = Case(shop, verb)
    shop.fail_verb("error", when="before", status=status, times=None)

    with pytest.raises(ProviderUnavailableError):
        case.do()


@each_state_verb
def test_done_by_somebody_else_first_it_stays_done(shop: ProviderShop, verb: OperationKind) -> None:
    case = Case(shop, verb)
    shop.act(verb, case.id)

    with suppress(CommandRejectedError):
        case.do()

    assert case.is_as_wished()


@each_verb
def test_an_unknown_subscription_is_refused(shop: ProviderShop, verb: OperationKind) -> None:
    case = Case(shop, verb)
    case.id = shop.missing[ObjectKind.SUBSCRIPTION]

    with pytest.raises(CommandRejectedError) as refused:
        case.do()
    assert refused.value.code == "unknown_at_provider"
    assert case.sent() <= 1


@pytest.mark.parametrize("verb", [PAUSE, RESUME, CHANGE, REPRICE])
def test_what_is_over_stays_over(shop: ProviderShop, verb: OperationKind) -> None:
    case = Case(shop, verb)
    shop.do(CANCEL, case.id, number=98)

    with pytest.raises(CommandRejectedError):
        case.do()
    assert case.look().status is SubscriptionStatus.CANCELED


def test_a_change_that_needs_the_buyer_changes_nothing_before(shop: ProviderShop) -> None:
    case = Case(shop, CHANGE)

    answer = case.do()

    needs_buyer = CAPABILITIES[shop.name]["change"] is Capability.NEEDS_BUYER
    assert isinstance(answer, NeedsBuyer) is needs_buyer
    assert case.is_as_wished() is not needs_buyer


LATER = START + timedelta(days=40)
PROMISES: dict[str, tuple[OperationKind, dict[str, Any]]] = {
    # A verb of domain/capabilities.py, and the command that it promises to take as it is.
    "pause": (PAUSE, {}),
    "pause_until": (PAUSE, {"at": LATER}),
    "resume": (RESUME, {}),
    "cancel": (CANCEL, {}),
    "cancel_at_period_end": (CANCEL, {"at_period_end": True}),
    "cancel_on_date": (CANCEL, {"at": LATER}),
    "undo_cancel": (OperationKind.UNDO_CANCEL, {"at_period_end": True}),
    "change": (CHANGE, {}),
    "price": (REPRICE, {}),
}
NOT_COMMANDS = {"proration"}


@pytest.mark.parametrize("promise", PROMISES)
def test_what_the_capabilities_promise_is_so(shop: ProviderShop, promise: str) -> None:
    verb, fields = PROMISES[promise]
    case = Case(shop, verb)
    case.fields |= fields
    ours = (Capability.EMULATED, Capability.NONE)

    if CAPABILITIES[shop.name][promise] not in ours:
        assert case.do() is not None
        return
    with pytest.raises(CommandRejectedError) as refused:
        case.do()
    assert refused.value.code == "not_offered_by_provider"
    assert case.sent() == 0


def test_every_capability_is_held_against_the_adapter() -> None:
    for made in PROVIDERS:
        assert set(CAPABILITIES[made.name]) == set(PROMISES) | NOT_COMMANDS


@pytest.mark.parametrize("verb", list(OperationKind))
def test_every_operation_may_be_repeated_for_a_while_but_not_for_ever(
    shop: ProviderShop, verb: OperationKind
) -> None:
    """The first looks after a lost answer come within half an hour."""
    window = shop.commands.key_window(verb)

    assert timedelta(minutes=30) <= window <= timedelta(days=45)
