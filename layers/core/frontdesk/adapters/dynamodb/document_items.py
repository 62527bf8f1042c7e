"""Items of what is shown as the provider has it: invoices, payment methods, names of products."""

from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import Item, Key, Value
from frontdesk.domain.ids import derived_id
from frontdesk.domain.snapshot import (
    CreditMemoSnapshot,
    InvoiceSnapshot,
    PaymentMethodSnapshot,
    PriceSnapshot,
    ProductSnapshot,
)
from frontdesk.domain.times import to_sortable
from frontdesk.ports.mirror import Document

_MOST_LINES = 250
"""Of an invoice: with the longest descriptions they stay well under an item's 400 KB."""
_TOLD_ELSEWHERE = ("payer", "credit_memos")
"""By profiles, and by the memos, which name their invoice."""
_ENTITIES = {
    PaymentMethodSnapshot: ("payment_method", "pm"),
    ProductSnapshot: ("provider_product", "prd"),
    PriceSnapshot: ("provider_price", "prd"),
    InvoiceSnapshot: ("invoice", "inv"),
    CreditMemoSnapshot: ("credit_memo", "cm"),
}


def document_id(document: Document) -> str:
    entity, prefix = _ENTITIES[type(document)]
    origin = f"{document.provider}:{entity}:{document.provider_id}"
    return derived_id(prefix, origin=origin, at=document.created_at)


def document_key(document: Document, *, customer_id: str | None) -> Key:
    owner = customer_id or ""
    match document:
        case PaymentMethodSnapshot():
            return keys.payment_method(owner, document_id(document))
        case InvoiceSnapshot():
            return keys.invoice(owner, document_id(document))
        case CreditMemoSnapshot():
            return keys.credit_memo(owner, document_id(document))
        case ProductSnapshot():
            return keys.provider_product(document.provider, document.provider_id)
        case PriceSnapshot():
            return keys.provider_price(document.provider, document.provider_id)


def document_item(document: Document, *, customer_id: str | None, at: datetime) -> Item:
    entity, _ = _ENTITIES[type(document)]
    said = asdict(document).items()
    fields = {name: _value(value) for name, value in said if name not in _TOLD_ELSEWHERE}
    if isinstance(document, InvoiceSnapshot):
        fields["lines"] = [_value(asdict(line)) for line in document.lines[:_MOST_LINES]]
        fields["line_count"] = len(document.lines)
    fields["provider_name"] = fields.pop("provider")
    fields["provider_customer"] = fields.pop("customer", None)
    return fields | {
        "entity": entity,
        "id": document_id(document),
        "customer_id": customer_id,
        "version": 1,
        "updated_at": to_sortable(at),
    }


def _value(value: Any) -> Value:
    match value:
        case datetime():
            return to_sortable(value)
        case Enum():
            return str(value.value)
        case tuple() | list():
            return [_value(element) for element in value]
        case dict():
            return {name: _value(element) for name, element in value.items()}
        case _:
            return value  # type: ignore[no-any-return]  # plain values of the snapshots
