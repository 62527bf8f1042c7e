"""All customers, slice by slice, through the index that holds profiles and nothing else.

A parallel Scan would give every item of one partition key to the same segment, and this index has
as many partition keys as there are list shards; so a slice is a Query of one shard between two
moments, which can be cut as finely as one likes, costs the same and comes in order.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.customer_rows import page_of, profile_attributes
from frontdesk.adapters.dynamodb.signed_http import SignedConnection, connect
from frontdesk.config import table_names
from frontdesk.domain.export import ExportFilter, Slice
from frontdesk.domain.times import from_text
from frontdesk.ports.exports import CustomerPage, SourceSize

_INDEX = "customers_by_created"


class DynamoCustomerSource:
    def __init__(self, connection: SignedConnection, *, table_name: str) -> None:
        self._connection = connection
        self._table_name = table_name

    @property
    def partitions(self) -> tuple[str, ...]:
        return keys.list_shards()

    def size(self) -> SourceSize:
        answer = self._asked("DescribeTable", {"TableName": self._table_name})
        moments = sorted(
            moment
            for shard in self.partitions
            for is_ascending in (True, False)
            for moment in self._first_moments(shard, is_ascending=is_ascending)
        )
        span = (moments[0], moments[-1]) if moments else None
        return SourceSize(_row_estimate(answer["Table"]), span)

    def _first_moments(self, shard: str, *, is_ascending: bool) -> list[datetime]:
        request = {
            "TableName": self._table_name,
            "IndexName": _INDEX,
            "KeyConditionExpression": "list_shard = :shard",
            "ExpressionAttributeValues": {":shard": {"S": shard}},
            "ProjectionExpression": "created_at_key",
            "ScanIndexForward": is_ascending,
            "Limit": 1,
        }
        items = self._asked("Query", request)["Items"]
        return [from_text(item["created_at_key"]["S"].partition("#")[0]) for item in items]

    def pages(
        self, wanted_slice: Slice, *, wanted: ExportFilter, currency: str, start: str | None
    ) -> Iterator[CustomerPage]:
        request = build_page_request(wanted_slice, table_name=self._table_name, currency=currency)
        while True:
            if start is not None:
                request["ExclusiveStartKey"] = json.loads(start)
            content = self._connection.call("Query", request)
            page = page_of(content, currency=currency, wanted=wanted)
            yield page
            start = page.next_start
            if start is None:
                return

    def _asked(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._connection.call(operation, request))
        return answer


def _row_estimate(table: dict[str, Any]) -> int:
    """The index's own count, or, where it is not kept, the table's: too many, and no harm."""
    counts = [
        index.get("ItemCount", 0)
        for index in table.get("GlobalSecondaryIndexes", ())
        if index["IndexName"] == _INDEX
    ]
    return max(counts, default=0) or int(table.get("ItemCount", 0))


def build_page_request(one: Slice, *, table_name: str, currency: str) -> dict[str, Any]:
    names = {f"#n{n}": name for n, name in enumerate(profile_attributes(currency))}
    return {
        "TableName": table_name,
        "IndexName": _INDEX,
        "KeyConditionExpression": "list_shard = :shard AND created_at_key BETWEEN :low AND :high",
        "ExpressionAttributeValues": {
            ":shard": {"S": one.partition},
            ":low": {"S": one.lower},
            ":high": {"S": one.upper},
        },
        "ProjectionExpression": ",".join(names),
        "ExpressionAttributeNames": names,
    }


@cache
def customer_source() -> DynamoCustomerSource:
    return DynamoCustomerSource(connect(), table_name=table_names()["customers"])
