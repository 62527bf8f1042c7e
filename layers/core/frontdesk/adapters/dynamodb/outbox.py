"""The outbox as the table's stream tells it."""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.dynamodb.codec import decode_item
from frontdesk.domain.ledger import LedgerKind, LedgerNotice
from frontdesk.domain.times import from_text


def notice_from(image: Mapping[str, Any]) -> LedgerNotice:
    """`image` is the new image of a stream record, in DynamoDB's typed values."""
    item: dict[str, Any] = decode_item(image)
    return LedgerNotice(
        entry_key=item["entry_key"],
        customer_id=item["customer_id"],
        transaction_id=item["transaction_id"],
        kind=LedgerKind(item["kind"]),
        amount_minor=item["amount_minor"],
        currency=item["currency"],
        occurred_at=from_text(item["occurred_at"]),
    )
