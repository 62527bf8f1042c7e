"""Editing what a payment method says: its expiry, its billing address."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from frontdesk.domain.customer import Address, Customer
from frontdesk.domain.customer_change import CustomerChange, Unset
from frontdesk.domain.errors import (
    FeatureDisabledError,
    FieldProblem,
    InvalidInputError,
    VersionConflictError,
)
from frontdesk.domain.payment_method import Expiry, PaymentMethod
from frontdesk.domain.payment_method_change import PaymentMethodChange
from frontdesk.domain.wallet import WalletEntry
from frontdesk.ports.payment_methods import EditCommand
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.customer_checks import merged
from frontdesk.use_cases.wallets import (
    WalletWorld,
    carry_out,
    ensure_offered,
    entry_of,
    find_entry,
    look_at,
    reference_of,
)


def edit_payment_method(
    customer_id: str,
    method_id: str,
    change: PaymentMethodChange,
    *,
    expected_version: int,
    world: WalletWorld,
) -> WalletEntry:
    """Raises NotFoundError, FeatureDisabledError, ConflictError, VersionConflictError,
    InvalidInputError, UnavailableError."""
    _ensure_may_be_told(change, settings=world.settings)
    wallet, entry = find_entry(customer_id, method_id, world=world)
    ensure_offered(entry.method, "edit")
    look_at([reference_of(entry.method)], world=world)
    wallet, entry = find_entry(customer_id, method_id, world=world)
    wanted = _changed(entry.method, change, of=wallet.customer, world=world)
    if wanted == entry.method:
        # Done before, whatever version that has made: RFC 9110, 13.1.1
        return entry
    if entry.version != expected_version:
        raise VersionConflictError
    command = _edit_command(entry.method, wanted)
    after = carry_out(
        customer_id,
        [partial(world.commands[wanted.provider].edit, command)],
        touching=[reference_of(wanted)],
        is_reached=lambda now: wanted in now.stored.values(),
        world=world,
    )
    return entry_of(after, method_id)


def _ensure_may_be_told(change: PaymentMethodChange, *, settings: SettingsReader) -> None:
    names_address = not isinstance(change.billing_address, Unset)
    if names_address and not settings.read().is_on("billing_information"):
        raise FeatureDisabledError("billing_information")


def _edit_command(before: PaymentMethod, after: PaymentMethod) -> EditCommand:
    """Only what is different: Stripe checks again whatever it is told."""
    address = after.billing_address
    return EditCommand(
        before.provider_id,
        expiry=after.expiry if after.expiry != before.expiry else None,
        billing_address=address if address != before.billing_address else None,
    )


def _changed(
    method: PaymentMethod, change: PaymentMethodChange, *, of: Customer | None, world: WalletWorld
) -> PaymentMethod:
    expiry = change.expiry
    if not isinstance(expiry, Unset):
        _ensure_not_past(expiry, world=world)
        method = replace(method, expiry=expiry)
    if of is None or isinstance(change.billing_address, Unset):
        return method
    return replace(method, billing_address=_address(method, change, of=of, world=world))


def _ensure_not_past(expiry: Expiry, *, world: WalletWorld) -> None:
    now = world.clock.now()
    if (expiry.year, expiry.month) < (now.year, now.month):
        problem = FieldProblem("expiry", "in_the_past", "The card has expired by then.")
        raise InvalidInputError(problems=(problem,))


def _address(
    method: PaymentMethod, change: PaymentMethodChange, *, of: Customer, world: WalletWorld
) -> Address:
    """Checked as a customer's own address is."""
    try:
        holder = merged(
            CustomerChange(address=change.billing_address),
            current=replace(of, address=method.billing_address),
            checks=world.checks,
            custom_fields=(),
        )
    except InvalidInputError as error:
        problems = tuple(replace(one, field=f"billing_{one.field}") for one in error.problems)
        raise InvalidInputError(problems=problems) from None
    return holder.address
