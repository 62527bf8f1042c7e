"""Everything the account holds, by id, in the order in which it came to be.

Objects are kept as PayPal would keep them, not as it prints them: one payment is printed as a v1
sale and as a v2 capture. `kind` says what an object is.
"""

from collections.abc import Iterator

from infra.local.provider.exchange import Json

# Questions that come often enough to deserve an index.
_LINK_FIELDS = ("subscription", "payment", "invoice_id", "customer", "token")


class Store:
    def __init__(self) -> None:
        self._objects: dict[str, Json] = {}
        self._kinds: dict[str, dict[str, None]] = {}
        self._linked: dict[tuple[str, str, str], dict[str, None]] = {}
        self._links_of: dict[str, dict[str, str]] = {}

    def put(self, obj: Json) -> Json:
        self._objects[obj["id"]] = obj
        self._kinds.setdefault(obj["kind"], {})[obj["id"]] = None
        self._relink(obj["id"], obj["kind"], _links(obj))
        return obj

    def remove(self, object_id: str) -> None:
        kind = self._objects.pop(object_id)["kind"]
        del self._kinds[kind][object_id]
        self._relink(object_id, kind, {})

    def find(self, object_id: str) -> Json | None:
        return self._objects.get(object_id)

    def of_kind(self, kind: str) -> list[Json]:
        """Oldest first."""
        return [self._objects[object_id] for object_id in self._kinds.get(kind, {})]

    def newest_first(self, kind: str) -> Iterator[Json]:
        return (self._objects[object_id] for object_id in reversed(self._kinds.get(kind, {})))

    def linked(self, kind: str, field: str, target_id: str) -> list[Json]:
        """Objects of a kind whose `field` names the target, oldest first."""
        ids = self._linked.get((kind, field, target_id), {})
        return [self._objects[object_id] for object_id in ids]

    def counts(self) -> dict[str, int]:
        return {kind: len(ids) for kind, ids in sorted(self._kinds.items()) if ids}

    def dump(self) -> list[Json]:
        return list(self._objects.values())

    def restore(self, objects: list[Json]) -> None:
        for obj in objects:
            self.put(obj)

    def _relink(self, object_id: str, kind: str, now: dict[str, str]) -> None:
        before = self._links_of.get(object_id, {})
        if before == now:
            return
        for field, target in before.items():
            self._linked[kind, field, target].pop(object_id, None)
        for field, target in now.items():
            self._linked.setdefault((kind, field, target), {})[object_id] = None
        self._links_of[object_id] = now


def _links(obj: Json) -> dict[str, str]:
    return {name: obj[name] for name in _LINK_FIELDS if isinstance(obj.get(name), str)}
