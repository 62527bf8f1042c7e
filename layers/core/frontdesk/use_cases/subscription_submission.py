"""From an operation on record to the provider's command for a subscription."""

from collections.abc import Mapping

from frontdesk.domain.operation import Operation, OperationKind
from frontdesk.domain.subscription_command import SubscriptionWish, wish_of
from frontdesk.domain.subscription_emulation import Emulation
from frontdesk.ports.commands import (
    Accepted,
    CommandAnswer,
    Proration,
    ProviderCommands,
    SubscriptionCommand,
)


def submit_change(operation: Operation, commands: ProviderCommands) -> CommandAnswer:
    wish = wish_of(operation.kind, operation.parameters)
    command = _command(wish, operation)
    return commands.change_subscription(command) if command is not None else Accepted()


def sent_kind(operation: Operation) -> OperationKind:
    """What the provider is asked for: an end that is brought about by a pause is a pause to it."""
    wish = wish_of(operation.kind, operation.parameters)
    return _SENT.get(wish.emulation or "", operation.kind)


_SENT: Mapping[str, OperationKind] = {
    Emulation.HOLD: OperationKind.PAUSE,
    Emulation.RELEASE: OperationKind.RESUME,
}


def _command(wish: SubscriptionWish, operation: Operation) -> SubscriptionCommand | None:
    """None where the provider has no part in it."""
    match wish.emulation:
        case Emulation.HOLD | Emulation.RELEASE:
            return _plain(_SENT[wish.emulation], wish, operation)
        case Emulation.WAIT | Emulation.FORGET:
            return None
        case _:
            is_ours = wish.kind is OperationKind.REVOKE_ACCESS
            return None if is_ours else _as_wished(wish, operation)


def _plain(
    kind: OperationKind, wish: SubscriptionWish, operation: Operation
) -> SubscriptionCommand:
    return SubscriptionCommand(
        operation_id=operation.id,
        kind=kind,
        subscription=operation.subject_provider_id,
        reason=wish.reason,
        comment=wish.comment,
    )


def _as_wished(wish: SubscriptionWish, operation: Operation) -> SubscriptionCommand:
    return SubscriptionCommand(
        operation_id=operation.id,
        kind=wish.kind,
        subscription=operation.subject_provider_id,
        at=wish.at,
        at_period_end=wish.at_period_end,
        price=wish.price,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        quantity=wish.quantity,
        proration=Proration(wish.proration or Proration.NONE),
        reason=wish.reason,
        comment=wish.comment,
    )
