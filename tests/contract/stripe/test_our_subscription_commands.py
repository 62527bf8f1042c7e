"""What the product tells Stripe to do with subscriptions, held against Stripe's description."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind
from frontdesk.ports.commands import CommandRejectedError, Proration, SubscriptionCommand
from tests.contract.stripe.conftest import START, Shop
from tests.contract.stripe.openapi import recorded_requests, validate_request
from tests.fakes.clock import FakeClock

DATE = datetime.fromtimestamp(START, UTC) + timedelta(days=9)


class Till:
    """One paid subscription, and verbs on it; each command is an operation of its own."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        client: stripe.StripeClient = make_client("sk_test_x", api_base=shop.server.api_base)
        self.commands = StripeCommands(
            lambda: client, clock=FakeClock(datetime.fromtimestamp(START, UTC))
        )
        self.id = str(shop.subscription(shop.customer(), shop.price(4900)).id)
        self.count = 0

    def do(self, kind: OperationKind, *, number: int | None = None, **fields: Any) -> Any:
        self.count += 1
        operation_id = derived_id("op", origin=f"contract:{number or self.count}")
        command = SubscriptionCommand(operation_id, kind, self.id, **fields)
        self.commands.change_subscription(command)
        return self.shop.v1.subscriptions.retrieve(self.id)


@pytest.fixture
def till(shop: Shop) -> Iterator[Till]:
    till = Till(shop)
    shop.standin.api.log.clear()
    yield till
    for method, path, params in recorded_requests(shop.standin.api.log):
        validate_request(method, path, params)


def test_ends_at_the_period_on_a_date_and_not_at_all(till: Till) -> None:
    said: dict[str, Any] = {"reason": "too_expensive", "comment": "No more."}

    ending = till.do(OperationKind.CANCEL, at_period_end=True, **said)
    assert (ending.cancel_at_period_end, ending.cancellation_details.comment) == (True, "No more.")
    assert not till.do(OperationKind.UNDO_CANCEL, at_period_end=True).cancel_at
    assert till.do(OperationKind.CANCEL, at=DATE).cancel_at == int(DATE.timestamp())
    assert till.do(OperationKind.UNDO_CANCEL).cancel_at is None


def test_ends_at_once_and_not_twice(till: Till) -> None:
    assert till.do(OperationKind.CANCEL, reason="too_expensive").status == "canceled"
    with pytest.raises(CommandRejectedError) as refused:
        till.do(OperationKind.CANCEL)
    assert refused.value.code == "unknown_at_provider"


def test_pauses_and_resumes(till: Till) -> None:
    assert till.do(OperationKind.PAUSE, at=DATE).pause_collection.resumes_at
    assert till.do(OperationKind.RESUME).pause_collection is None
    assert till.do(OperationKind.PAUSE).pause_collection.behavior == "void"


def test_resumes_what_stripe_itself_has_paused(till: Till) -> None:
    path = f"/v1/subscriptions/{till.id}/pause"
    till.shop.control.post("dashboard/call", method="POST", path=path, params={})

    assert till.do(OperationKind.RESUME).status == "active"


@pytest.mark.parametrize("proration", list(Proration))
def test_changes_the_price(till: Till, proration: Proration) -> None:
    changed = till.do(
        OperationKind.CHANGE, price=till.shop.price(9900), quantity=2, proration=proration
    )

    assert (changed["items"].data[0].price.unit_amount, changed["items"].data[0].quantity) == (
        9900,
        2,
    )
    assert changed.metadata["frontdesk_operation"].startswith("op_")


def test_changes_at_the_period_end_and_lets_that_be(till: Till) -> None:
    end = datetime.fromtimestamp(till.shop.v1.subscriptions.retrieve(till.id).created, UTC)
    later: dict[str, Any] = {"at": end + timedelta(days=31), "at_period_end": True}

    for number in (1, 1, 2):
        changed = till.do(
            OperationKind.CHANGE, number=number, price=till.shop.price(900), quantity=3, **later
        )
    schedule = till.shop.v1.subscription_schedules.retrieve(changed.schedule)
    assert [(p["items"][0].quantity, p.start_date) for p in schedule.phases] == [
        (1, START),
        (3, int(later["at"].timestamp())),
    ]
    assert schedule.metadata["frontdesk_operation"] == changed.metadata["frontdesk_operation"]
    dropped = till.do(OperationKind.DROP_PENDING, number=3)
    assert dropped.schedule is None


def test_a_cancellation_lets_the_schedule_go_first(till: Till) -> None:
    later: dict[str, Any] = {"at": DATE + timedelta(days=22), "at_period_end": True}
    till.do(OperationKind.CHANGE, price=till.shop.price(900), quantity=1, **later)

    ending = till.do(OperationKind.CANCEL, at_period_end=True)

    assert (ending.schedule, ending.cancel_at_period_end) == (None, True)


def test_a_price_of_its_own_is_made_once(till: Till) -> None:
    for _ in range(2):
        changed = till.do(
            OperationKind.REPRICE,
            number=77,
            amount_minor=7700,
            currency="usd",
            proration=Proration.INVOICE_NOW,
        )

    assert changed["items"].data[0].price.unit_amount == 7700
    made = [call for call in till.shop.standin.api.log if call["path"] == "/v1/prices"]
    prices = till.shop.v1.prices.list({"limit": 100}).data
    assert len(made) == 2
    assert len([price for price in prices if price.unit_amount == 7700]) == 1


def test_a_change_that_is_not_paid_is_none(till: Till) -> None:
    customer = till.shop.v1.subscriptions.retrieve(till.id).customer
    method = till.shop.v1.payment_methods.list({"customer": customer}).data[0].id
    till.shop.control.post("dashboard/card", payment_method=method, conduct="generic_decline")
    till.shop.advance(days=3)

    with pytest.raises(CommandRejectedError) as refused:
        till.do(OperationKind.CHANGE, price=till.shop.price(9900), proration=Proration.INVOICE_NOW)

    assert refused.value.code == "payment_failed"
