"""Between Python values and DynamoDB's typed attribute values. A float is refused."""

from collections.abc import Mapping
from typing import Any

from frontdesk.adapters.dynamodb.operations import Item, Value

type AttributeValue = dict[str, Any]


def encode_value(value: Value) -> AttributeValue:  # noqa: C901 - one line a type
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case frozenset():
            return {"SS": sorted(value)}
        case list():
            return {"L": [encode_value(element) for element in value]}
        case dict():
            return {"M": encode_item(value)}
    raise TypeError(f"A {type(value).__name__} cannot be stored.")


def decode_value(attribute: AttributeValue) -> Value:
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "B" | "BOOL":
            return value  # type: ignore[no-any-return]  # the wire says what it is
        case "N":
            return int(value)
        case "NULL":
            return None
        case "SS":
            return frozenset(value)
        case "L":
            return [decode_value(element) for element in value]
        case "M":
            return decode_item(value)
    raise TypeError(f"An attribute of type {kind} cannot be read.")


def encode_item(item: Mapping[str, Value]) -> dict[str, AttributeValue]:
    return {name: encode_value(value) for name, value in item.items()}


def decode_item(attributes: Mapping[str, AttributeValue]) -> Item:
    return {name: decode_value(value) for name, value in attributes.items()}
