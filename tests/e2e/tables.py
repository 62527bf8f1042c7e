"""The deployed tables as a whole: what they hold, and how to empty them."""

from datetime import UTC, datetime
from typing import Any

from frontdesk.adapters.dynamodb.codec import decode_item
from frontdesk.adapters.dynamodb.operations import Item
from frontdesk.domain.times import to_sortable
from infra.local.aws import process
from infra.local.stack_file import Stack

OUR_OWN_TIMES = frozenset(
    (
        "updated_at",
        "recorded_at",
        "ledger_at",
        "received_at",
        "processed_at",
        "expires_at_epoch_seconds",
        # How often somebody looked, which depends on the deliveries.
        "ticket",
        "applied_ticket",
        "awaited_ticket",
        "looks",
    )
)
CREATED_BY_US = frozenset(
    ("mirror", "transaction_pointer", "ledger_entry", "outbox", "provider_event", "timeline_entry")
)
MIRRORED = frozenset(
    (
        *CREATED_BY_US,
        "customer",
        "search_token",
        "email_owner",
        "payment_method",
        "transaction",
        "refund",
        "invoice",
        "credit_memo",
        "subscription",
        "provider_product",
        "provider_price",
    )
)


def client(shop: Stack) -> Any:
    return process.client("dynamodb", endpoint=shop.aws_endpoint)


def items(shop: Stack) -> dict[tuple[str, str, str], Item]:
    """Every item of every table by (table, pk, sk)."""
    found = {}
    for logical, name in shop.tables.items():
        for page in client(shop).get_paginator("scan").paginate(TableName=name):
            for row in page["Items"]:
                item = decode_item(row)
                found[logical, str(item["pk"]), str(item["sk"])] = item
    return found


def mirrored(shop: Stack) -> dict[tuple[str, str, str], Item]:
    """What deliveries led to, without our own times and counts of looks."""
    return {
        key: {
            name: value
            for name, value in item.items()
            if name not in OUR_OWN_TIMES
            and not (name == "created_at" and item["entity"] in CREATED_BY_US)
        }
        for key, item in items(shop).items()
        if item.get("entity") in MIRRORED
    }


def forget_mirrored(shop: Stack) -> None:
    for (logical, pk, sk), item in items(shop).items():
        if item.get("entity") in MIRRORED:
            key = {"pk": {"S": pk}, "sk": {"S": sk}}
            client(shop).delete_item(TableName=shop.tables[logical], Key=key)


def unprocessed(shop: Stack) -> int:
    """Without the looks that are set for later."""
    now = to_sortable(datetime.now(UTC))
    rows = [i for i in items(shop).values() if i.get("entity") == "provider_event"]
    return sum(1 for i in rows if i["status"] == "RECEIVED" and str(i["received_at"]) <= now)


def unsettled(shop: Stack) -> int:
    """Events that wait, outbox rows that nothing has followed from yet, exports under way."""
    rows = list(items(shop).values())
    kinds = [item.get("entity") for item in rows]
    without_effect = kinds.count("outbox") - kinds.count("timeline_entry")
    exports = [item["status"] for item in rows if item.get("entity") == "export_job"]
    under_way = sum(1 for status in exports if status not in ("succeeded", "failed"))
    return unprocessed(shop) + without_effect + under_way
