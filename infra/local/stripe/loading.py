"""Taking in a whole account from a file: its objects as they stand, its events as they happened."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from infra.local.stripe.account import Account
from infra.local.stripe.wire import Json


def read_account(path: Path) -> Json:
    raw = path.read_bytes()
    loaded: Json = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    return loaded


def load_account(account: Account, loaded: Json) -> None:
    """The clock stops at the last event, so that nothing renews which the file does not tell of."""
    with account.lock:
        store = account.store
        oldest_first = [obj for objects in loaded["objects"].values() for obj in objects][::-1]
        oldest_first.sort(key=lambda obj: obj.get("created", 0))
        for obj in oldest_first:
            if obj.get("deleted"):
                store.mark_deleted(obj["id"], obj["object"])
            else:
                account.take_in(obj)
        for payment in _missing_invoice_payments(account):
            store.put(payment)
        for event in loaded.get("events", []):
            store.put(event)
        instants = [event["created"] for event in loaded.get("events", [])]
        if instants:
            account.clock.freeze(max(instants))


def _missing_invoice_payments(account: Account) -> Iterable[Json]:
    """A file may lack invoice payments; customer, amount and second tell which charge paid."""
    store = account.store
    if next(iter(store.newest_first("invoice_payment")), None):
        return
    unpaired = [
        charge
        for charge in store.newest_first("charge")
        if charge["status"] == "succeeded" and charge["payment_intent"] is None
    ]
    for invoice in list(store.newest_first("invoice")):
        for charge in unpaired:
            if _paid(invoice, charge):
                unpaired.remove(charge)
                yield _invoice_payment(account, invoice, charge)
                break


def _paid(invoice: Json, charge: Json) -> bool:
    return bool(
        invoice["status"] == "paid"
        and invoice["amount_paid"] > 0
        and charge["customer"] == invoice["customer"]
        and charge["amount"] == invoice["amount_paid"]
        and charge["created"] == invoice["status_transitions"]["paid_at"]
    )


def _invoice_payment(account: Account, invoice: Json, charge: Json) -> Json:
    return {
        "id": account.ids.new("inpay"),
        "object": "invoice_payment",
        "amount_paid": charge["amount"],
        "amount_requested": charge["amount"],
        "created": charge["created"],
        "currency": charge["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"charge": charge["id"], "type": "charge"},
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": charge["created"]},
    }
