"""Catalog products."""

from infra.local.paypal.account import Account
from infra.local.paypal.errors import unprocessable
from infra.local.paypal.paging import page_of
from infra.local.paypal.patching import Operation, operations
from infra.local.paypal.reading import known_only, one_of, required_text, text
from infra.local.paypal.routes import HOUR_SECONDS, Call, Route, reading, silent
from infra.local.paypal.times import written
from infra.local.provider.exchange import Json

_TYPES = ("PHYSICAL", "DIGITAL", "SERVICE")
_OPTIONAL = ("description", "category", "image_url", "home_url")
_LONGEST = {"description": 256, "category": 256, "image_url": 2000, "home_url": 2000}


def create_product(call: Call) -> Json:
    account, body = call.account, call.body
    known_only(body, "id name description type category image_url home_url")
    object_id = text(body, "id", longest=50) or account.new_id("PROD-", 17)
    if account.find(object_id):
        raise unprocessable(
            "DUPLICATE_RESOURCE_IDENTIFIER", "Duplicate resource identifier.", field="/id"
        )
    return account.add(
        "product",
        object_id,
        name=required_text(body, "name"),
        type=one_of(body, "type", _TYPES, "PHYSICAL"),
        **{name: text(body, name, longest=_LONGEST[name]) for name in _OPTIONAL},
    )


def present_product(call: Call, product: Json) -> Json:
    return as_product(call.account, product)


def get_product(call: Call) -> Json:
    return as_product(call.account, call.account.get("product", call.id))


def list_products(call: Call) -> Json:
    account = call.account
    rows = list(account.store.newest_first("product"))
    return page_of(call, rows, "products", lambda row: _as_row(account, row))


def patch_product(call: Call) -> None:
    product = call.account.get("product", call.id)
    changes: Json = {}
    for operation in operations(call.body):
        changes |= _patched(operation)
    call.account.change(product, **changes)


def _patched(operation: Operation) -> Json:
    operation.refuse_unless("replace", "add", "remove")
    name = operation.path.removeprefix("/")
    if name not in _OPTIONAL:
        raise operation.unknown_path()
    return {name: None if operation.op == "remove" else operation.text(longest=_LONGEST[name])}


def as_product(account: Account, product: Json) -> Json:
    return {
        **_as_row(account, product),
        "type": product["type"],
        **{name: product[name] for name in _OPTIONAL if product[name]},
        "update_time": written(product["updated_at"]),
    }


def _as_row(account: Account, product: Json) -> Json:
    path = f"/v1/catalogs/products/{product['id']}"
    described = {"description": product["description"]} if product["description"] else {}
    return {
        "id": product["id"],
        "name": product["name"],
        **described,
        "create_time": written(product["created_at"]),
        "links": [account.link(path, "self"), account.link(path, "edit", "PATCH")],
    }


ROUTES = (
    Route(
        "POST",
        "/v1/catalogs/products",
        create_product,
        present_product,
        status=201,
        remembered_seconds=72 * HOUR_SECONDS,
    ),
    reading("/v1/catalogs/products", list_products, "page page_size total_required"),
    reading("/v1/catalogs/products/{product_id}", get_product),
    silent("PATCH", "/v1/catalogs/products/{product_id}", patch_product),
)
