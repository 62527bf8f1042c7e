"""Reads template.yaml, short forms of functions included, for our own programs and tests."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[1] / "template.yaml"

# Each logical name and the resource that it stands for.
TABLES = {
    "customers": "CustomersTable",
    "subscriptions": "SubscriptionsTable",
    "store": "StoreTable",
    "operations": "OperationsTable",
}


class TemplateLoader(yaml.CSafeLoader):
    """YAML with CloudFormation's tags: `!Ref X` is {"Ref": "X"}, `!If [..]` is {"Fn::If": [..]}."""


def long_form(loader: TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", long_form)


@cache
def template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The whole document, read once: it is for looking at, not for changing."""
    text = path.read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=TemplateLoader)  # noqa: S506 - a SafeLoader
    return loaded


def resources(kind: str, document: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    items = (document or template())["Resources"].items()
    return {name: item["Properties"] for name, item in items if item["Type"] == kind}


def table_request(properties: dict[str, Any], *, name: str) -> dict[str, Any]:
    """What CreateTable takes, from what CloudFormation takes."""
    kept = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    request = {"TableName": name} | {key: properties[key] for key in kept}
    if stream := properties.get("StreamSpecification"):
        request["StreamSpecification"] = {"StreamEnabled": True, **stream}
    return request


def table_requests(*, prefix: str) -> dict[str, dict[str, Any]]:
    """A CreateTable request for each table, by logical name."""
    defined = resources("AWS::DynamoDB::Table")
    return {
        logical: table_request(defined[resource], name=f"{prefix}{logical}")
        for logical, resource in TABLES.items()
    }
