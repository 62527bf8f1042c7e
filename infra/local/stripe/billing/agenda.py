"""What falls due next in the account, and moving the clock from one due thing to the next."""

import heapq
from collections.abc import Callable

from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import mark_overdue, retry_invoice
from infra.local.stripe.billing.lifecycle import act, due_at
from infra.local.stripe.resources.disputes import open_dispute
from infra.local.stripe.resources.refunds import settle_refund
from infra.local.stripe.wire import Json

type Due = Callable[[Account, Json], int | None]
type Act = Callable[[Account, Json], object]


def _invoice_due_at(account: Account, invoice: Json) -> int | None:
    if invoice["status"] != "open":
        return None
    if invoice["collection_method"] == "send_invoice":
        is_told = account.store.notes.get(invoice["id"], {}).get("is_overdue")
        return None if is_told else invoice["due_date"]
    next_attempt: int | None = invoice["next_payment_attempt"]
    return next_attempt


def _act_on_invoice(account: Account, invoice: Json) -> None:
    is_sent = invoice["collection_method"] == "send_invoice"
    (mark_overdue if is_sent else retry_invoice)(account, invoice)


def _refund_due_at(account: Account, refund: Json) -> int | None:
    at: int | None = account.store.notes.get(refund["id"], {}).get("settles_at")
    return at


def _charge_due_at(account: Account, charge: Json) -> int | None:
    at: int | None = account.store.notes.get(charge["id"], {}).get("dispute_at")
    return at


def _dispute_charge(account: Account, charge: Json) -> None:
    account.note(charge["id"]).pop("dispute_at", None)
    open_dispute(account, charge)


_DUE: dict[str, tuple[Due, Act]] = {
    "subscription": (due_at, act),
    "invoice": (_invoice_due_at, _act_on_invoice),
    "refund": (_refund_due_at, settle_refund),
    "charge": (_charge_due_at, _dispute_charge),
}


class Agenda:
    """A heap of (instant, object); entries are checked against the object when they come up."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._heap: list[tuple[int, int, str]] = []
        self._noted: dict[str, int] = {}
        self._counter = 0
        account.on_change.append(self.note)

    def note(self, obj: Json) -> None:
        rule = _DUE.get(obj["object"])
        if rule is None:
            return
        at = rule[0](self._account, obj)
        if at is not None and self._noted.get(obj["id"]) != at:
            self._noted[obj["id"]] = at
            self._counter += 1
            heapq.heappush(self._heap, (at, self._counter, obj["id"]))

    def advance(self, target: int) -> int:
        """Do all that falls due until `target`, each at its own instant. Answers how many acts."""
        account, acts = self._account, 0
        begin = account.now()
        with account.clock.pinned() as pin:
            while (due := self._pop(target)) is not None:
                at, obj = due
                pin(max(at, begin))
                _DUE[obj["object"]][1](account, obj)
                self.note(obj)
                acts += 1
        return acts

    def _pop(self, target: int) -> tuple[int, Json] | None:
        while self._heap and self._heap[0][0] <= target:
            at, _, object_id = heapq.heappop(self._heap)
            obj = self._account.store.find(object_id)
            if self._noted.get(object_id) == at:
                del self._noted[object_id]
            if obj is None:
                continue
            if _DUE[obj["object"]][0](self._account, obj) == at:
                return at, obj
            self.note(obj)
        return None
