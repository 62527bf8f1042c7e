"""Giving money back: who may, how much, and what becomes of it."""

from typing import Any

from infra.local.paypal import entries
from infra.local.paypal.account import Account
from infra.local.paypal.errors import unprocessable
from infra.local.paypal.money import text_of
from infra.local.paypal.payments import announce, refunded_minor, refunds_of, restate
from infra.local.paypal.printed_refunds import as_old_refund, as_refund
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json

_SETTLES_SECONDS = 3600


def remaining_minor(account: Account, payment: Json) -> int:
    given_back = refunded_minor(account, payment) + payment["reversed_minor"]
    left: int = payment["amount_minor"] - given_back
    return left


def refuse_if_forbidden(
    account: Account, payment: Json, asked: tuple[int, str] | None, *, invoice_id: str | None
) -> int:
    """The amount to refund in minor units; None asks for all that is left."""
    left = remaining_minor(account, payment)
    if left <= 0:
        raise unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded")
    _refuse_by_state(account, payment, is_partial=asked is not None and asked[0] < left)
    _refuse_by_limits(account, payment, invoice_id)
    if asked is None:
        return left
    amount, currency = asked
    if currency != payment["currency"]:
        raise unprocessable(
            "REFUND_CAPTURE_CURRENCY_MISMATCH",
            "Refund must be in the same currency as the capture",
            field="/amount/currency_code",
        )
    if amount > left:
        raise unprocessable(
            "REFUND_AMOUNT_EXCEEDED",
            "The refund amount must be less than or equal to the capture amount that has not yet "
            "been refunded.",
            field="/amount/value",
        )
    return amount


def _refuse_by_state(account: Account, payment: Json, *, is_partial: bool) -> None:
    if payment["status"] == "PENDING":
        raise unprocessable(
            "PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending."
        )
    if payment["status"] == "DECLINED":
        raise unprocessable("REFUND_NOT_ALLOWED", "Capture cannot be refunded.")
    dispute = account.find(payment["dispute"] or "")
    if dispute is None or dispute["status"] == "RESOLVED":
        return
    if dispute["stage"] != "INQUIRY":
        raise unprocessable(
            "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK",
            "Refunds are not allowed on this capture due to a chargeback on the card or bank.",
        )
    if is_partial:
        raise unprocessable(
            "TRANSACTION_DISPUTED",
            "Partial refunds cannot be offered at this time because there is an open case on this "
            "transaction.",
        )


def _refuse_by_limits(account: Account, payment: Json, invoice_id: str | None) -> None:
    settings = account.settings
    if account.now() - payment["created_at"] > settings.refund_days * DAY_SECONDS:
        raise unprocessable(
            "REFUND_TIME_LIMIT_EXCEEDED",
            "You are over the time limit to perform a refund on this capture",
        )
    if len(refunds_of(account, payment)) >= settings.refunds_max:
        raise unprocessable(
            "MAX_NUMBER_OF_REFUNDS_EXCEEDED",
            "You have exceeded the maximum number of refund attempts for this capture.",
        )
    earlier = account.store.linked("refund", "invoice_id", invoice_id) if invoice_id else []
    if settings.refuses_duplicate_invoices and earlier:
        raise unprocessable(
            "DUPLICATE_INVOICE_ID", "Invoice ID was previously used to refund a capture."
        )


