"""Renders operations as DynamoDB requests. Pure: no client, no clock."""

from typing import Any

from frontdesk.adapters.dynamodb.codec import AttributeValue, encode_item, encode_value
from frontdesk.adapters.dynamodb.indexes import sort_key_names
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Key,
    Missing,
    Present,
    Put,
    Query,
    TransactionStep,
    Unconditional,
    Update,
    Value,
)


class _Placeholders:
    """Collects the names and values that an expression refers to, each once."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, AttributeValue] = {}

    def name(self, path: str) -> str:
        return ".".join(self._one_name(part) for part in path.split("."))

    def _one_name(self, name: str) -> str:
        for placeholder, known in self.names.items():
            if known == name:
                return placeholder
        placeholder = f"#n{len(self.names)}"
        self.names[placeholder] = name
        return placeholder

    def value(self, value: Value) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = encode_value(value)
        return placeholder

    def request(self) -> dict[str, Any]:
        request: dict[str, Any] = {}
        if self.names:
            request["ExpressionAttributeNames"] = self.names
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request


def _condition(  # noqa: C901 - one line a type
    condition: Condition, placeholders: _Placeholders
) -> str | None:
    match condition:
        case Unconditional():
            return None
        case Absent():
            return f"attribute_not_exists({placeholders.name('pk')})"
        case Present():
            return f"attribute_exists({placeholders.name('pk')})"
        case Missing(attribute):
            return f"attribute_not_exists({placeholders.name(attribute)})"
        case Equals(attribute, value):
            return f"{placeholders.name(attribute)} = {placeholders.value(value)}"
        case AtLeast(attribute, value):
            return f"{placeholders.name(attribute)} >= {placeholders.value(value)}"
        case Below(attribute, value):
            return f"{placeholders.name(attribute)} < {placeholders.value(value)}"
        case AllOf(conditions):
            parts = [_condition(c, placeholders) for c in conditions if not _always_holds(c)]
            return _joined(" AND ", parts)
        case AnyOf(conditions) if _always_holds(condition):
            return None
        case AnyOf(conditions):
            parts = [_condition(c, placeholders) for c in conditions]
            return _joined(" OR ", parts)


def _joined(word: str, parts: list[str | None]) -> str | None:
    """DynamoDB refuses an expression with parentheses that are not needed."""
    expressions = [part for part in parts if part]
    if len(expressions) > 1:
        return "(" + word.join(expressions) + ")"
    return expressions[0] if expressions else None


def _always_holds(condition: Condition) -> bool:
    match condition:
        case Unconditional():
            return True
        case AllOf(conditions):
            return all(_always_holds(one) for one in conditions)
        case AnyOf(()):
            raise ValueError("One alternative at least: none would never hold.")
        case AnyOf(conditions):
            return any(_always_holds(one) for one in conditions)
        case _:
            return False


def _update_expression(update: Update, placeholders: _Placeholders) -> str:
    assignments = [
        f"{placeholders.name(path)} = {placeholders.value(value)}"
        for path, value in update.put.items()
    ]
    for path, value in update.put_if_missing.items():
        name = placeholders.name(path)
        assignments.append(f"{name} = if_not_exists({name}, {placeholders.value(value)})")
    sections = []
    if assignments:
        sections.append("SET " + ", ".join(assignments))
    if update.add:
        additions = (
            f"{placeholders.name(n)} {placeholders.value(v)}" for n, v in update.add.items()
        )
        sections.append("ADD " + ", ".join(additions))
    if update.remove:
        sections.append("REMOVE " + ", ".join(placeholders.name(path) for path in update.remove))
    return " ".join(sections)


def key_attributes(key: Key) -> dict[str, AttributeValue]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def step_request(step: TransactionStep, *, table_name: str) -> dict[str, Any]:
    """The parameters that PutItem, UpdateItem, DeleteItem and their transaction forms share."""
    placeholders = _Placeholders()
    request: dict[str, Any] = {"TableName": table_name}
    match step:
        case Put(key, item):
            request["Item"] = encode_item(item) | key_attributes(key)
        case Update(key):
            request["Key"] = key_attributes(key)
            request["UpdateExpression"] = _update_expression(step, placeholders)
        case Delete(key) | Check(key):
            request["Key"] = key_attributes(key)
    condition = _condition(step.condition, placeholders)
    if condition is None and isinstance(step, Check):
        raise ValueError("This check would check nothing.")
    if condition:
        request["ConditionExpression"] = condition
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return request | placeholders.request()


def query_request(query: Query, *, table_name: str) -> dict[str, Any]:
    placeholders = _Placeholders()
    partition_name, sort_name = sort_key_names(query.table, query.index)
    parts = [f"{placeholders.name(partition_name)} = {placeholders.value(query.partition)}"]
    if [bool(query.prefix), query.at_least is not None, query.below is not None].count(True) > 1:
        raise ValueError("A key condition takes one bound on the sort key.")
    if query.prefix:
        parts.append(
            f"begins_with({placeholders.name(sort_name)}, {placeholders.value(query.prefix)})"
        )
    elif query.at_least is not None:
        parts.append(f"{placeholders.name(sort_name)} >= {placeholders.value(query.at_least)}")
    elif query.below is not None:
        parts.append(f"{placeholders.name(sort_name)} < {placeholders.value(query.below)}")
    request: dict[str, Any] = {
        "TableName": table_name,
        "KeyConditionExpression": " AND ".join(parts),
        "ScanIndexForward": query.ascending,
    }
    if query.index:
        request["IndexName"] = query.index
    else:
        request["ConsistentRead"] = query.consistent
    if query.limit is not None:
        request["Limit"] = query.limit
    if query.start is not None:
        request["ExclusiveStartKey"] = encode_item(query.start)
    return request | placeholders.request()
