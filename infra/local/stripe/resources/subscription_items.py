"""What a subscription sells: each item a price and a quantity."""

from infra.local.stripe.account import Account
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.wire import Json, flag, integer, mappings, merged_metadata, required, text


def new_item(account: Account, given: Json, subscription_id: str) -> Json:
    return account.new(
        "subscription_item",
        "si",
        billing_thresholds=None,
        discounts=[],
        metadata=merged_metadata({}, given),
        price=_recurring_price(account, given),
        quantity=integer(given, "quantity") or 1,
        subscription=subscription_id,
        tax_rates=[],
    )


def changed_items(account: Account, subscription: Json, params: Json) -> list[Json] | None:
    """The items as they shall be, or None when nothing about them changes."""
    given_items = mappings(params, "items")
    if not given_items and params.get("billing_cycle_anchor") != "now":
        return None
    items = {item["id"]: dict(item) for item in subscription["items"]["data"]}
    for given in given_items:
        _apply(account, subscription, items, given)
    if not items:
        raise refused("A subscription must have at least one item.", param="items")
    return list(items.values())


def _apply(account: Account, subscription: Json, items: dict[str, Json], given: Json) -> None:
    item_id = text(given, "id")
    if item_id is None:
        added = new_item(account, given, subscription["id"])
        first = next(iter(items.values()))
        for name in ("current_period_start", "current_period_end"):
            added[name] = first[name]
        items[added["id"]] = added
        return
    if item_id not in items:
        raise invalid_request(f"Invalid subscription item: {item_id}", param="items[0][id]")
    if flag(given, "deleted"):
        del items[item_id]
        return
    if "price" in given:
        items[item_id]["price"] = _recurring_price(account, given)
    if "quantity" in given:
        items[item_id]["quantity"] = integer(given, "quantity") or 0
    if items[item_id]["price"]["currency"] != subscription["currency"]:
        raise invalid_request("The price must be in the subscription's currency.", param="items")


def _recurring_price(account: Account, given: Json) -> Json:
    price = account.get("price", required(given, "price"), param="items[0][price]")
    if price["recurring"] is None:
        raise invalid_request(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            param="items[0][price]",
        )
    return dict(price)
