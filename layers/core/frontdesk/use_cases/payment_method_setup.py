"""Adding a payment method: begun here, agreed on between the buyer and the provider, taken home.

    set up ──▶ the buyer, at the provider ──▶ confirm ──▶ mirror
                          │                                 ▲
                          └── webhook ──────────────────────┘

A setup that is never finished does nothing; where the provider waits for our word, neither does
one that nobody confirms. The same request makes the same one, because its
operation is the provider's key. What the buyer agreed to becomes one payment method, however
often it is confirmed; whoever dies before the mirror has the provider's webhook come after.
"""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.domain.customer import Customer
from frontdesk.domain.errors import ConflictError, NotFoundError, UnavailableError
from frontdesk.domain.payment_method import APPROVES_ELSEWHERE
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.wallet import WalletEntry
from frontdesk.ports.payment_methods import Setup, SetupCommand, UnknownSetupError
from frontdesk.ports.provider import ProviderError
from frontdesk.use_cases.return_addresses import checked_return_address
from frontdesk.use_cases.wallets import WalletWorld, look_at, problem_of, read_wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupOrder:
    """`operation_id` is the same for the same request. The buyer comes back to `return_to`."""

    operation_id: str
    provider: ProviderName
    return_to: str | None = None


def set_up(customer_id: str, order: SetupOrder, *, world: WalletWorld) -> Setup:
    """Raises NotFoundError, InvalidInputError (return_to), ConflictError, UnavailableError."""
    account = _account(customer_id, order.provider, world=world)
    if account is None:
        raise ConflictError(
            "The customer has no account at this provider.", code="no_account_at_provider"
        )
    address = checked_return_address(
        order.return_to,
        allowed=world.settings.read().return_addresses,
        is_needed=order.provider in APPROVES_ELSEWHERE,
    )
    command = SetupCommand(order.operation_id, customer=account, return_to=address)
    try:
        return world.commands[order.provider].set_up(command)
    except ProviderError as error:
        raise problem_of(error) from error


def confirm_set_up(
    customer_id: str, setup_id: str, *, provider: ProviderName, world: WalletWorld
) -> WalletEntry:
    """The method that came of it. Somebody else's setup is as a missing one: NotFoundError.

    Raises ConflictError (setup_not_approved, setup_is_over), UnavailableError.
    """
    account = _account(customer_id, provider, world=world)
    if account is None:
        raise NotFoundError
    try:
        method = world.commands[provider].confirm(setup_id, customer=account)
    except UnknownSetupError:
        raise NotFoundError from None
    except ProviderError as error:
        raise problem_of(error) from error
    look_at([ObjectReference(provider, ObjectKind.PAYMENT_METHOD, method)], world=world)
    entries = read_wallet(customer_id, wallets=world.wallets).entries
    for entry in entries:
        if entry.method.provider is provider and entry.method.provider_id == method:
            return entry
    raise UnavailableError  # made, and taken away again or not to be read yet


def _account(customer_id: str, provider: ProviderName, *, world: WalletWorld) -> str | None:
    customer: Customer | None = read_wallet(customer_id, wallets=world.wallets).customer
    return customer.account_id_at(provider) if customer else None
