"""From an operation on record to the provider's command for a subscription."""

from frontdesk.domain.operation import Operation
from frontdesk.domain.subscription_command import wish_of
from frontdesk.ports.commands import (
    CommandAnswer,
    Proration,
    ProviderCommands,
    SubscriptionCommand,
)


def submit_change(operation: Operation, commands: ProviderCommands) -> CommandAnswer:
    wish = wish_of(operation.kind, operation.parameters)
    return commands.change_subscription(
        SubscriptionCommand(
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
    )
