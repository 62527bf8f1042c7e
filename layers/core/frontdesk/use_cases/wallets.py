"""A customer's wallet as the use cases read it, look after it at the provider, and change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from frontdesk.domain.capabilities import Capability
from frontdesk.domain.errors import (
    ConflictError,
    FrontdeskError,
    NotFoundError,
    UnavailableError,
)
from frontdesk.domain.payment_method import PAYS_FROM_ACCOUNT, PaymentMethod
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.wallet import Wallet, WalletEntry
from frontdesk.ports.clock import Clock
from frontdesk.ports.commands import CommandRejectedError
from frontdesk.ports.contact_checks import ContactChecks
from frontdesk.ports.payment_methods import PaymentMethodCommands, WalletReader
from frontdesk.ports.provider import ProviderError
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.mirror import Mirror, mirror_object

_REFUSALS = {
    "not_offered_by_provider": "The payment provider cannot do that with this payment method.",
    "setup_not_approved": "The buyer has not agreed yet.",
    "setup_is_over": "It was given up, used or has expired: set another one up.",
}
_REFUSED = "The payment provider has refused it; nothing has changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletWorld:
    """What changing payment methods needs. `commands` are asked for the method's own provider."""

    wallets: WalletReader
    commands: Mapping[ProviderName, PaymentMethodCommands]
    mirror: Mirror
    settings: SettingsReader
    checks: ContactChecks
    clock: Clock


def read_wallet(customer_id: str, *, wallets: WalletReader) -> Wallet:
    """Raises NotFoundError when there is no such customer."""
    wallet = wallets.read(customer_id)
    if wallet is None:
        raise NotFoundError
    return wallet


def find_entry(
    customer_id: str, method_id: str, *, world: WalletWorld
) -> tuple[Wallet, WalletEntry]:
    """Somebody else's is not in this wallet, and answers as a missing one."""
    wallet = read_wallet(customer_id, wallets=world.wallets)
    return wallet, entry_of(wallet, method_id)


def entry_of(wallet: Wallet, method_id: str) -> WalletEntry:
    entry = wallet.entry(method_id)
    if entry is None:
        raise NotFoundError
    return entry


def ensure_offered(method: PaymentMethod, verb: str) -> None:
    if method.capabilities[verb] is Capability.NONE:
        code = "not_offered_by_provider"
        raise ConflictError(_REFUSALS[code], code=code)


def carry_out(
    customer_id: str,
    steps: Iterable[Callable[[], None]],
    *,
    touching: Iterable[ObjectReference],
    is_reached: Callable[[Wallet], bool],
    world: WalletWorld,
) -> Wallet:
    """What stands after the steps. What failed is told only where the goal is not reached."""
    failure = _failure_of(steps)
    look_at(touching, world=world)
    wallet = read_wallet(customer_id, wallets=world.wallets)
    if failure is not None and not is_reached(wallet):
        raise problem_of(failure) from failure
    return wallet


def _failure_of(steps: Iterable[Callable[[], None]]) -> ProviderError | None:
    try:
        for step in steps:
            step()
    except ProviderError as error:
        return error
    return None


def problem_of(error: ProviderError) -> FrontdeskError:
    """What the caller is told of a command that was not done, or of which nobody knows."""
    if isinstance(error, CommandRejectedError):
        return ConflictError(_REFUSALS.get(error.code, _REFUSED), code=error.code)
    return UnavailableError()


def look_at(references: Iterable[ObjectReference], *, world: WalletWorld) -> None:
    """Has the mirror show what the provider shows now. Raises UnavailableError."""
    for reference in references:
        try:
            mirror_object(reference, mirror=world.mirror)
        except ProviderError as error:
            raise UnavailableError from error


def reference_of(method: PaymentMethod) -> ObjectReference:
    return ObjectReference(method.provider, ObjectKind.PAYMENT_METHOD, method.provider_id)


def subscription_reference(subscription: Subscription) -> ObjectReference:
    return ObjectReference(subscription.provider, ObjectKind.SUBSCRIPTION, subscription.provider_id)


def account_at(wallet: Wallet, provider: ProviderName) -> str:
    """Raises NotFoundError: a customer that the provider has deleted has no methods there."""
    account = wallet.customer.account_id_at(provider) if wallet.customer else None
    if account is None:
        raise NotFoundError
    return account


def owner_references(method: PaymentMethod, wallet: Wallet) -> list[ObjectReference]:
    """Where the default stands, if there is one: an account pays without."""
    if method.provider in PAYS_FROM_ACCOUNT:
        return []
    account = account_at(wallet, method.provider)
    return [ObjectReference(method.provider, ObjectKind.CUSTOMER, account)]


def deciding_references(method: PaymentMethod, wallet: Wallet) -> list[ObjectReference]:
    """What says which method pays: the customer and its subscriptions."""
    if method.provider in PAYS_FROM_ACCOUNT:
        return []
    own = [one for one in wallet.live if one.provider is method.provider]
    return [*owner_references(method, wallet), *map(subscription_reference, own)]
