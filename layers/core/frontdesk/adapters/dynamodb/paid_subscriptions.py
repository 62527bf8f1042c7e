"""What a payment was for: it says so itself, or its invoice does."""

from dataclasses import replace
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Gateway, Item, Query
from frontdesk.adapters.dynamodb.subscription_item import subscription_from
from frontdesk.domain.invoice import PaidInvoice
from frontdesk.domain.snapshot import ObjectKind, ProviderName
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

    def _settled_by(self, transaction: Transaction) -> Item | None:
        """Newest invoices first: what is refunded was mostly paid lately."""
        own = keys.invoice(transaction.customer_id, "")
        query = Query(own.table, own.pk, prefix=own.sk, ascending=False, limit=_PAGE)
        start: Item | None = None
        while True:
            page = self._gateway.query(replace(query, start=start))
            for item in page.items:
                if _settles(item, transaction):
                    return item
            start = page.next_start
            if start is None:
                return None

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


def _settles(invoice: Item, transaction: Transaction) -> bool:
    """A payment is known to an invoice by its own id or by its intent's."""
    fields = cast("dict[str, Any]", invoice)
    if fields["provider_name"] != transaction.provider.value:
        return False
    if transaction.provider_invoice is not None:
        return bool(fields["provider_id"] == transaction.provider_invoice)
    return not {transaction.provider_id, transaction.payment_intent}.isdisjoint(fields["payments"])
