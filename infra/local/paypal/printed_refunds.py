"""One refund, printed as v2 and as v1 print it."""

from infra.local.paypal.account import Account
from infra.local.paypal.money import money, old_amount, old_money
from infra.local.paypal.payments import refunded_minor
from infra.local.paypal.times import written
from infra.local.provider.exchange import Json


def as_refund(account: Account, refund: Json) -> Json:
    payment = account.get("payment", refund["payment"])
    currency, amount = refund["currency"], refund["amount_minor"]
    printed: Json = {
        **as_minimal_refund(account, refund),
        "amount": money(amount, currency),
        "seller_payable_breakdown": {
            "gross_amount": money(amount, currency),
            "paypal_fee": money(0, currency),
            "net_amount": money(amount, currency),
            "total_refunded_amount": money(refunded_minor(account, payment), currency),
        },
        "create_time": written(refund["created_at"]),
        "update_time": written(refund["updated_at"]),
    }
    if refund["status"] == "PENDING":
        printed["status_details"] = {"reason": "ECHECK"}
    for name in ("custom_id", "invoice_id", "note_to_payer"):
        if refund[name]:
            printed[name] = refund[name]
    return printed


def as_minimal_refund(account: Account, refund: Json) -> Json:
    return {
        "id": refund["id"],
        "status": refund["status"],
        "links": [
            account.link(f"/v2/payments/refunds/{refund['id']}", "self"),
            account.link(f"/v2/payments/captures/{refund['payment']}", "up"),
        ],
    }


def as_old_refund(account: Account, refund: Json) -> Json:
    """A v1 refund; of an order's capture it names the capture, of a subscription the sale."""
    payment = account.get("payment", refund["payment"])
    parent = "sale" if payment["channel"] == "sale" else "capture"
    path = f"/v1/payments/refund/{refund['id']}"
    printed: Json = {
        "id": refund["id"],
        "state": refund["status"].lower(),
        "amount": old_amount(refund["amount_minor"], refund["currency"]),
        f"{parent}_id": payment["id"],
        "create_time": written(refund["created_at"]),
        "update_time": written(refund["updated_at"]),
        "links": [
            account.link(path, "self"),
            account.link(f"/v1/payments/{parent}/{payment['id']}", parent),
        ],
    }
    for old, new in (
        ("invoice_number", "invoice_id"),
        ("reason", "reason"),
        ("description", "note_to_payer"),
    ):
        if refund[new]:
            printed[old] = refund[new]
    return printed


def as_detailed_refund(account: Account, refund: Json) -> Json:
    """How v1 answers the refund itself."""
    payment = account.get("payment", refund["payment"])
    currency = refund["currency"]
    custom = {"custom": refund["custom_id"]} if refund["custom_id"] else {}
    return {
        **custom,
        **as_old_refund(account, refund),
        "refund_from_received_amount": old_money(refund["amount_minor"], currency),
        "refund_from_transaction_fee": old_money(0, currency),
        "total_refunded_amount": old_money(refunded_minor(account, payment), currency),
    }
