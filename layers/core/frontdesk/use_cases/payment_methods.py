"""A customer's payment methods: listed, made the default, taken away.

    wallet ──▶ look ──▶ decide ──▶ command ──▶ look ──▶ what stands now is the answer
       1        2          3          4         5

Nothing here moves money, and every command says what is to be: done twice it is done once, so no
operation is kept. Whoever dies after 4 has changed the provider, and its webhook or the next look
shows it; whoever gets no answer in 4 learns from 5 what came of it. Only the mirror writes what
is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from frontdesk.domain.payment_method import PaymentMethod
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.wallet import Wallet, WalletEntry
from frontdesk.ports.payment_methods import WalletReader
from frontdesk.use_cases.wallets import (
    WalletWorld,
    account_at,
    carry_out,
    deciding_references,
    ensure_offered,
    entry_of,
    find_entry,
    look_at,
    owner_references,
    read_wallet,
    reference_of,
    subscription_reference,
)


def list_payment_methods(customer_id: str, *, wallets: WalletReader) -> Sequence[WalletEntry]:
    """The newest first. Raises NotFoundError when there is no such customer."""
    return read_wallet(customer_id, wallets=wallets).entries


def make_default(customer_id: str, method_id: str, *, world: WalletWorld) -> WalletEntry:
    """Everything of this provider that lives is paid with it from now on: a subscription that
    has a method of its own loses that, or the customer could never take its old card away.

    Raises NotFoundError, ConflictError, UnavailableError: then the same may be asked again.
    """
    wallet, entry = find_entry(customer_id, method_id, world=world)
    ensure_offered(entry.method, "default")
    look_at([reference_of(entry.method), *deciding_references(entry.method, wallet)], world=world)
    wallet, entry = find_entry(customer_id, method_id, world=world)
    strays = _strays(entry.method, wallet)
    after = carry_out(
        customer_id,
        _steps_to_default(entry, wallet, strays, world=world),
        touching=[*owner_references(entry.method, wallet), *map(subscription_reference, strays)],
        is_reached=lambda now: _is_default_everywhere(entry.method, now),
        world=world,
    )
    return entry_of(after, method_id)


def _steps_to_default(
    entry: WalletEntry, wallet: Wallet, strays: Iterable[Subscription], *, world: WalletWorld
) -> Iterable[Callable[[], None]]:
    """The default first: a subscription that dies in between is paid as it was."""
    commands = world.commands[entry.method.provider]
    account = account_at(wallet, entry.method.provider)
    if not entry.is_default:
        yield partial(commands.make_default, entry.method.provider_id, customer=account)
    for subscription in strays:
        yield partial(commands.use_default_for, subscription.provider_id)


def _strays(method: PaymentMethod, wallet: Wallet) -> list[Subscription]:
    return [
        subscription
        for subscription in wallet.live
        if subscription.provider is method.provider
        and subscription.payment_method not in (None, method.provider_id)
    ]


def _is_default_everywhere(method: PaymentMethod, wallet: Wallet) -> bool:
    return wallet.default == method.provider_id and not _strays(method, wallet)


def remove_payment_method(customer_id: str, method_id: str, *, world: WalletWorld) -> None:
    """Raises NotFoundError; ConflictError (payment_method_in_use) while a live subscription needs
    it, as the provider shows it now; UnavailableError."""
    wallet, entry = find_entry(customer_id, method_id, world=world)
    wallet.ensure_unused(entry)
    ensure_offered(entry.method, "remove")
    look_at([reference_of(entry.method), *deciding_references(entry.method, wallet)], world=world)
    wallet = read_wallet(customer_id, wallets=world.wallets)
    standing = wallet.entry(method_id)
    if standing is None:
        return  # somebody was faster
    wallet.ensure_unused(standing)
    commands = world.commands[entry.method.provider]
    carry_out(
        customer_id,
        [partial(commands.remove, entry.method.provider_id)],
        touching=[reference_of(entry.method), *owner_references(entry.method, wallet)],
        is_reached=lambda now: now.entry(method_id) is None,
        world=world,
    )
