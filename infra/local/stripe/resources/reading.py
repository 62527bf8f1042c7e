"""Fetching one object and listing many: the same for every kind of object."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from infra.local.stripe.account import ACCOUNT_ID
from infra.local.stripe.errors import invalid_request
from infra.local.stripe.expand import tombstone
from infra.local.stripe.lists import CURSOR_PARAMS, matches_type, page, page_of
from infra.local.stripe.routes import Call, Route
from infra.local.stripe.store import Store
from infra.local.stripe.wire import Json, flag, mapping, text, texts

type Keep = Callable[[Json, str], bool]
type Filter = tuple[str, Keep]


@dataclass(frozen=True, slots=True)
class Collection:
    """`links` are filters that an index answers; `values` compare one field with the text."""

    kind: str
    path: str
    links: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    is_dated: bool = True

    @property
    def accepts(self) -> frozenset[str]:
        cursor = CURSOR_PARAMS if self.is_dated else CURSOR_PARAMS - {"created"}
        return cursor | set(self.links) | set(self.values)


COLLECTIONS = (
    Collection(
        "balance_transaction", "/v1/balance_transactions", ("source",), ("currency", "type")
    ),
    Collection("charge", "/v1/charges", ("customer", "payment_intent")),
    Collection("credit_note", "/v1/credit_notes", ("invoice", "customer")),
    Collection("customer", "/v1/customers", (), ("email",)),
    Collection("dispute", "/v1/disputes", ("charge", "payment_intent")),
    Collection(
        "invoice", "/v1/invoices", ("subscription", "customer"), ("status", "collection_method")
    ),
    Collection("invoiceitem", "/v1/invoiceitems", ("invoice", "customer")),
    Collection("payment_intent", "/v1/payment_intents", ("customer",)),
    Collection(
        "payment_method", "/v1/payment_methods", ("customer",), ("type", "allow_redisplay"), False
    ),
    Collection("price", "/v1/prices", (), ("product", "active", "currency", "type")),
    Collection("product", "/v1/products", (), ("active",)),
    Collection("refund", "/v1/refunds", ("charge", "payment_intent")),
    Collection("setup_intent", "/v1/setup_intents", ("customer",), ("payment_method",)),
    Collection("subscription_schedule", "/v1/subscription_schedules", ("customer",)),
    Collection("tax_rate", "/v1/tax_rates", (), ("active", "inclusive")),
)


def _get(kind: str) -> Callable[[Call], Json]:
    return lambda call: call.account.get(kind, call.id)


def _list(collection: Collection) -> Callable[[Call], Json]:
    def answer(call: Call) -> Json:
        rows = candidates(call.account.store, collection, call.params)
        return page(
            call.account.store, rows, call.params, url=collection.path, kind=collection.kind
        )

    return answer


def candidates(store: Store, collection: Collection, params: Json) -> Iterable[Json]:
    asked = {name: text(params, name) for name in (*collection.links, *collection.values)}
    given = {name: value for name, value in asked.items() if value is not None}
    indexed = next((name for name in collection.links if name in given), None)
    rows: Iterable[Json] = (
        store.linked(collection.kind, indexed, given.pop(indexed))
        if indexed
        else store.newest_first(collection.kind)
    )
    return (row for row in rows if all(_same(row.get(n), v) for n, v in given.items()))


def _same(value: Any, wanted: str) -> bool:
    return ("true" if value else "false") == wanted if isinstance(value, bool) else value == wanted


def get_customer(call: Call) -> Json:
    if call.account.store.deleted_kind(call.id) == "customer":
        return tombstone("customer", call.id)
    return call.account.get("customer", call.id)


def list_subscriptions(call: Call) -> Json:
    """Without `status` the canceled ones are left out; `all` brings every one."""
    status = text(call.params, "status")
    price = text(call.params, "price")
    collection = Collection("subscription", "/v1/subscriptions", ("customer",))
    rows = (
        row
        for row in candidates(call.account.store, collection, call.params)
        if _has_status(row, status) and (price is None or _has_price(row, price))
    )
    return page(call.account.store, rows, call.params, url="/v1/subscriptions", kind="subscription")


def _has_status(subscription: Json, status: str | None) -> bool:
    match status:
        case None:
            return bool(subscription["status"] != "canceled")
        case "all":
            return True
        case "ended":
            return subscription["status"] in ("canceled", "incomplete_expired")
        case _:
            return bool(subscription["status"] == status)


def _has_price(subscription: Json, price: str) -> bool:
    return any(item["price"]["id"] == price for item in subscription["items"]["data"])


def list_events(call: Call) -> Json:
    patterns = [*texts(call.params, "types"), *filter(None, [text(call.params, "type")])]
    delivered = flag(call.params, "delivery_success") if "delivery_success" in call.params else None
    pending = call.account.deliveries_pending
    rows = (
        event
        for event in call.account.store.newest_first("event")
        if (not patterns or any(matches_type(event["type"], p) for p in patterns))
        and (delivered is None or (pending(event["id"]) == 0) is delivered)
    )
    return page(call.account.store, rows, call.params, url="/v1/events", kind="event")


def list_invoice_payments(call: Call) -> Json:
    """By invoice, or by what paid: `payment[type]=charge&payment[charge]=ch_…`."""
    store, params = call.account.store, call.params
    payment, invoice = mapping(params, "payment"), text(params, "invoice")
    if payment:
        kind = payment.get("type", "")
        if kind not in ("payment_intent", "charge") or kind not in payment:
            raise invalid_request("Missing required param: payment[type].", param="payment")
        rows: Iterable[Json] = store.linked("invoice_payment", kind, payment[kind])
    elif invoice:
        rows = store.linked("invoice_payment", "invoice", invoice)
    else:
        rows = store.newest_first("invoice_payment")
    status = text(params, "status")
    kept = (row for row in rows if status is None or row["status"] == status)
    return page(store, kept, params, url="/v1/invoice_payments", kind="invoice_payment")


def list_payment_methods_of_customer(call: Call) -> Json:
    call.account.get("customer", call.id, param="customer")
    rows = call.account.store.linked("payment_method", "customer", call.id)
    kind = text(call.params, "type")
    return page(
        call.account.store,
        (row for row in rows if kind is None or row["type"] == kind),
        call.params,
        url=f"/v1/customers/{call.id}/payment_methods",
        kind="payment_method",
    )


def list_invoice_lines(call: Call) -> Json:
    lines = call.account.get("invoice", call.id)["lines"]["data"]
    return page_of(lines, call.params, url=f"/v1/invoices/{call.id}/lines", kind="line_item")


def list_subscription_items(call: Call) -> Json:
    subscription_id = text(call.params, "subscription") or ""
    subscription = call.account.get("subscription", subscription_id, param="subscription")
    items = subscription["items"]
    return page_of(items["data"], call.params, url=items["url"], kind="subscription_item")


def get_subscription_item(call: Call) -> Json:
    subscription = call.account.store.subscription_of_item(call.id)
    items = subscription["items"]["data"] if subscription else []
    for item in items:
        if item["id"] == call.id:
            return dict(item)
    return call.account.get("subscription_item", call.id)


def get_account(_call: Call) -> Json:
    return {"id": ACCOUNT_ID, "object": "account"}


def _routes() -> Iterable[Route]:
    yield Route("GET", "/v1/customers/{id}", get_customer, frozenset({"expand"}))
    for collection in COLLECTIONS:
        yield Route("GET", collection.path, _list(collection), collection.accepts)
        yield Route(
            "GET", f"{collection.path}/{{id}}", _get(collection.kind), frozenset({"expand"})
        )
    for path, kind in (
        ("/v1/subscriptions", "subscription"),
        ("/v1/events", "event"),
        ("/v1/invoice_payments", "invoice_payment"),
    ):
        yield Route("GET", f"{path}/{{id}}", _get(kind), frozenset({"expand"}))
    yield Route(
        "GET",
        "/v1/subscriptions",
        list_subscriptions,
        CURSOR_PARAMS | {"customer", "price", "status"},
    )
    yield Route(
        "GET", "/v1/events", list_events, CURSOR_PARAMS | {"delivery_success", "type", "types"}
    )
    yield Route(
        "GET",
        "/v1/invoice_payments",
        list_invoice_payments,
        CURSOR_PARAMS | {"invoice", "payment", "status"},
    )
    yield Route(
        "GET",
        "/v1/customers/{id}/payment_methods",
        list_payment_methods_of_customer,
        CURSOR_PARAMS - {"created"} | {"type"},
    )
    yield Route("GET", "/v1/invoices/{id}/lines", list_invoice_lines, CURSOR_PARAMS - {"created"})
    yield Route(
        "GET", "/v1/subscription_items", list_subscription_items, CURSOR_PARAMS | {"subscription"}
    )
    yield Route("GET", "/v1/subscription_items/{id}", get_subscription_item, frozenset({"expand"}))
    yield Route("GET", "/v1/account", get_account, frozenset({"expand"}))


ROUTES = tuple(_routes())
