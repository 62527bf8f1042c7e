"""Refunds at the local Stripe, in process or over HTTP, through the API's edge."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.operations import Gateway
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refund_requests import DynamoRefundRequests
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.adapters.stripe.client import make_client
from frontdesk.adapters.stripe.commands import StripeCommands
from frontdesk.adapters.stripe.provider import StripeProvider
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.transaction import Transaction
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.refund_requests import refund_request_handlers
from frontdesk.entrypoints.refunds import refund_handlers
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.operation_sweep import SweepReport, tend
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refund_requests import RequestWorld
from frontdesk.use_cases.refunds import RefundWorld
from infra.local.stripe.server import running
from infra.local.stripe.standin import StandIn
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings
from tests.stripe_in_process import StripeInProcess

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
STRIPE = ProviderName.STRIPE
_SECRET = "a secret of this test, long enough"
_OVER = ("failed", "canceled")


def key(number: int) -> str:
    """A UUID for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


def operation_id(number: int) -> str:
    """Of the refund that STAFF orders under `key(number)`."""
    route = "POST /v1/transactions/{id}/refunds"
    return derived_id("op", origin=f"request:{STAFF.key}#{route}#{key(number)}")


@dataclass
class StripeRefundShop:
    """`client` answers what the product's adapters ask; the test itself acts through `beside`."""

    standin: StandIn
    client: Callable[[], Any]
    gateway: Gateway = field(default_factory=MemoryGateway)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    world: RefundWorld = field(init=False)
    beside: StripeInProcess = field(init=False)

    def __post_init__(self) -> None:
        self.standin.clock.freeze(int(START.timestamp()))
        self.beside = StripeInProcess(self.standin)
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency="usd")
        self.world = RefundWorld(
            transactions=DynamoTransactions(self.gateway),
            subscriptions=DynamoPaidSubscriptions(self.gateway),
            refunds=DynamoRefunds(self.gateway),
            doing=OperationWorld(
                operations=DynamoOperations(self.gateway, clock=self.clock),
                commands={STRIPE: StripeCommands(self.client)},
                mirror=Mirror(provider=StripeProvider(self.client), store=store),
                clock=self.clock,
            ),
        )
        requests = DynamoRefundRequests(self.gateway, clock=self.clock)
        records = DynamoRequests(self.gateway, clock=self.clock, ids=CountingIds())
        cursors = Cursors(lambda: _SECRET)
        request_world = RequestWorld(
            requests=requests, settings=FixedSettings(), refunding=self.world
        )
        self.function = http_function(
            "refunds",
            {
                **refund_handlers(
                    refunds=lambda: self.world.refunds,
                    transactions=lambda: self.world.transactions,
                    subscriptions=lambda: self.world.subscriptions,
                    world=lambda: self.world,
                    plans=Plans(lambda: _SECRET, clock=self.clock),
                    cursors=cursors,
                ),
                **refund_request_handlers(
                    requests=lambda: requests, world=lambda: request_world, cursors=cursors
                ),
            },
            requests=lambda: records,
        )

    # --- what happens ---------------------------------------------------------------------------

    def pay(self, amount_minor: int = 1000, *, card: str = "pm_card_visa") -> str:
        """A payment that is mirrored; its charge."""
        customer = self.beside.post("customers", name="Zoë")["id"]
        method = self.beside.post(f"payment_methods/{card}/attach", customer=customer)["id"]
        intent = self.beside.post(
            "payment_intents",
            amount=amount_minor,
            currency="usd",
            customer=customer,
            payment_method=method,
            confirm=True,
        )
        charge = str(intent["latest_charge"])
        self.hear_of(charge)
        return charge

    def hear_of(self, charge: str) -> None:
        """An event about it arrives."""
        mirror_object(
            ObjectReference(STRIPE, ObjectKind.PAYMENT, charge), mirror=self.world.doing.mirror
        )

    def refund(
        self, charge: str, amount_minor: int | None = None, *, number: int = 1, **body: Any
    ) -> Answer:
        given: dict[str, Any] = {"reason": "requested_by_customer", **body}
        if amount_minor is not None:
            given["amount"] = {"amount": amount_minor, "currency": "usd"}
        headers = {"content-type": "application/json", "idempotency-key": key(number)}
        made = event(
            "POST /v1/transactions/{id}/refunds",
            caller=STAFF,
            path={"id": self.transaction_id(charge)},
            headers=headers,
            body=json.dumps(given),
        )
        return ask(self.function, made)

    def pass_time(self, later: timedelta) -> None:
        """Here and at Stripe."""
        self.clock.advance(later)
        self.standin.advance_to(int(self.clock.now().timestamp()))

    def tend(self, *, later: timedelta = timedelta(seconds=70)) -> SweepReport:
        self.pass_time(later)
        return tend(world=self.world.doing, until=self.clock.now() + timedelta(seconds=1))

    # --- what is seen ---------------------------------------------------------------------------

    def transaction_id(self, charge: str) -> str:
        at = datetime.fromtimestamp(self.standin.account.get("charge", charge)["created"], UTC)
        return derived_id("txn", origin=f"stripe:payment:{charge}", at=at)

    def transaction(self, charge: str) -> Transaction:
        found = self.world.transactions.find(self.transaction_id(charge))
        assert found is not None
        return found

    def refunds_at_stripe(self, charge: str) -> list[Mapping[str, Any]]:
        found = self.standin.account.store.linked("refund", "charge", charge)
        return [refund for refund in found if refund["status"] not in _OVER]

    def wrongs(self, charge: str) -> list[str]:
        """In which this payment's rows are not what Stripe says, when all is quiet."""
        seen, at_stripe = self.transaction(charge), self.refunds_at_stripe(charge)
        said = sum(refund["amount"] for refund in at_stripe)
        captured = self.beside.get(f"charges/{charge}")["amount_captured"]
        checks = {
            "more refunded than captured": said <= captured,
            f"refunded {seen.refunded_minor}, at Stripe {said}": seen.refunded_minor == said,
            f"reserved {dict(seen.reservations)}": not seen.reservations,
            f"left {seen.refundable_minor}": seen.refundable_minor == captured - said
            or seen.is_disputed,
            "one operation made two refunds": _are_single(at_stripe),
        }
        return [wrong for wrong, is_right in checks.items() if not is_right]


def _are_single(refunds: list[Mapping[str, Any]]) -> bool:
    named = [refund["metadata"]["frontdesk_operation"] for refund in refunds if refund["metadata"]]
    return len(named) == len(set(named))


def in_process(*, seed: int = 7) -> StripeRefundShop:
    standin = StandIn(seed=seed)
    client = StripeInProcess(standin)
    return StripeRefundShop(standin, lambda: client)


@contextmanager
def over_http(*, seed: int = 7) -> Iterator[StripeRefundShop]:
    standin = StandIn(seed=seed)
    with running(standin, prefix="/stripe") as server:
        client = make_client("sk_test_product", api_base=server.api_base, retries=0)
        yield StripeRefundShop(standin, lambda: client)
