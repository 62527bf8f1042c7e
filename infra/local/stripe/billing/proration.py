"""Changing what is sold in mid-period: credit for what is unused, debit for the new."""

from dataclasses import dataclass

from infra.local.stripe.account import Account
from infra.local.stripe.billing.lifecycle import period_of
from infra.local.stripe.billing.lines import new_invoiceitem
from infra.local.stripe.wire import Json


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the current period that is still to come."""

    remaining_seconds: int
    period_seconds: int

    def of(self, amount: int) -> int:
        """Rounded half up, in whole minor units."""
        return (2 * amount * self.remaining_seconds + self.period_seconds) // (
            2 * self.period_seconds
        )


def remaining_share(subscription: Json, at: int) -> Share:
    begin, end = period_of(subscription)
    return Share(max(0, end - max(at, begin)), end - begin)


def credit_unused(account: Account, subscription: Json, item: Json, at: int) -> int:
    amount = -remaining_share(subscription, at).of(item["price"]["unit_amount"] * item["quantity"])
    _pend(account, subscription, item, amount, at, "Unused time on")
    return amount


def debit_remaining(account: Account, subscription: Json, item: Json, at: int) -> int:
    amount = remaining_share(subscription, at).of(item["price"]["unit_amount"] * item["quantity"])
    _pend(account, subscription, item, amount, at, "Remaining time on")
    return amount


def _pend(
    account: Account, subscription: Json, item: Json, amount: int, at: int, words: str
) -> None:
    if amount == 0:
        return
    product = account.store.find(item["price"]["product"]) or {"name": "(deleted)"}
    new_invoiceitem(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        amount=amount,
        description=f"{words} {product['name']}",
        period=(at, period_of(subscription)[1]),
        price=item["price"],
        quantity=item["quantity"],
        subscription=subscription,
        item_id=item["id"],
    )
