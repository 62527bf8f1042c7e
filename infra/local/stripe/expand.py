"""`expand[]`: ids replaced by the objects they name, and lists that are absent until asked for."""

from collections.abc import Callable
from typing import Any

from infra.local.stripe.errors import invalid_request, no_such
from infra.local.stripe.store import Store, list_object
from infra.local.stripe.wire import Json

# Stripe counts the leading `data` of a list too: "You cannot expand more than 4 levels".
_DEEPEST = 4
_EMBEDDED = 10

type Included = Callable[[Store, Json], Any]


def _linked_list(kind: str, field: str, url: str) -> Included:
    def build(store: Store, owner: Json) -> Json:
        return _first_ten(store.linked(kind, field, owner["id"]), url.format(owner["id"]))

    return build


def _live_subscriptions(store: Store, customer: Json) -> Json:
    live = [
        subscription
        for subscription in store.linked("subscription", "customer", customer["id"])
        if subscription["status"] not in ("canceled", "incomplete_expired")
    ]
    return _first_ten(live, f"/v1/customers/{customer['id']}/subscriptions")


def _first_ten(rows: list[Json], url: str) -> Json:
    """A list within an object holds ten at most; the rest is fetched at its url."""
    return list_object(rows[:_EMBEDDED], url, has_more=len(rows) > _EMBEDDED)


def _no_tax_ids(_store: Store, customer: Json) -> Json:
    return list_object([], f"/v1/customers/{customer['id']}/tax_ids")


# Properties that an answer holds only when they are expanded.
INCLUDABLE: dict[tuple[str, str], Included] = {
    ("charge", "refunds"): _linked_list("refund", "charge", "/v1/charges/{}/refunds"),
    ("customer", "subscriptions"): _live_subscriptions,
    ("customer", "tax_ids"): _no_tax_ids,
    ("invoice", "payments"): _linked_list("invoice_payment", "invoice", "/v1/invoice_payments"),
}


class Expander:
    def __init__(self, store: Store) -> None:
        self._store = store

    def expand(self, answer: Json, paths: list[str]) -> Json:
        """A copy of the answer along the paths; nothing stored is touched."""
        for path in paths:
            steps = path.split(".")
            if len(steps) > _DEEPEST:
                raise invalid_request(
                    f"You cannot expand more than {_DEEPEST} levels of a property. "
                    f"Property: {path}",
                    code="property_expansion_max_depth",
                    param="expand",
                )
            answer = self._walk(answer, steps, path)
        return answer

    def _walk(self, node: Any, steps: list[str], path: str) -> Any:
        if not steps:
            return node
        if isinstance(node, list):
            return [self._walk(child, steps, path) for child in node]
        if not isinstance(node, dict):
            return node
        step, rest = steps[0], steps[1:]
        return {**node, step: self._walk(self._value(node, step, path), rest, path)}

    def _value(self, node: Json, step: str, path: str) -> Any:
        include = INCLUDABLE.get((str(node.get("object")), step))
        if step not in node and include:
            return include(self._store, node)
        if step not in node:
            raise invalid_request(
                f"This property cannot be expanded ({path}). You may want to try expanding "
                f"'data.{path}' instead.",
                param="expand",
            )
        value = node[step]
        if isinstance(value, list):
            return [self._resolved(child) for child in value]
        return self._resolved(value)

    def _resolved(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = self._store.find(value)
        if found is not None:
            return found
        kind = self._store.deleted_kind(value)
        if kind is not None:
            return tombstone(kind, value)
        if "_" not in value:
            raise invalid_request("This property cannot be expanded.", param="expand")
        raise no_such("object", value)


def tombstone(kind: str, object_id: str) -> Json:
    return {"id": object_id, "object": kind, "deleted": True}
