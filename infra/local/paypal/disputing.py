"""Cases that buyers open: when money moves, and how they end."""

from infra.local.paypal.account import MERCHANT_ID, Account
from infra.local.paypal.errors import invalid_value, unprocessable
from infra.local.paypal.money import money
from infra.local.paypal.payers import full_name
from infra.local.paypal.refunding import remaining_minor, return_reversed, reverse_payment
from infra.local.paypal.times import written, written_in_milliseconds
from infra.local.provider.calendar import DAY_SECONDS
from infra.local.provider.exchange import Json

STAGES = ("INQUIRY", "CHARGEBACK")
BUYER_WINS = ("RESOLVED_BUYER_FAVOUR", "ACCEPTED")
SELLER_WINS = ("RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER", "DENIED", "RESOLVED_WITH_PAYOUT")
_RESPONSE_DAYS = 10


def open_dispute(
    account: Account, payment: Json, *, amount_minor: int | None, reason: str, stage: str
) -> Json:
    """An inquiry moves no money until it is decided; a chargeback takes it at once."""
    if stage not in STAGES:
        raise invalid_value("/stage", stage)
    if payment["status"] in ("PENDING", "DECLINED"):
        raise unprocessable("NOT_SETTLED", f"The payment is {payment['status']}.")
    if payment["dispute"] and account.get("dispute", payment["dispute"])["status"] != "RESOLVED":
        raise unprocessable("TRANSACTION_DISPUTED", "There is an open case already.")
    dispute = account.add(
        "dispute",
        f"PP-D-{account.ids.token(6, '0123456789')}",
        payment=payment["id"],
        amount_minor=amount_minor or remaining_minor(account, payment),
        currency=payment["currency"],
        reason=reason,
        stage=stage,
        status="WAITING_FOR_SELLER_RESPONSE",
        respond_by=account.now() + _RESPONSE_DAYS * DAY_SECONDS,
        outcome=None,
        movements=[],
    )
    account.change(payment, dispute=dispute["id"])
    if stage == "CHARGEBACK":
        _withdraw(account, dispute)
    _announce(account, dispute, "CREATED", "A new dispute opened")
    return dispute


def update_dispute(account: Account, dispute: Json, *, status: str, stage: str | None) -> Json:
    """The case moves on: under review, or escalated to a chargeback."""
    _refuse_closed(dispute)
    is_escalated = stage == "CHARGEBACK" and dispute["stage"] != stage
    account.change(dispute, status=status, stage=stage or dispute["stage"])
    if is_escalated:
        _withdraw(account, dispute)
    _announce(account, dispute, "UPDATED", "A dispute was updated")
    return dispute


def close_dispute(account: Account, dispute: Json, *, outcome: str) -> Json:
    _refuse_closed(dispute)
    if outcome not in (*BUYER_WINS, *SELLER_WINS):
        raise invalid_value("/outcome", outcome)
    is_withdrawn = bool(dispute["movements"])
    account.change(dispute, status="RESOLVED", outcome=outcome, respond_by=None)
    if outcome in BUYER_WINS and not is_withdrawn:
        _withdraw(account, dispute)
    if outcome in SELLER_WINS and is_withdrawn:
        _give_back(account, dispute)
    _announce(account, dispute, "RESOLVED", "A dispute was resolved")
    return dispute


def _refuse_closed(dispute: Json) -> None:
    if dispute["status"] == "RESOLVED":
        raise unprocessable("DISPUTE_ALREADY_RESOLVED", "The case is closed.")


def _withdraw(account: Account, dispute: Json) -> None:
    payment = account.get("payment", dispute["payment"])
    amount = min(dispute["amount_minor"], remaining_minor(account, payment))
    if amount == 0:
        return  # the merchant had refunded it all
    _move(account, dispute, "DEBIT", amount)
    reason = "CHARGEBACK" if dispute["stage"] == "CHARGEBACK" else "BUYER_COMPLAINT"
    reverse_payment(account, payment, amount, reason=reason)


def _give_back(account: Account, dispute: Json) -> None:
    payment = account.get("payment", dispute["payment"])
    amount = sum(m["amount_minor"] for m in dispute["movements"] if m["type"] == "DEBIT")
    _move(account, dispute, "CREDIT", amount)
    return_reversed(account, payment, amount)


def _move(account: Account, dispute: Json, kind: str, amount_minor: int) -> None:
    movement = {"type": kind, "amount_minor": amount_minor, "at": account.now()}
    account.change(dispute, movements=[*dispute["movements"], movement])


def _announce(account: Account, dispute: Json, what: str, summary: str) -> None:
    resource = as_dispute(account, dispute)
    account.emit(f"CUSTOMER.DISPUTE.{what}", "dispute", resource, summary, version="")


def as_dispute_row(account: Account, dispute: Json) -> Json:
    path = f"/v1/customer/disputes/{dispute['id']}"
    row: Json = {
        "dispute_id": dispute["id"],
        "create_time": written_in_milliseconds(dispute["created_at"]),
        "update_time": written_in_milliseconds(dispute["updated_at"]),
        "status": dispute["status"],
        "reason": dispute["reason"],
        "dispute_state": _state(dispute),
        "dispute_amount": money(dispute["amount_minor"], dispute["currency"]),
        "dispute_life_cycle_stage": dispute["stage"],
        "dispute_channel": "EXTERNAL" if dispute["stage"] == "CHARGEBACK" else "INTERNAL",
        "links": [account.link(path, "self")],
    }
    if dispute["respond_by"]:
        row["seller_response_due_date"] = written_in_milliseconds(dispute["respond_by"])
    return row


def as_dispute(account: Account, dispute: Json) -> Json:
    payment = account.get("payment", dispute["payment"])
    payer = account.get("payer", payment["payer"])
    printed = as_dispute_row(account, dispute)
    del printed["dispute_state"]  # only lists tell it
    printed["disputed_transactions"] = [
        {
            "seller_transaction_id": payment["id"],
            "create_time": written(payment["created_at"]),
            "transaction_status": _transaction_status(payment),
            "gross_amount": money(payment["amount_minor"], payment["currency"]),
            "buyer": {"name": full_name(payer)},
            "seller": {"merchant_id": MERCHANT_ID, "name": "The shop"},
        }
    ]
    if dispute["movements"]:
        printed["money_movements"] = [_as_movement(dispute, m) for m in dispute["movements"]]
    if dispute["outcome"]:
        printed["dispute_outcome"] = {"outcome_code": dispute["outcome"]}
        if dispute["outcome"] in BUYER_WINS:
            refunded = sum(m["amount_minor"] for m in dispute["movements"])
            printed["dispute_outcome"]["amount_refunded"] = money(refunded, dispute["currency"])
    return printed


def _as_movement(dispute: Json, movement: Json) -> Json:
    return {
        "affected_party": "SELLER",
        "amount": money(movement["amount_minor"], dispute["currency"]),
        "initiated_time": written_in_milliseconds(movement["at"]),
        "type": movement["type"],
        "reason": "DISPUTE_SETTLEMENT",
    }


def _state(dispute: Json) -> str:
    match dispute["status"]:
        case "RESOLVED":
            return "RESOLVED"
        case "UNDER_REVIEW":
            return "UNDER_PAYPAL_REVIEW"
        case "WAITING_FOR_BUYER_RESPONSE":
            return "REQUIRED_OTHER_PARTY_ACTION"
        case _:
            return "OPEN_INQUIRIES" if dispute["stage"] == "INQUIRY" else "REQUIRED_ACTION"


def _transaction_status(payment: Json) -> str:
    return "REVERSED" if payment["reversed_minor"] else str(payment["status"])
