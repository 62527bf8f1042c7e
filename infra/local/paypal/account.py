"""One PayPal business account: its objects, its clock, and the events that changes leave behind."""

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local.paypal.errors import not_found
from infra.local.paypal.store import Store
from infra.local.provider.clock import VirtualClock
from infra.local.provider.exchange import Json
from infra.local.provider.ids import Ids

UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAYER = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LOWER = "0123456789abcdefghijklmnopqrstuvwxyz"
HEX = "0123456789abcdef"
MERCHANT_ID = "FRNTDESK23456"
SANDBOX = "https://api-m.sandbox.paypal.com"

type Listener = Callable[[Json], None]


@dataclass(slots=True)
class Settings:
    """What a merchant configures, and what is not known of PayPal and can be tried both ways."""

    client_id: str = ""  # empty: any client may ask for a token
    client_secret: str = ""
    token_seconds: int = 31_668
    approval_seconds: int = 3 * 3600
    sales_are_captures: bool = True  # /v2/payments/captures/{sale id} is common, never documented
    refuses_duplicate_invoices: bool = True
    refund_days: int = 180
    refunds_max: int = 100
    retry_days: int = 5
    retries_max: int = 2
    price_freeze_days: int = 10
    activation_lag_seconds: int = 0  # how long next_billing_time is provisional, without an event
    reactivation_billing: str = "soon"  # a missed bill is due at the next 10:00; or "next_period"
    reactivated_event: str = "BILLING.SUBSCRIPTION.ACTIVATED"
    expires: str = "after_last_period"  # or "with_last_payment"
    shows_next_billing_when_suspended: bool = False
    reporting_lag_seconds: int = 3 * 3600
    fee_basis_points: int = 349
    fee_fixed_minor: int = 49
    generates_events: bool = True


class Account:
    """All changes happen under `lock`, one at a time, like rows in one database."""

    def __init__(self, *, clock: VirtualClock, ids: Ids) -> None:
        self.clock = clock
        self.ids = ids
        self.lock = threading.RLock()
        self.store = Store()
        self.settings = Settings()
        self.api_base = SANDBOX
        self.on_event: list[Listener] = []
        self.on_change: list[Listener] = []
        self.changes = 0
        # What only the stand-in as a whole can do; it puts itself in here.
        self.resend: Callable[[Json, list[str] | None], None] = lambda _event, _webhooks: None
        self.verify: Callable[[bytes], bool] = lambda _raw_request: False

    def now(self) -> int:
        return self.clock.now()

    def find(self, object_id: str) -> Json | None:
        return self.store.find(object_id)

    def is_empty(self) -> bool:
        return not self.store.counts()

    def get(self, kind: str, object_id: str) -> Json:
        """The object, or PayPal's 404."""
        found = self.store.find(object_id)
        if found is None or found["kind"] != kind:
            raise not_found()
        return found

    def add(self, kind: str, object_id: str, **fields: Any) -> Json:
        now = self.now()
        obj = {"kind": kind, "id": object_id, "created_at": now, "updated_at": now, **fields}
        return self._put(obj)

    def change(self, obj: Json, **changes: Any) -> Json:
        obj.update(changes)
        obj["updated_at"] = self.now()
        return self._put(obj)

    def touch(self, obj: Json) -> Json:
        """After a change inside the object."""
        return self.change(obj)

    def remove(self, obj: Json) -> None:
        self.store.remove(obj["id"])
        self.changes += 1

    def emit(
        self, event_type: str, resource_type: str, resource: Json, summary: str, *, version: str
    ) -> None:
        """`version` is the resource's, which PayPal names for v2 resources only."""
        if not self.settings.generates_events:
            return
        event = self.add(
            "event",
            f"WH-{self.transaction_id()}-{self.transaction_id()}",
            event_type=event_type,
            resource_type=resource_type,
            resource=copy.deepcopy(resource),
            resource_version=version,
            summary=summary,
        )
        for listener in self.on_event:
            listener(event)

    def transaction_id(self) -> str:
        return self.ids.token(17, UPPER)

    def new_id(self, prefix: str, length: int) -> str:
        return f"{prefix}{self.ids.token(length, UPPER)}"

    def link(self, path: str, rel: str, method: str = "GET") -> Json:
        return {"href": f"{self.api_base}{path}", "rel": rel, "method": method}

    def _put(self, obj: Json) -> Json:
        self.store.put(obj)
        self.changes += 1
        for listener in self.on_change:
            listener(obj)
        return obj
