"""/v1/disputes, and the steps of a dispute that banks take."""

from infra.local.stripe.account import Account
from infra.local.stripe.errors import refused
from infra.local.stripe.payments import balance_transaction
from infra.local.stripe.routes import Call, Route, route
from infra.local.stripe.wire import Json, flag, mapping, merged_metadata, text

_DUE_AFTER_SECONDS = 9 * 86_400
_OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
_EVIDENCE = (  # noqa: SIM905 - a list of strings would take 26 lines
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure "
    "cancellation_rebuttal customer_communication customer_email_address customer_name "
    "customer_purchase_ip customer_signature duplicate_charge_documentation "
    "duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy "
    "refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation "
    "shipping_tracking_number uncategorized_file uncategorized_text"
).split()


def open_dispute(
    account: Account,
    charge: Json,
    *,
    amount: int | None = None,
    reason: str = "fraudulent",
    withdraw: bool = True,
) -> Json:
    """Without `withdraw` it is an inquiry: no money moves yet and the charge can be refunded."""
    if charge["status"] != "succeeded" or _open_dispute(account, charge):
        raise refused(f"Charge {charge['id']} cannot be disputed.", param="charge")
    dispute: Json = account.new(
        "dispute",
        "du",
        amount=charge["amount_captured"] if amount is None else amount,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**dict.fromkeys(_EVIDENCE), "enhanced_evidence": {}},
        evidence_details={
            "due_by": account.now() + _DUE_AFTER_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=not withdraw,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": "visa",
                "case_type": "chargeback" if withdraw else "inquiry",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        reason=reason,
        status="needs_response" if withdraw else "warning_needs_response",
    )
    account.add(dispute, "charge.dispute.created")
    if withdraw:
        withdraw_funds(account, dispute)
    return dispute


def withdraw_funds(account: Account, dispute: Json) -> Json:
    _refuse_closed(dispute)
    if _is_withdrawn(dispute):
        raise refused("The funds of this dispute have been withdrawn already.")
    charge = account.get("charge", dispute["charge"])
    fee = account.settings.dispute_fee_minor
    moved = _move(account, dispute, -dispute["amount"], fee=fee, category="dispute")
    changes = {
        "balance_transactions": [*dispute["balance_transactions"], moved],
        "is_charge_refundable": False,
        "status": dispute["status"].removeprefix("warning_"),
    }
    account.change(charge, {"disputed": True})
    return account.change(dispute, changes, "charge.dispute.funds_withdrawn")


def close_dispute(account: Account, dispute: Json, *, won: bool) -> Json:
    """Won gives the money back; lost keeps it with the customer; an inquiry just ends."""
    _refuse_closed(dispute)
    if dispute["status"].startswith("warning_"):
        return account.change(dispute, {"status": "warning_closed"}, "charge.dispute.closed")
    account.change(dispute, {"status": "won" if won else "lost"}, "charge.dispute.closed")
    if won and _is_withdrawn(dispute):
        moved = _move(account, dispute, dispute["amount"], fee=0, category="dispute_reversal")
        rows = [*dispute["balance_transactions"], moved]
        account.change(dispute, {"balance_transactions": rows}, "charge.dispute.funds_reinstated")
    return dispute


def update_dispute(call: Call) -> Json:
    account, params = call.account, call.params
    dispute = account.get("dispute", call.id)
    given = mapping(params, "evidence")
    changes: Json = {"metadata": merged_metadata(dispute["metadata"], params)}
    if given:
        changes["evidence"] = {**dispute["evidence"], **{name: text(given, name) for name in given}}
        changes["evidence_details"] = {**dispute["evidence_details"], "has_evidence": True}
    if given and flag(params, "submit", default=True):
        _refuse_closed(dispute)
        is_warning = dispute["status"].startswith("warning_")
        changes["status"] = "warning_under_review" if is_warning else "under_review"
        count = dispute["evidence_details"]["submission_count"] + 1
        changes["evidence_details"]["submission_count"] = count
    return account.change(dispute, changes, "charge.dispute.updated")


def accept_dispute(call: Call) -> Json:
    """`/close` means that the merchant gives in."""
    return close_dispute(call.account, call.account.get("dispute", call.id), won=False)


def _move(account: Account, dispute: Json, amount: int, *, fee: int, category: str) -> Json:
    return balance_transaction(
        account,
        kind="adjustment",
        amount=amount,
        currency=dispute["currency"],
        source=dispute["id"],
        fee=fee,
        reporting_category=category,
        description=f"Chargeback {category} for {dispute['charge']}",
    )


def _open_dispute(account: Account, charge: Json) -> bool:
    rows = account.store.linked("dispute", "charge", charge["id"])
    return any(row["status"] in _OPEN for row in rows)


def _is_withdrawn(dispute: Json) -> bool:
    moved: int = sum(row["amount"] for row in dispute["balance_transactions"])
    return moved < 0


def _refuse_closed(dispute: Json) -> None:
    if dispute["status"] not in _OPEN:
        raise refused("This dispute is already closed.")


ROUTES: tuple[Route, ...] = (
    route("POST", "/v1/disputes/{id}", update_dispute, "evidence metadata submit"),
    route("POST", "/v1/disputes/{id}/close", accept_dispute),
)
