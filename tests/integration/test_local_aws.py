"""What the product relies on and the local AWS must therefore do."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


def put_many(dynamodb: Any, table: str, *, count: int) -> set[str]:
    names = {f"row-{number:03d}" for number in range(count)}
    for name in names:
        item = {"pk": {"S": name}, "sk": {"S": "-"}, "list_shard": {"S": f"CUSTOMERS#{len(name)}"}}
        dynamodb.put_item(TableName=table, Item=item | {"created_at_key": {"S": name}})
    return names


class TestTables:
    def test_a_segmented_scan_of_an_index_finds_each_row_once(
        self, dynamodb: Any, empty_tables: dict[str, str]
    ) -> None:
        names = put_many(dynamodb, empty_tables["customers"], count=50)

        found = [
            item["pk"]["S"]
            for segment in range(4)
            for item in dynamodb.scan(
                TableName=empty_tables["customers"],
                IndexName="customers_by_created",
                Segment=segment,
                TotalSegments=4,
            )["Items"]
        ]

        assert sorted(found) == sorted(names)

    def test_a_refused_condition_brings_the_row_that_refused_it(
        self, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        key = {"pk": {"S": uuid.uuid4().hex}, "sk": {"S": "-"}}
        dynamodb.put_item(TableName=tables["store"], Item=key | {"version": {"N": "7"}})

        with pytest.raises(ClientError) as refusal:
            dynamodb.put_item(
                TableName=tables["store"],
                Item=key,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

        response: Any = refusal.value.response
        assert response["Item"]["version"] == {"N": "7"}

    def test_a_transaction_is_refused_as_a_whole(
        self, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        key = {"pk": {"S": uuid.uuid4().hex}, "sk": {"S": "-"}}
        other = {"pk": {"S": uuid.uuid4().hex}, "sk": {"S": "-"}}
        check = {"Key": other, "ConditionExpression": "attribute_exists(pk)"}

        with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as refusal:
            dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": tables["customers"], "Item": key}},
                    {"ConditionCheck": {"TableName": tables["store"], **check}},
                ]
            )

        codes = [reason["Code"] for reason in refusal.value.response["CancellationReasons"]]
        assert codes == ["None", "ConditionalCheckFailed"]
        assert "Item" not in dynamodb.get_item(TableName=tables["customers"], Key=key)