def refund_payment(account: Account, payment: Json, amount_minor: int, **fields: Any) -> Json:
    """Nothing is checked any more: that is `refuse_if_forbidden`."""
    conduct = account.get("payer", payment["payer"])["conduct"]
    settles = conduct in ("refund_pends", "refund_fails", "refund_reverts")
    is_pending = conduct in ("refund_pends", "refund_fails")
    refund = account.add(
        "refund",
        account.transaction_id(),
        payment=payment["id"],
        amount_minor=amount_minor,
        currency=payment["currency"],
        status="PENDING" if is_pending else "COMPLETED",
        settles_at=account.now() + _SETTLES_SECONDS if settles else None,
        **{"custom_id": None, "invoice_id": None, "note_to_payer": None, "reason": None} | fields,
    )
    entries.record(
        account,
        entries.REFUND,
        -amount_minor,
        of={**payment, "custom_id": refund["custom_id"], "invoice_id": refund["invoice_id"]},
        transaction_id=refund["id"],
        reference=("TXN", payment["id"]),
        status="P" if is_pending else "S",
    )
    restate(account, payment)
    _announce_refund(account, refund, "PENDING" if is_pending else "REFUNDED")
    return refund


def settle_refund(account: Account, refund: Json) -> Json:
    """The hour is over: what the buyer's bank made of it."""
    payer = account.get("payer", account.get("payment", refund["payment"])["payer"])
    if payer["conduct"] in ("refund_fails", "refund_reverts"):
        return fail_refund(account, refund)
    return complete_refund(account, refund)


def complete_refund(account: Account, refund: Json) -> Json:
    account.change(refund, status="COMPLETED", settles_at=None)
    entries.settle(account, refund["id"], "S")
    _announce_refund(account, refund, "REFUNDED")
    return refund


def fail_refund(account: Account, refund: Json, *, status: str = "FAILED") -> Json:
    """The money comes back to the merchant, even after the refund had been completed."""
    payment = account.get("payment", refund["payment"])
    was_completed = refund["status"] == "COMPLETED"
    account.change(refund, status=status, settles_at=None)
    if was_completed:
        entries.record(
            account,
            entries.FAILED_REFUND,
            refund["amount_minor"],
            of=payment,
            transaction_id=account.transaction_id(),
            reference=("TXN", refund["id"]),
        )
    else:
        entries.settle(account, refund["id"], "D")
    restate(account, payment)
    _announce_refund(account, refund, "FAILED")
    return refund


def reverse_payment(account: Account, payment: Json, amount_minor: int, *, reason: str) -> Json:
    """PayPal or a bank takes the money back without the merchant.

    `reason` as in `reason_code`: `CHARGEBACK`, `BUYER_COMPLAINT`, …
    """
    is_chargeback = reason == "CHARGEBACK"
    entries.record(
        account,
        entries.CHARGEBACK if is_chargeback else entries.REVERSAL,
        -amount_minor,
        of=payment,
        transaction_id=account.transaction_id(),
        reference=("TXN", payment["id"]),
    )
    account.change(payment, reversed_minor=payment["reversed_minor"] + amount_minor, reason=reason)
    restate(account, payment)
    announce(account, payment, "REVERSED")
    return payment


def return_reversed(account: Account, payment: Json, amount_minor: int) -> None:
    """The merchant won after all."""
    entries.record(
        account,
        entries.CHARGEBACK_REVERSAL,
        amount_minor,
        of=payment,
        transaction_id=account.transaction_id(),
        reference=("TXN", payment["id"]),
    )
    account.change(payment, reversed_minor=payment["reversed_minor"] - amount_minor)
    restate(account, payment)


def _announce_refund(account: Account, refund: Json, what: str) -> None:
    payment = account.get("payment", refund["payment"])
    amount = f"{text_of(refund['amount_minor'], refund['currency'])} {refund['currency']}"
    summary = f"A {amount} refund: {what.lower()}"
    if what in ("PENDING", "FAILED"):
        resource = as_refund(account, refund)
        account.emit(f"PAYMENT.REFUND.{what}", "refund", resource, summary, version="2.0")
    elif payment["channel"] == "sale":
        resource = as_old_refund(account, refund)
        account.emit("PAYMENT.SALE.REFUNDED", "refund", resource, summary, version="")
    else:
        resource = as_refund(account, refund)
        account.emit("PAYMENT.CAPTURE.REFUNDED", "refund", resource, summary, version="2.0")
