"""Who gets which event, and how Stripe signs it."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from infra.local.provider.delivery import Delivery, DeliveryQueue, Post
from infra.local.stripe.lists import matches_type
from infra.local.stripe.posting import signature_header
from infra.local.stripe.wire import Json


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    secrets: tuple[str, ...]
    enabled_events: tuple[str, ...] = ("*",)

    def wants(self, event_type: str) -> bool:
        return any(matches_type(event_type, pattern) for pattern in self.enabled_events)


class Dispatcher(DeliveryQueue):
    def __init__(self, *, wall: Callable[[], float] = time.time, post: Post | None = None) -> None:
        super().__init__(post=post)
        self._wall = wall
        self._endpoints: list[Endpoint] = []

    def set_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints = list(endpoints)

    def publish(self, event: Json) -> None:
        wanted = [e for e in self._endpoints if e.wants(event["type"])]
        event["pending_webhooks"] = len(wanted)
        if not wanted:
            return
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        self.enqueue(event["id"], [partial(self._delivery, event["id"], body, e) for e in wanted])

    def _delivery(self, event_id: str, body: bytes, endpoint: Endpoint) -> Delivery:
        return Delivery(event_id, endpoint.url, body, partial(self._headers, body, endpoint))

    def _headers(self, body: bytes, endpoint: Endpoint) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            # Every attempt is signed anew, so a retry is never too old.
            "Stripe-Signature": signature_header(
                body, endpoint.secrets, at_epoch_seconds=int(self._wall())
            ),
        }

    def report(self) -> Json:
        endpoints = [
            {"url": e.url, "enabled_events": list(e.enabled_events), "secrets": len(e.secrets)}
            for e in self._endpoints
        ]
        return {"endpoints": endpoints, **super().report()}
