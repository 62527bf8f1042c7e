"""Money that buyers paid: one record, which v1 prints as a sale and v2 as a capture."""

from typing import Any

from infra.local.paypal import entries
from infra.local.paypal.account import MERCHANT_ID, Account
from infra.local.paypal.money import money, old_amount, old_money, text_of
from infra.local.paypal.times import written
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json

CLEARING_DAYS = 3
_COUNTED = ("COMPLETED", "PENDING")
_OLD_STATES = {
    "COMPLETED": "completed",
    "PENDING": "pending",
    "DECLINED": "denied",
    "PARTIALLY_REFUNDED": "partially_refunded",
    "REFUNDED": "refunded",
}


def record_payment(
    account: Account,
    payer: Json,
    amount_minor: int,
    currency: str,
    *,
    channel: str,
    **fields: Any,
) -> Json:
    """`channel` is `sale` for subscriptions and `capture` for orders; a fee is kept by PayPal."""
    is_pending = payer["conduct"] == "pends"
    settings = account.settings
    fee = amount_minor * settings.fee_basis_points // 10_000 + settings.fee_fixed_minor
    payment = account.add(
        "payment",
        account.transaction_id(),
        channel=channel,
        amount_minor=amount_minor,
        currency=currency,
        fee_minor=min(fee, amount_minor),
        status="PENDING" if is_pending else "COMPLETED",
        reason="ECHECK" if is_pending else None,
        clears_at=account.now() + CLEARING_DAYS * DAY_SECONDS if is_pending else None,
        payer=payer["id"],
        reversed_minor=0,
        dispute=None,
        **fields,
    )
    _book(account, payment)
    announce(account, payment, "PENDING" if is_pending else "COMPLETED")
    return payment


def _book(account: Account, payment: Json) -> None:
    is_sale = payment["channel"] == "sale"
    entries.record(
        account,
        entries.SUBSCRIPTION_PAYMENT if is_sale else entries.CHECKOUT_PAYMENT,
        payment["amount_minor"],
        of=payment,
        transaction_id=payment["id"],
        reference=("SUB", payment["subscription"]) if is_sale else ("ODR", payment["order"]),
        status="P" if payment["status"] == "PENDING" else "S",
        fee_minor=payment["fee_minor"],
    )


def clear_payment(account: Account, payment: Json, *, cleared: bool = True) -> Json:
    """A pending payment arrives, or is denied."""
    status = "COMPLETED" if cleared else "DECLINED"
    account.change(payment, status=status, reason=None, clears_at=None)
    entries.settle(account, payment["id"], "S" if cleared else "D")
    announce(account, payment, "COMPLETED" if cleared else "DENIED")
    return payment


def refunds_of(account: Account, payment: Json) -> list[Json]:
    return account.store.linked("refund", "payment", payment["id"])


def refunded_minor(account: Account, payment: Json) -> int:
    """Given back on purpose; reversals are counted apart."""
    return sum(r["amount_minor"] for r in refunds_of(account, payment) if r["status"] in _COUNTED)


def restate(account: Account, payment: Json) -> Json:
    """The status that follows from what went back."""
    given_back = refunded_minor(account, payment) + payment["reversed_minor"]
    if payment["status"] in ("PENDING", "DECLINED"):
        return payment
    whole = given_back >= payment["amount_minor"]
    status = "REFUNDED" if whole else "PARTIALLY_REFUNDED" if given_back else "COMPLETED"
    reason = "REFUNDED" if given_back and not payment["reversed_minor"] else payment["reason"]
    return account.change(payment, status=status, reason=reason if given_back else None)


def announce(account: Account, payment: Json, what: str) -> None:
    amount = f"{text_of(payment['amount_minor'], payment['currency'])} {payment['currency']}"
    summary = f"Payment {what.lower()} for {amount}"
    if payment["channel"] == "sale":
        resource = as_sale(account, payment)
        account.emit(f"PAYMENT.SALE.{what}", "sale", resource, summary, version="")
    else:
        resource = as_capture(account, payment)
        account.emit(f"PAYMENT.CAPTURE.{what}", "capture", resource, summary, version="2.0")


def as_sale(account: Account, payment: Json) -> Json:
    """A v1 sale. A subscription's has a `billing_agreement_id` and no `parent_payment`.

    Source: https://github.com/shopware/SwagPayPal/pull/7
    """
    currency, amount = payment["currency"], payment["amount_minor"]
    path = f"/v1/payments/sale/{payment['id']}"
    sale: Json = {
        "id": payment["id"],
        "state": _OLD_STATES[payment["status"]],
        "amount": old_amount(amount, currency, details={"subtotal": text_of(amount, currency)}),
        "payment_mode": "ECHECK" if payment["reason"] == "ECHECK" else "INSTANT_TRANSFER",
        "protection_eligibility": "ELIGIBLE",
        "protection_eligibility_type": ("ITEM_NOT_RECEIVED_ELIGIBLE,UNAUTHORIZED_PAYMENT_ELIGIBLE"),
        "transaction_fee": old_money(payment["fee_minor"], currency),
        "create_time": written(payment["created_at"]),
        "update_time": written(payment["updated_at"]),
        "links": [
            account.link(path, "self"),
            account.link(f"{path}/refund", "refund", "POST"),
        ],
    }
    if payment["reason"]:
        sale["reason_code"] = {"REFUNDED": "REFUND"}.get(payment["reason"], payment["reason"])
    if payment.get("subscription"):
        sale["billing_agreement_id"] = payment["subscription"]
    return sale


def as_capture(account: Account, payment: Json) -> Json:
    printed = as_capture_in_order(account, payment)
    printed["payee"] = {"email_address": "shop@business.example.com", "merchant_id": MERCHANT_ID}
    if payment.get("order"):
        printed["supplementary_data"] = {"related_ids": {"order_id": payment["order"]}}
    return printed


def as_capture_in_order(account: Account, payment: Json) -> Json:
    currency, amount = payment["currency"], payment["amount_minor"]
    path = f"/v2/payments/captures/{payment['id']}"
    capture: Json = {
        "id": payment["id"],
        "status": payment["status"],
        "amount": money(amount, currency),
        "final_capture": True,
        "seller_protection": {
            "status": "ELIGIBLE",
            "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
        },
        "seller_receivable_breakdown": {
            "gross_amount": money(amount, currency),
            "paypal_fee": money(payment["fee_minor"], currency),
            "net_amount": money(amount - payment["fee_minor"], currency),
        },
        "create_time": written(payment["created_at"]),
        "update_time": written(payment["updated_at"]),
        "links": [
            account.link(path, "self"),
            account.link(f"{path}/refund", "refund", "POST"),
        ],
    }
    if payment["reason"]:
        capture["status_details"] = {"reason": payment["reason"]}
    for name in ("custom_id", "invoice_id"):
        if payment.get(name):
            capture[name] = payment[name]
    if payment.get("order"):
        capture["links"].append(account.link(f"/v2/checkout/orders/{payment['order']}", "up"))
    return capture
