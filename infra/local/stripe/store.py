"""Everything the account holds, in wire format, in the order in which it came to be."""

from collections.abc import Iterator
from typing import Any

from infra.local.stripe.wire import Json

# Questions that lists and billing ask often enough to deserve an index.
_LINK_FIELDS = ("customer", "charge", "payment_intent", "invoice", "subscription", "source")


def links(obj: Json) -> dict[str, str]:
    """The ids by which an object is looked up, wherever the API version keeps them."""
    found = {name: obj[name] for name in _LINK_FIELDS if isinstance(obj.get(name), str)}
    match obj["object"]:
        case "invoice" | "invoiceitem":
            details = (obj.get("parent") or {}).get("subscription_details") or {}
            if details.get("subscription"):
                found["subscription"] = details["subscription"]
        case "invoice_payment":
            payment = obj["payment"]
            found |= {k: payment[k] for k in ("charge", "payment_intent") if payment.get(k)}
    return found


class Store:
    def __init__(self) -> None:
        self._objects: dict[str, Json] = {}
        self._kinds: dict[str, dict[str, None]] = {}
        self._linked: dict[tuple[str, str, str], dict[str, None]] = {}
        self._links_of: dict[str, dict[str, str]] = {}
        self._subscription_of_item: dict[str, str] = {}
        self._deleted: dict[str, str] = {}
        self._positions: dict[str, int] = {}
        # What only the provider knows of an object: how a card behaves, when a refund settles.
        self.notes: dict[str, Json] = {}

    def put(self, obj: Json) -> Json:
        object_id, kind = obj["id"], obj["object"]
        self._objects[object_id] = obj
        self._positions.setdefault(object_id, len(self._positions))
        self._kinds.setdefault(kind, {})[object_id] = None
        self._relink(object_id, kind, links(obj))
        if kind == "subscription":
            for item in obj["items"]["data"]:
                self._subscription_of_item[item["id"]] = object_id
        return obj

    def remove(self, object_id: str) -> None:
        kind = self._objects.pop(object_id)["object"]
        del self._kinds[kind][object_id]
        self._relink(object_id, kind, {})
        self._deleted[object_id] = kind

    def find(self, object_id: str) -> Json | None:
        return self._objects.get(object_id)

    def deleted_kind(self, object_id: str) -> str | None:
        return self._deleted.get(object_id)

    def subscription_of_item(self, item_id: str) -> Json | None:
        return self._objects.get(self._subscription_of_item.get(item_id, ""))

    def newest_first(self, kind: str) -> Iterator[Json]:
        return (self._objects[object_id] for object_id in reversed(self._kinds.get(kind, {})))

    def linked(self, kind: str, field: str, target_id: str) -> list[Json]:
        """Objects of a kind whose `field` names the target, newest first."""
        ids = self._linked.get((kind, field, target_id), {})
        newest_first = sorted(ids, key=self._positions.__getitem__, reverse=True)
        return [self._objects[object_id] for object_id in newest_first]

    def position(self, object_id: str) -> int | None:
        """Where an object stands in the account's history, also after it was deleted."""
        return self._positions.get(object_id)

    def counts(self) -> dict[str, int]:
        return {kind: len(ids) for kind, ids in sorted(self._kinds.items()) if ids}

    def dump(self) -> Json:
        return {
            "objects": list(self._objects.values()),
            "deleted": self._deleted,
            "notes": self.notes,
        }

    def restore(self, dumped: Json) -> None:
        for obj in dumped["objects"]:
            self.put(obj)
        self._deleted.update(dumped["deleted"])
        self.notes.update(dumped["notes"])

    def mark_deleted(self, object_id: str, kind: str) -> None:
        self._deleted[object_id] = kind

    def _relink(self, object_id: str, kind: str, now: dict[str, str]) -> None:
        before = self._links_of.get(object_id, {})
        if before == now:
            return
        for field, target in before.items():
            self._linked[kind, field, target].pop(object_id, None)
        for field, target in now.items():
            self._linked.setdefault((kind, field, target), {})[object_id] = None
        self._links_of[object_id] = now


def list_object(data: list[Any], url: str, *, has_more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
