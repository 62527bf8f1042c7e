"""What a payment was for: it says so itself, or its invoice does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Key, Query
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.adapters.dynamodb.transaction_item import transaction_from
from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.snapshot import ObjectKind, PaymentStatus, ProviderName
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction

_PAGE = 100


class DynamoPaidSubscriptions:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def paid_by(self, transaction: Transaction) -> Subscription | None:
        if transaction.provider_subscription is not None:
            return self._named(transaction.provider.value, transaction.provider_subscription)
        invoice = self._settled_by(transaction)
        if invoice is None or invoice["subscription"] is None:
            return None
        return self._named(str(invoice["provider_name"]), str(invoice["subscription"]))

    def invoice_of(self, transaction: Transaction) -> PaidInvoice | None:
        item = self._settled_by(transaction)
        return _invoice_from(item) if item else None

    def own(self, subscription_id: str, *, customer_id: str) -> Subscription | None:
        item = self._gateway.get(keys.subscription(subscription_id))
        is_own = item is not None and item["customer_id"] == customer_id
        return subscription_from(item) if item is not None and is_own else None

    def latest_payment(self, subscription: Subscription) -> Transaction | None:
        owner = subscription.customer_id
        invoices = [i for i in self._newest(keys.invoice(owner, "")) if _names(i, subscription)]
        payments = map(transaction_from, self._newest(keys.transactions(owner)))
        return next((one for one in payments if _is_for(one, subscription, invoices)), None)

    def _settled_by(self, transaction: Transaction) -> Item | None:
        """What is refunded was mostly paid lately."""
        invoices = self._newest(keys.invoice(transaction.customer_id, ""))
        return next((item for item in invoices if _settles(item, transaction)), None)

    def _newest(self, beginning: Key) -> Iterator[Item]:
        """Newest first, page by page as they are asked for."""
        query = Query(
            beginning.table, beginning.pk, prefix=beginning.sk, ascending=False, limit=_PAGE
        )
        start: Item | None = None
        while True:
            page = self._gateway.query(replace(query, start=start))
            yield from page.items
            start = page.next_start
            if start is None:
                return

    def _named(self, provider: str, provider_id: str) -> Subscription | None:
        place = self._gateway.get(
            keys.mirrored(ObjectKind.SUBSCRIPTION.value, provider, provider_id)
        )
        if place is None or not place.get("local_id"):
            return None
        item = self._gateway.get(keys.subscription(str(place["local_id"])))
        return subscription_from(item) if item else None


def _invoice_from(item: Item) -> PaidInvoice:
    """Those that were seen before taxes were read say nothing of theirs."""
    fields = cast("dict[str, Any]", item)
    return PaidInvoice(
        id=fields["id"],
        provider=ProviderName(fields["provider_name"]),
        provider_id=fields["provider_id"],
        tax_minor=fields.get("tax_minor", 0),
        remaining_minor=fields["remaining_minor"],
    )


def _names(invoice: Item, subscription: Subscription) -> bool:
    named = (invoice["provider_name"], invoice["subscription"])
    return named == (subscription.provider.value, subscription.provider_id)


def _is_for(transaction: Transaction, subscription: Subscription, invoices: Sequence[Item]) -> bool:
    if transaction.provider is not subscription.provider:
        return False
    if transaction.payment_status is not PaymentStatus.SUCCEEDED:
        return False
    if transaction.provider_subscription is not None:
        return transaction.provider_subscription == subscription.provider_id
    return any(_settles(invoice, transaction) for invoice in invoices)


def _settles(invoice: Item, transaction: Transaction) -> bool:
    """A payment is known to an invoice by its own id or by its intent's."""
    fields = cast("dict[str, Any]", invoice)
    if fields["provider_name"] != transaction.provider.value:
        return False
    if transaction.provider_invoice is not None:
        return bool(fields["provider_id"] == transaction.provider_invoice)
    return not {transaction.provider_id, transaction.payment_intent}.isdisjoint(fields["payments"])
