"""/v1/refunds, and what becomes of a refund after it was made."""

from infra.local.stripe.account import Account
from infra.local.stripe.cards import conduct_of
from infra.local.stripe.errors import invalid_request, refused
from infra.local.stripe.payments import balance_transaction
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.shapes import amount_of, readable
from infra.local.stripe.wire import Json, merged_metadata, text

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_SETTLES_AFTER_SECONDS = 3600
_COUNTED = ("pending", "requires_action", "succeeded")


def create_refund(call: Call) -> Json:
    account, params = call.account, call.params
    charge = _charge_of(call)
    amount = amount_of(params, "amount", charge["currency"])
    reason = text(params, "reason")
    if reason is not None and reason not in _REASONS:
        raise invalid_request("Invalid reason", param="reason")
    refuse_unrefundable(charge, amount)
    left = charge["amount_captured"] - charge["amount_refunded"]
    conduct = conduct_of(account, charge["payment_method"])
    return make_refund(
        account,
        charge,
        amount=left if amount is None else amount,
        metadata=merged_metadata({}, params),
        reason=reason,
        conduct=conduct,
    )


def make_refund(
    account: Account, charge: Json, *, amount: int, metadata: Json, reason: str | None, conduct: str
) -> Json:
    """`conduct` refund_pends settles an hour later; refund_fails succeeds and then fails."""
    refund: Json = account.new(
        "refund",
        "re",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        customer_account=None,
        destination_details={
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
        receipt_number=None,
        source_transfer_reversal=None,
        status="pending" if conduct == "refund_pends" else "succeeded",
        transfer_reversal=None,
    )
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    moved = balance_transaction(
        account,
        kind="refund",
        amount=-amount,
        currency=charge["currency"],
        source=refund["id"],
        description=f"REFUND FOR CHARGE ({charge['description'] or charge['id']})",
    )
    refund["balance_transaction"] = moved["id"]
    if conduct in ("refund_pends", "refund_fails"):
        account.note(refund["id"])["settles_at"] = account.now() + _SETTLES_AFTER_SECONDS
        account.note(refund["id"])["outcome"] = (
            "succeeded" if conduct == "refund_pends" else "failed"
        )
    account.add(refund, "refund.created")
    recount_charge(account, charge, "charge.refunded")
    return refund


def settle_refund(account: Account, refund: Json) -> Json:
    """A pending refund reaches its end, or a succeeded one comes back from the bank."""
    outcome = account.note(refund["id"]).get("outcome", "succeeded")
    for name in ("settles_at", "outcome"):
        account.note(refund["id"]).pop(name, None)
    return fail_refund(account, refund) if outcome == "failed" else succeed_refund(account, refund)


def succeed_refund(account: Account, refund: Json) -> Json:
    _refuse_final(refund, ("pending", "requires_action"), "succeed")
    refund.pop("pending_reason", None)
    return account.change(
        refund, {"status": "succeeded"}, "refund.updated", "charge.refund.updated"
    )


def fail_refund(account: Account, refund: Json, *, why: str = "lost_or_stolen_card") -> Json:
    """The money comes back by `failure_balance_transaction`; the charge counts it no more."""
    _refuse_final(refund, _COUNTED, "fail")
    return _give_back(account, refund, "failed", {"failure_reason": why})


def require_action(account: Account, refund: Json) -> Json:
    _refuse_final(refund, ("pending",), "require action")
    refund.pop("pending_reason", None)
    return account.change(
        refund, {"status": "requires_action"}, "refund.updated", "charge.refund.updated"
    )


def cancel_refund(call: Call) -> Json:
    """Only refunds that wait for the customer can be canceled."""
    refund = call.account.get("refund", call.id)
    if refund["status"] not in ("requires_action", "pending"):
        raise refused(f"You cannot cancel a refund with status {refund['status']}.")
    return _give_back(call.account, refund, "canceled", {})


def update_refund(call: Call) -> Json:
    refund = call.account.get("refund", call.id)
    changes = {"metadata": merged_metadata(refund["metadata"], call.params)}
    return call.account.change(refund, changes, "refund.updated", "charge.refund.updated")


def recount_charge(account: Account, charge: Json, *event_types: str) -> None:
    refunds = account.store.linked("refund", "charge", charge["id"])
    refunded = sum(r["amount"] for r in refunds if r["status"] in _COUNTED)
    changes = {
        "amount_refunded": refunded,
        "refunded": refunded == charge["amount_captured"],
    }
    account.change(charge, changes, *event_types)


def _give_back(account: Account, refund: Json, status: str, more: Json) -> Json:
    charge = account.get("charge", refund["charge"])
    returned = balance_transaction(
        account,
        kind="refund_failure",
        amount=refund["amount"],
        currency=refund["currency"],
        source=refund["id"],
        description=f"REFUND FAILURE ({refund['id']})",
    )
    refund.pop("pending_reason", None)
    changes = {"status": status, "failure_balance_transaction": returned["id"], **more}
    failed = ("refund.failed",) if status == "failed" else ()
    account.change(refund, changes, *failed, "refund.updated", "charge.refund.updated")
    recount_charge(account, charge, "charge.updated")
    return refund


def _charge_of(call: Call) -> Json:
    account, params = call.account, call.params
    charge_id, intent_id = text(params, "charge"), text(params, "payment_intent")
    if charge_id:
        return account.get("charge", charge_id, param="charge")
    if not intent_id:
        raise invalid_request(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            code="parameter_missing",
        )
    intent = account.get("payment_intent", intent_id, param="payment_intent")
    if intent["latest_charge"] is None or intent["status"] != "succeeded":
        raise refused(
            "This PaymentIntent does not have a successful charge to refund.",
            code="charge_not_refundable",
            param="payment_intent",
        )
    return account.get("charge", intent["latest_charge"])


def refuse_unrefundable(charge: Json, amount: int | None) -> None:
    left = charge["amount_captured"] - charge["amount_refunded"]
    currency = charge["currency"]
    if charge["status"] != "succeeded":
        raise refused(f"Charge {charge['id']} has not succeeded.", param="charge")
    if charge["disputed"]:
        raise refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            param="charge",
        )
    if left <= 0:
        raise refused(
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
        )
    if amount is not None and amount > left:
        raise refused(
            f"Refund amount ({readable(amount, currency)}) is greater than unrefunded amount on "
            f"charge ({readable(left, currency)})",
            param="amount",
        )


def _refuse_final(refund: Json, allowed: tuple[str, ...], verb: str) -> None:
    if refund["status"] not in allowed:
        raise refused(f"A refund that is {refund['status']} cannot {verb}.")


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/refunds", create_refund, "amount charge metadata payment_intent reason"),
    route("POST", "/v1/refunds/{id}", update_refund, "metadata"),
    route("POST", "/v1/refunds/{id}/cancel", cancel_refund),
)
