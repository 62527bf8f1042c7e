"""What stands on an invoice: a period of a subscription, a one-off item, a proration."""

from infra.local.stripe.account import Account
from infra.local.stripe.shapes import readable
from infra.local.stripe.wire import Json


def subscription_line(account: Account, subscription: Json, item: Json, *, free: bool) -> Json:
    price, quantity = item["price"], item["quantity"]
    product = account.store.find(price["product"]) or {"name": "(deleted)"}
    each = f"{readable(price['unit_amount'], price['currency'])} / {_interval(price['recurring'])}"
    line = _line(
        account,
        amount=0 if free else price["unit_amount"] * quantity,
        currency=price["currency"],
        description=(
            f"Trial period for {product['name']}"
            if free
            else f"{quantity} x {product['name']} (at {each})"
        ),
        period=(item["current_period_start"], item["current_period_end"]),
        price=price,
        quantity=quantity,
    )
    line["parent"] = _subscription_parent(subscription["id"], item["id"])
    return line


def item_line(account: Account, invoiceitem: Json) -> Json:
    """The line for a pending invoice item, prorations included."""
    line = _line(
        account,
        amount=invoiceitem["amount"],
        currency=invoiceitem["currency"],
        description=invoiceitem["description"],
        period=(invoiceitem["period"]["start"], invoiceitem["period"]["end"]),
        price=None,
        quantity=invoiceitem["quantity"],
    )
    line["pricing"] = invoiceitem["pricing"]
    details = (invoiceitem["parent"] or {}).get("subscription_details") or {}
    line["parent"] = {
        "invoice_item_details": {
            "invoice_item": invoiceitem["id"],
            "proration": invoiceitem["proration"],
            "proration_details": {"credited_items": None},
            "subscription": details.get("subscription"),
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    return line


def new_invoiceitem(
    account: Account,
    *,
    customer: str,
    currency: str,
    amount: int,
    description: str | None,
    period: tuple[int, int],
    price: Json | None = None,
    quantity: int = 1,
    subscription: Json | None = None,
    item_id: str | None = None,
    metadata: Json | None = None,
) -> Json:
    """Pending until an invoice takes it up. One with a subscription is a proration."""
    return account.add(
        {
            "id": account.ids.new("ii"),
            "object": "invoiceitem",
            "amount": amount,
            "currency": currency,
            "customer": customer,
            "customer_account": None,
            "date": account.now(),
            "description": description,
            "discountable": subscription is None,
            "discounts": [],
            "invoice": None,
            "livemode": False,
            "metadata": metadata or {},
            "net_amount": amount,
            "parent": _item_parent(subscription, item_id),
            "period": {"start": period[0], "end": period[1]},
            "pricing": _pricing(price, amount),
            "proration": subscription is not None,
            "quantity": quantity,
            "quantity_decimal": str(quantity),
            "tax_rates": [],
            "test_clock": None,
        },
        "invoiceitem.created",
    )


def _item_parent(subscription: Json | None, item_id: str | None) -> Json | None:
    if subscription is None:
        return None
    details = {"subscription": subscription["id"], "subscription_item": item_id}
    return {"subscription_details": details, "type": "subscription_details"}


def take_pending_items(account: Account, customer_id: str, currency: str) -> list[Json]:
    """Pending items of the customer in this currency, oldest first."""
    rows = account.store.linked("invoiceitem", "customer", customer_id)
    pending = [r for r in rows if r["invoice"] is None and r["currency"] == currency]
    return list(reversed(pending))


def assign_items(account: Account, items: list[Json], invoice: Json) -> None:
    for item in items:
        account.change(item, {"invoice": invoice["id"]})


def _line(
    account: Account,
    *,
    amount: int,
    currency: str,
    description: str | None,
    period: tuple[int, int],
    price: Json | None,
    quantity: int,
) -> Json:
    return {
        "id": account.ids.new("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": _pricing(price, amount),
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subtotal": amount,
        "taxes": [],
    }


def _pricing(price: Json | None, amount: int) -> Json | None:
    if price is None:
        return {"type": "price_details", "unit_amount_decimal": str(amount)}
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _subscription_parent(subscription_id: str, item_id: str) -> Json:
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription_id,
            "subscription_item": item_id,
        },
        "type": "subscription_item_details",
    }


def _interval(recurring: Json) -> str:
    count, interval = recurring["interval_count"], recurring["interval"]
    return str(interval) if count == 1 else f"{count} {interval}s"
