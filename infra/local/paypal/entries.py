"""Every movement of the account's balance, as the transaction search reports it.

Event codes: https://developer.paypal.com/docs/reports/reference/tcodes/
"""

from infra.local.paypal.account import Account
from infra.local.provider.exchange import Json

SUBSCRIPTION_PAYMENT = "T0002"
CHECKOUT_PAYMENT = "T0006"
REFUND = "T1107"
REVERSAL = "T1106"
CHARGEBACK = "T1201"
CHARGEBACK_REVERSAL = "T1202"
FAILED_REFUND = "T1108"  # the fee or amount of a refund that came back


def record(
    account: Account,
    code: str,
    amount_minor: int,
    *,
    of: Json,
    transaction_id: str,
    reference: tuple[str, str] | None,
    status: str = "S",
    fee_minor: int = 0,
) -> Json:
    """`amount_minor` is signed; `of` is the payment; `reference` is (type, id)."""
    return account.add(
        "entry",
        f"entry-{account.ids.token(12)}",
        code=code,
        amount_minor=amount_minor,
        currency=of["currency"],
        fee_minor=fee_minor,
        transaction=transaction_id,
        reference=list(reference) if reference else None,
        status=status,
        invoice_id=of.get("invoice_id"),
        custom_id=of.get("custom_id"),
        payer=of["payer"],
    )


def settle(account: Account, transaction_id: str, status: str) -> None:
    """A pending movement became final."""
    for entry in account.store.newest_first("entry"):
        if entry["transaction"] == transaction_id and entry["status"] == "P":
            account.change(entry, status=status)
            return
