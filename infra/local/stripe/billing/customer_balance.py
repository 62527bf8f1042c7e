"""The customer's balance: credit is negative, and the next invoice uses it first."""

from infra.local.stripe.account import Account
from infra.local.stripe.wire import Json


def due_after_balance(total: int, balance: int) -> tuple[int, int]:
    """A negative balance is credit; a negative total becomes credit."""
    owed = total + balance
    return (owed, 0) if owed > 0 else (0, owed)


def note_balance_move(account: Account, customer: Json, ending: int, invoice: Json) -> None:
    moved = ending - customer["balance"]
    if moved:
        add_balance_transaction(
            account,
            customer,
            moved,
            kind="applied_to_invoice" if moved > 0 else "invoice_too_small",
            ending=ending,
            invoice=invoice["id"],
        )


def add_balance_transaction(
    account: Account,
    customer: Json,
    amount: int,
    *,
    kind: str,
    ending: int,
    invoice: str | None = None,
    credit_note: str | None = None,
) -> Json:
    return account.add(
        account.new(
            "customer_balance_transaction",
            "cbtxn",
            amount=amount,
            credit_note=credit_note,
            currency=customer["currency"] or "usd",
            customer=customer["id"],
            customer_account=None,
            description=None,
            ending_balance=ending,
            invoice=invoice,
            livemode=False,
            metadata={},
            type=kind,
        )
    )
