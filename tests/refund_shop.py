"""Refunds at a local provider through the API's edge: what is the same for every provider."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from frontdesk.adapters.dynamodb.mirror import DynamoMirrorStore
from frontdesk.adapters.dynamodb.operation_store import DynamoOperations
from frontdesk.adapters.dynamodb.operations import Gateway
from frontdesk.adapters.dynamodb.paid_subscriptions import DynamoPaidSubscriptions
from frontdesk.adapters.dynamodb.refund_requests import DynamoRefundRequests
from frontdesk.adapters.dynamodb.refunds import DynamoRefunds
from frontdesk.adapters.dynamodb.requests import DynamoRequests
from frontdesk.adapters.dynamodb.transactions import DynamoTransactions
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.transaction import Transaction
from frontdesk.entrypoints.cursor import Cursors
from frontdesk.entrypoints.http import http_function
from frontdesk.entrypoints.plans import Plans
from frontdesk.entrypoints.refund_requests import refund_request_handlers
from frontdesk.entrypoints.refunds import refund_handlers
from frontdesk.ports.commands import ProviderCommands
from frontdesk.ports.provider import Provider
from frontdesk.use_cases.mirror import Mirror, mirror_object
from frontdesk.use_cases.operation_sweep import SweepReport, tend
from frontdesk.use_cases.operations import OperationWorld
from frontdesk.use_cases.refund_requests import RequestWorld
from frontdesk.use_cases.refunds import RefundWorld
from tests.fakes.api_gateway import STAFF, Answer, ask, event
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import MemoryGateway
from tests.fakes.ids import CountingIds
from tests.fakes.settings import FixedSettings

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
_SECRET = "a secret of this test, long enough"


def key(number: int) -> str:
    """A UUID for each number."""
    return f"00000000-0000-4000-8000-{number:012x}"


def operation_id(number: int) -> str:
    """Of the refund that STAFF orders under `key(number)`."""
    route = "POST /v1/transactions/{id}/refunds"
    return derived_id("op", origin=f"request:{STAFF.key}#{route}#{key(number)}")


@dataclass(frozen=True, slots=True)
class AtProvider:
    """A refund that the provider has, in minor units; dead ones do not count."""

    id: str
    amount_minor: int
    operation_id: str | None


@dataclass
class RefundShop(ABC):
    name: ClassVar[ProviderName]
    currency: ClassVar[str]

    standin: Any
    gateway: Gateway = field(default_factory=MemoryGateway, kw_only=True)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START), kw_only=True)
    world: RefundWorld = field(init=False)

    def __post_init__(self) -> None:
        self.standin.clock.freeze(int(START.timestamp()))
        provider, commands = self._adapters()
        store = DynamoMirrorStore(self.gateway, clock=self.clock, currency="usd")
        self.world = RefundWorld(
            transactions=DynamoTransactions(self.gateway),
            subscriptions=DynamoPaidSubscriptions(self.gateway),
            refunds=DynamoRefunds(self.gateway),
            doing=OperationWorld(
                operations=DynamoOperations(self.gateway, clock=self.clock),
                commands={self.name: commands},
                mirror=Mirror(provider=provider, store=store),
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

    # --- the provider's own -----------------------------------------------------------------

    @abstractmethod
    def _adapters(self) -> tuple[Provider, ProviderCommands]: ...

    @abstractmethod
    def captured_at_provider(self, payment: str) -> int: ...

    @abstractmethod
    def refunds_of(self, payment: str) -> Sequence[AtProvider]:
        """Those at the provider that are alive."""

    @abstractmethod
    def paid_at(self, payment: str) -> datetime: ...

    # --- what happens ---------------------------------------------------------------------------

    def hear_of(self, payment: str) -> None:
        """An event about it arrives."""
        reference = ObjectReference(self.name, ObjectKind.PAYMENT, payment)
        mirror_object(reference, mirror=self.world.doing.mirror)

    def refund(
        self, payment: str, amount_minor: int | None = None, *, number: int = 1, **body: Any
    ) -> Answer:
        given: dict[str, Any] = {"reason": "requested_by_customer", **body}
        if amount_minor is not None:
            given["amount"] = {"amount": amount_minor, "currency": self.currency}
        headers = {"content-type": "application/json", "idempotency-key": key(number)}
        made = event(
            "POST /v1/transactions/{id}/refunds",
            caller=STAFF,
            path={"id": self.transaction_id(payment)},
            headers=headers,
            body=json.dumps(given),
        )
        return ask(self.function, made)

    def pass_time(self, later: timedelta) -> None:
        """Here and at the provider."""
        self.clock.advance(later)
        self.standin.advance_to(int(self.clock.now().timestamp()))

    def tend(self, *, later: timedelta = timedelta(seconds=70)) -> SweepReport:
        self.pass_time(later)
        return tend(world=self.world.doing, until=self.clock.now() + timedelta(seconds=1))

    # --- what is seen ---------------------------------------------------------------------------

    def transaction_id(self, payment: str) -> str:
        origin = f"{self.name}:payment:{payment}"
        return derived_id("txn", origin=origin, at=self.paid_at(payment))

    def transaction(self, payment: str) -> Transaction:
        found = self.world.transactions.find(self.transaction_id(payment))
        assert found is not None
        return found

    def wrongs(self, payment: str) -> list[str]:
        """In which this payment's rows are not what the provider says, when all is quiet."""
        seen, at_provider = self.transaction(payment), self.refunds_of(payment)
        said = sum(refund.amount_minor for refund in at_provider)
        captured = self.captured_at_provider(payment)
        checks = {
            "more refunded than captured": said <= captured,
            f"refunded {seen.refunded_minor}, really {said}": seen.refunded_minor == said,
            f"reserved {dict(seen.reservations)}": not seen.reservations,
            f"left {seen.refundable_minor}": seen.refundable_minor == captured - said
            or seen.is_disputed,
            "one operation made two refunds": _are_single(at_provider),
        }
        return [wrong for wrong, is_right in checks.items() if not is_right]


def _are_single(refunds: Iterable[AtProvider]) -> bool:
    named = [refund.operation_id for refund in refunds if refund.operation_id]
    return len(named) == len(set(named))
