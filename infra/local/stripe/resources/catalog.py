"""/v1/products and /v1/prices."""

from typing import Any

from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.expand import tombstone
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import amount_of, currency_of
from infra.local.stripe.wire import (
    Json,
    flag,
    integer,
    mapping,
    merged_metadata,
    one_of,
    required,
    sequence,
    text,
)

_INTERVALS = ("day", "week", "month", "year")
_PRODUCT_TEXTS = ("description", "statement_descriptor", "unit_label", "url")
_PRODUCT_PARAMS = (
    "active description images marketing_features metadata name shippable statement_descriptor "
    "unit_label url"
)
_TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")


def create_product(call: Call) -> Json:
    account, params = call.account, call.params
    product = account.new(
        "product",
        "prod",
        active=flag(params, "active", default=True),
        default_price=None,
        images=sequence(params, "images"),
        livemode=False,
        marketing_features=sequence(params, "marketing_features"),
        metadata=merged_metadata({}, params),
        name=required(params, "name"),
        package_dimensions=None,
        shippable=flag(params, "shippable") if "shippable" in params else None,
        tax_code=None,
        updated=account.now(),
        **{name: text(params, name) for name in _PRODUCT_TEXTS},
    )
    product["id"] = text(params, "id") or product["id"]
    if account.store.find(product["id"]):
        raise refused("Product already exists.", code="resource_already_exists", param="id")
    account.add(product, "product.created")
    if "default_price_data" in params:
        data = {**mapping(params, "default_price_data"), "product": product["id"]}
        price = create_price(Call(account, data))
        account.change(product, {"default_price": price["id"]}, "product.updated")
    return product


def update_product(call: Call) -> Json:
    account, params = call.account, call.params
    product = account.get("product", call.id)
    changes: Json = {name: text(params, name) for name in _PRODUCT_TEXTS if name in params}
    changes["metadata"] = merged_metadata(product["metadata"], params)
    if "name" in params:
        changes["name"] = required(params, "name")
    if "active" in params:
        changes["active"] = flag(params, "active")
    if "default_price" in params:
        changes["default_price"] = account.get(
            "price", required(params, "default_price"), param="default_price"
        )["id"]
    if any(product.get(name) != value for name, value in changes.items()):
        changes["updated"] = account.now()
    return account.change(product, changes, "product.updated")


def delete_product(call: Call) -> Json:
    product = call.account.get("product", call.id)
    if any(p["product"] == call.id for p in call.account.store.newest_first("price")):
        raise refused("This product cannot be deleted because it has one or more prices.")
    call.account.delete(product, "product.deleted")
    return tombstone("product", call.id)


def create_price(call: Call) -> Json:
    account, params = call.account, call.params
    currency = currency_of(params)
    amount = amount_of(params, "unit_amount", currency, smallest=0)
    if amount is None:
        raise invalid_request(
            "Prices here need unit_amount.", code="parameter_missing", param="unit_amount"
        )
    recurring = _recurring(mapping(params, "recurring"))
    price = account.new(
        "price",
        "price",
        active=flag(params, "active", default=True),
        billing_scheme="per_unit",
        currency=currency,
        custom_unit_amount=None,
        livemode=False,
        lookup_key=text(params, "lookup_key"),
        metadata=merged_metadata({}, params),
        nickname=text(params, "nickname"),
        product=_product_of(call),
        recurring=recurring,
        tax_behavior=one_of(params, "tax_behavior", _TAX_BEHAVIORS, "unspecified"),
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    return account.add(price, "price.created")


def update_price(call: Call) -> Json:
    params = call.params
    price = call.account.get("price", call.id)
    changes: Json = {"metadata": merged_metadata(price["metadata"], params)}
    changes |= {name: text(params, name) for name in ("nickname", "lookup_key") if name in params}
    if "active" in params:
        changes["active"] = flag(params, "active")
    return call.account.change(price, changes, "price.updated")


def _product_of(call: Call) -> Any:
    data = mapping(call.params, "product_data")
    if data:
        return create_product(Call(call.account, data))["id"]
    return call.account.get("product", required(call.params, "product"), param="product")["id"]


def _recurring(given: Json) -> Json | None:
    if not given:
        return None
    interval = required(given, "interval")
    if interval not in _INTERVALS:
        raise invalid_request(f"Invalid interval: {interval}", param="recurring[interval]")
    return {
        "interval": interval,
        "interval_count": integer(given, "interval_count") or 1,
        "meter": None,
        "usage_type": "licensed",
    }


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/products", create_product, f"{_PRODUCT_PARAMS} id default_price_data"),
    route("POST", "/v1/products/{id}", update_product, f"{_PRODUCT_PARAMS} default_price"),
    route("DELETE", "/v1/products/{id}", delete_product),
    route(
        "POST",
        "/v1/prices",
        create_price,
        "active currency lookup_key metadata nickname product product_data recurring "
        "tax_behavior unit_amount",
    ),
    route("POST", "/v1/prices/{id}", update_price, "active lookup_key metadata nickname"),
)
