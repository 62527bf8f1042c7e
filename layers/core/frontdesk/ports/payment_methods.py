"""Where a customer's payment methods are read, and what a provider can be told to do with them."""

from dataclasses import dataclass
from typing import Protocol

from frontdesk.domain.customer import Address
from frontdesk.domain.payment_method import Expiry
from frontdesk.domain.wallet import Wallet
from frontdesk.ports.provider import ProviderRejectedError


class WalletReader(Protocol):
    def read(self, customer_id: str) -> Wallet | None:
        """With the customer's subscriptions that pay something; None when there is no customer.

        What was written before is in it.
        """
        ...


@dataclass(frozen=True, slots=True)
class SetupCommand:
    """`customer` is the provider's id. The buyer comes back to `return_to` where the provider
    asks on pages of its own."""

    operation_id: str
    customer: str
    return_to: str | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """A way to add a method that the buyer goes next: with the provider's own form on the shop's
    page, which needs `client_secret`, or on the provider's at `approve_url`.

    Whoever has the secret can complete the setup: it is told once, never kept and never logged.
    """

    id: str
    client_secret: str | None = None
    approve_url: str | None = None

    def __repr__(self) -> str:
        return f"Setup(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class EditCommand:
    """What the method is to say afterwards; None stays as it is."""

    method: str
    expiry: Expiry | None = None
    billing_address: Address | None = None


class UnknownSetupError(ProviderRejectedError):
    """There is no such setup, or it is another customer's."""


class PaymentMethodCommands(Protocol):
    """Names are the provider's. Nothing here moves money.

    Raises CommandRejectedError, and ProviderUnavailableError when the outcome is unknown.
    """

    def set_up(self, command: SetupCommand) -> Setup:
        """The same setup again for the same operation, as long as the provider knows its key."""
        ...

    def confirm(self, setup_id: str, *, customer: str) -> str:
        """The method that came of a setup which the buyer has agreed to: one, however often this
        is called. Raises UnknownSetupError; CommandRejectedError with `setup_not_approved` or
        `setup_is_over`.
        """
        ...

    def make_default(self, method: str, *, customer: str) -> None:
        """The same however often: it sets what is to be."""
        ...

    def use_default_for(self, subscription: str) -> None:
        """Takes the subscription's own method from it, so that the customer's default pays it.
        The same however often."""
        ...

    def edit(self, command: EditCommand) -> None:
        """The same however often: it sets what is to be."""
        ...

    def remove(self, method: str) -> None:
        """What is gone cannot be removed again, and does not come back."""
        ...
