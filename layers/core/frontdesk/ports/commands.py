"""What a provider can be told to do.

Each command carries the id of its stored operation, which the provider gets as idempotency key
where it takes one, and keeps with the object, so that the effect can be found again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from frontdesk.domain.operation import OperationKind
from frontdesk.ports.provider import ProviderRejectedError


@dataclass(frozen=True, slots=True)
class RefundCommand:
    """`reason` is the provider-neutral word, or None."""

    operation_id: str
    payment: str
    amount_minor: int
    currency: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CreditMemoCommand:
    """A paper that says what of an invoice was given back by `refund`, tax included.

    All ids but the operation's are the provider's.
    """

    operation_id: str
    invoice: str
    refund: str
    amount_minor: int
    currency: str
    reason: str | None = None


class Proration(StrEnum):
    NONE = "none"
    PRORATE = "prorate"
    INVOICE_NOW = "invoice_now"


@dataclass(frozen=True, slots=True)
class SubscriptionCommand:
    """One verb on one subscription. Fields beyond the verb's own are None.

    `at` is when it takes effect (a cancellation on a date, a change at the period's end, the end
    of a pause); None means now for `cancel` and `change`, until further notice for `pause`. To
    drop a change, `price` and `quantity` are what the subscription keeps.
    """

    operation_id: str
    kind: OperationKind
    subscription: str
    at: datetime | None = None
    at_period_end: bool = False
    price: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    quantity: int | None = None
    proration: Proration = Proration.NONE
    reason: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has done it, or will. `result_id` names what it made, where it makes one."""

    result_id: str | None = None


@dataclass(frozen=True, slots=True)
class NeedsBuyer:
    """Nothing changes before the buyer agrees at `approve_url`."""

    approve_url: str


type CommandAnswer = Accepted | NeedsBuyer


class CommandRejectedError(ProviderRejectedError):
    """The provider refuses and nothing has happened. `code` is a stable word of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The provider refused: {code}.")
        self.code = code


class ProviderCommands(Protocol):
    """Raises CommandRejectedError, and ProviderUnavailableError when the outcome is unknown."""

    def key_window(self, kind: OperationKind) -> timedelta:
        """How long the same operation id makes the same call; zero where it makes none."""
        ...

    def refund(self, command: RefundCommand) -> CommandAnswer: ...

    def issue_credit_memo(self, command: CreditMemoCommand) -> CommandAnswer:
        """Moves no money: the refund has moved it."""
        ...

    def change_subscription(self, command: SubscriptionCommand) -> CommandAnswer: ...
