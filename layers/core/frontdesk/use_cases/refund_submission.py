"""From operations on record to the provider's commands for a refund and what goes with it."""

from frontdesk.domain.operation import Operation
from frontdesk.ports.commands import (
    CommandAnswer,
    CreditMemoCommand,
    ProviderCommands,
    RefundCommand,
)


def submit_refund(operation: Operation, commands: ProviderCommands) -> CommandAnswer:
    return commands.refund(
        RefundCommand(
            operation_id=operation.id,
            payment=operation.subject_provider_id,
            amount_minor=_amount(operation),
            currency=_text(operation, "currency"),
            reason=_reason(operation),
        )
    )


def submit_credit_memo(operation: Operation, commands: ProviderCommands) -> CommandAnswer:
    return commands.issue_credit_memo(
        CreditMemoCommand(
            operation_id=operation.id,
            invoice=operation.subject_provider_id,
            refund=_text(operation, "refund"),
            amount_minor=_amount(operation),
            currency=_text(operation, "currency"),
            reason=_reason(operation),
        )
    )


def _amount(operation: Operation) -> int:
    amount = operation.parameters.get("amount_minor")
    if not isinstance(amount, int):
        raise TypeError("What is given back has an amount.")
    return amount


def _text(operation: Operation, name: str) -> str:
    value = operation.parameters.get(name)
    if not isinstance(value, str):
        raise TypeError(f"The operation has no {name} on record.")
    return value


def _reason(operation: Operation) -> str | None:
    reason = operation.parameters.get("reason")
    return reason if isinstance(reason, str) else None
