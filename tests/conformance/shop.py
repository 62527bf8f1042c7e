"""What a provider has to bring along to be held against the suite: its stand-in, set up in a few
words, with the product's adapters in front of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from frontdesk.domain.ids import derived_id
from frontdesk.domain.operation import OperationKind
from frontdesk.domain.snapshot import (
    ObjectKind,
    ObjectReference,
    PaymentSnapshot,
    ProviderName,
    Snapshot,
    SubscriptionSnapshot,
)
from frontdesk.ports.commands import (
    CommandAnswer,
    ProviderCommands,
    RefundCommand,
    SubscriptionCommand,
)
from frontdesk.ports.payment_methods import PaymentMethodCommands, Setup, SetupCommand
from frontdesk.ports.provider import Provider
from infra.local.provider.faults import Fault
from tests.fakes.clock import FakeClock

START = datetime(2026, 1, 1, tzinfo=UTC)
CAPTURED = 4900
"""Minor units of each payment that is not told otherwise."""


def operation_id(number: int = 1) -> str:
    return derived_id("op", origin=f"conformance:{number}")


@dataclass(frozen=True, slots=True)
class DeadNetwork:
    """The adapters as they are deployed, where nobody answers; how long each call would wait."""

    provider: Provider
    commands: ProviderCommands
    methods: PaymentMethodCommands
    time_outs: list[Any]


class ProviderShop(ABC):
    name: ClassVar[ProviderName]
    currency: ClassVar[str] = "eur"
    missing: ClassVar[Mapping[ObjectKind, str]]
    """For each kind that can be fetched, an id that looks right and that nobody has."""
    standin: Any
    provider: Provider
    commands: ProviderCommands
    methods: PaymentMethodCommands

    def __init__(self) -> None:
        self.clock = FakeClock(START)
        self._open()
        self.standin.clock.freeze(int(START.timestamp()))

    # --- how things are set up ---------------------------------------------------------------

    @abstractmethod
    def _open(self) -> None:
        """Sets `standin`, `provider`, `commands` and `methods`."""

    @abstractmethod
    def objects(self) -> Mapping[ObjectKind, str]:
        """One of each kind that can be fetched."""

    @abstractmethod
    def captured_payment(self, amount_minor: int = CAPTURED, currency: str | None = None) -> str:
        """Paid and not refunded."""

    @abstractmethod
    def paid_subscription(self) -> str:
        """Of one unit at CAPTURED a month, with the first month paid."""

    @abstractmethod
    def other_price(self, amount_minor: int) -> str:
        """A price to which the subscription may change."""

    @abstractmethod
    def buyer_agrees(self, subscription: str) -> None:
        """To the change that waits for them."""

    @abstractmethod
    def person(self) -> str:
        """Somebody who has bought something, as the provider names them."""

    @abstractmethod
    def agree_to_setup(self, setup_id: str) -> None:
        """As the person does with the provider."""

    @abstractmethod
    def act(self, verb: OperationKind, subscription: str) -> None:
        """Somebody pauses, resumes or cancels it in the provider's own dashboard."""

    @abstractmethod
    def dispute(self, payment: str) -> None: ...

    # --- what is seen ---------------------------------------------------------------------------

    @abstractmethod
    def changes(self) -> list[tuple[str, str]]:
        """Calls of ours that were no look, by method and address."""

    @abstractmethod
    def refunds_at_provider(self, payment: str) -> list[int]:
        """Minor units of each, as the provider has them."""

    @abstractmethod
    @contextmanager
    def dead_network(self) -> Iterator[DeadNetwork]: ...

    # --- the same for all -----------------------------------------------------------------------

    def fail(self, kind: str, *, method: str, path: str = ".*", **more: Any) -> None:
        """The next call; see infra/local/provider/faults.py."""
        self.standin.api.faults.add(Fault(kind, method=method, path=path, **more))

    def fail_refund(self, kind: str, *, when: str, **more: Any) -> None:
        self.fail(kind, method="POST", path=".*/refunds?", when=when, **more)

    def fail_verb(self, kind: str, *, when: str, **more: Any) -> None:
        path = ".*/subscriptions/.*"
        self.fail(kind, method="POST|PATCH|DELETE", path=path, when=when, **more)

    def is_well_again(self) -> None:
        self.standin.api.faults.clear()

    def pass_time(self, later: timedelta) -> None:
        self.clock.advance(later)
        self.standin.advance_to(int(self.clock.now().timestamp()))

    def fetch(self, kind: ObjectKind, provider_id: str) -> Snapshot | None:
        return self.provider.fetch(ObjectReference(self.name, kind, provider_id))

    def payment(self, provider_id: str) -> PaymentSnapshot:
        found = self.fetch(ObjectKind.PAYMENT, provider_id)
        assert isinstance(found, PaymentSnapshot)
        return found

    def subscription(self, provider_id: str) -> SubscriptionSnapshot:
        found = self.fetch(ObjectKind.SUBSCRIPTION, provider_id)
        assert isinstance(found, SubscriptionSnapshot)
        return found

    def refund(
        self, payment: str, amount_minor: int = 500, *, number: int = 1, currency: str | None = None
    ) -> CommandAnswer:
        command = RefundCommand(
            operation_id(number), payment, amount_minor, currency or self.currency
        )
        return self.commands.refund(command)

    def do(
        self, verb: OperationKind, subscription: str, *, number: int = 1, **fields: Any
    ) -> CommandAnswer:
        command = SubscriptionCommand(operation_id(number), verb, subscription, **fields)
        return self.commands.change_subscription(command)

    def set_up(self, person: str, *, number: int = 1) -> Setup:
        command = SetupCommand(operation_id(number), person, return_to="https://shop.example/back")
        return self.methods.set_up(command)

    def saved_method(self, person: str) -> str:
        setup = self.set_up(person)
        self.agree_to_setup(setup.id)
        return self.methods.confirm(setup.id, customer=person)
