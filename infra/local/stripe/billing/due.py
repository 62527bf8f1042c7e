"""When an object of the account is due next, and what happens then."""

from infra.local.provider.agenda import Act, Due
from infra.local.stripe.account import Account
from infra.local.stripe.billing.collection import mark_overdue, retry_invoice
from infra.local.stripe.billing.lifecycle import act, due_at
from infra.local.stripe.resources.disputes import open_dispute
from infra.local.stripe.resources.refunds import settle_refund
from infra.local.stripe.wire import Json


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


DUE: dict[str, tuple[Due[Account], Act[Account]]] = {
    "subscription": (due_at, act),
    "invoice": (_invoice_due_at, _act_on_invoice),
    "refund": (_refund_due_at, settle_refund),
    "charge": (_charge_due_at, _dispute_charge),
}
