"""Money moving on cards: charges, the balance transactions behind them, payment intents' ends."""

from infra.local.stripe.account import Account
from infra.local.stripe.cards import conduct_of, decline_of
from infra.local.stripe.errors import StripeError
from infra.local.stripe.shapes import billing_details
from infra.local.stripe.wire import Json

_AVAILABLE_AFTER_SECONDS = 2 * 86_400
_DISPUTE_AFTER_SECONDS = 60


def balance_transaction(
    account: Account,
    *,
    kind: str,
    amount: int,
    currency: str,
    source: str,
    fee: int = 0,
    reporting_category: str | None = None,
    description: str | None = None,
) -> Json:
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return account.add(
        account.new(
            "balance_transaction",
            "txn",
            amount=amount,
            available_on=account.now() + _AVAILABLE_AFTER_SECONDS,
            balance_type="payments",
            currency=currency,
            description=description,
            exchange_rate=None,
            fee=fee,
            fee_details=details if fee else [],
            net=amount - fee,
            reporting_category=reporting_category or kind,
            source=source,
            status="pending",
            type=kind,
        )
    )


def processing_fee(account: Account, amount: int) -> int:
    settings = account.settings
    return amount * settings.fee_basis_points // 10_000 + settings.fee_fixed_minor


def confirm(account: Account, intent: Json, *, off_session: bool = False) -> StripeError | None:
    """Try to take the money. Returns the decline, or None; the intent's status tells the rest."""
    conduct = conduct_of(account, intent["payment_method"])
    if conduct == "authenticates" and not off_session:
        _require_action(account, intent)
        return None
    decline = decline_of("authentication_required" if conduct == "authenticates" else conduct)
    if decline:
        _fail(account, intent, decline)
        return decline
    succeed(account, intent)
    return None


def succeed(account: Account, intent: Json) -> Json:
    """The charge succeeds; an intent with manual capture waits for its capture."""
    is_captured = intent["capture_method"] != "manual"
    charge = account.add(charge_object(account, intent, is_captured=is_captured))
    is_late = intent["capture_method"] == "automatic_async"
    if is_captured and not is_late:
        settle_charge(account, charge)
    account.emit("charge.succeeded", charge)
    if is_captured and is_late:
        settle_charge(account, charge, "charge.updated")
    if conduct_of(account, intent["payment_method"]) == "disputes":
        account.note(charge["id"])["dispute_at"] = account.now() + _DISPUTE_AFTER_SECONDS
        account.change(charge, {})
    received = charge["amount"] if is_captured else 0
    account.change(
        intent,
        {
            "status": "succeeded" if is_captured else "requires_capture",
            "amount_received": received,
            "amount_capturable": 0 if is_captured else charge["amount"],
            "latest_charge": charge["id"],
            "last_payment_error": None,
            "next_action": None,
        },
        "payment_intent.succeeded" if is_captured else "payment_intent.amount_capturable_updated",
    )
    return charge


def settle_charge(account: Account, charge: Json, *event_types: str) -> None:
    settled = balance_transaction(
        account,
        kind="charge",
        amount=charge["amount_captured"],
        currency=charge["currency"],
        source=charge["id"],
        fee=processing_fee(account, charge["amount_captured"]),
        description=charge["description"],
    )
    account.change(charge, {"balance_transaction": settled["id"]}, *event_types)


def _require_action(account: Account, intent: Json) -> None:
    action = {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": account.ids.new("src")},
    }
    account.change(
        intent,
        {"status": "requires_action", "next_action": action},
        "payment_intent.requires_action",
    )


def _fail(account: Account, intent: Json, decline: StripeError) -> None:
    charge = charge_object(account, intent, is_captured=False)
    charge |= {
        "status": "failed",
        "paid": False,
        "failure_code": decline.error["code"],
        "failure_message": decline.error["message"],
        "outcome": {
            **charge["outcome"],
            "network_status": "declined_by_network",
            "reason": decline.error["decline_code"],
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        },
    }
    charge["payment_method_details"]["card"]["amount_authorized"] = None
    account.add(charge, "charge.failed")
    payment_method = account.store.find(intent["payment_method"])
    decline.error |= {"charge": charge["id"]}
    error = {**decline.error, "payment_method": payment_method}
    account.change(
        intent,
        {
            "status": "requires_payment_method",
            "latest_charge": charge["id"],
            "last_payment_error": error,
            "payment_method": None,
        },
        "payment_intent.payment_failed",
    )


def charge_object(account: Account, intent: Json, *, is_captured: bool) -> Json:
    method = account.get("payment_method", intent["payment_method"], param="payment_method")
    amount = intent["amount"]
    charge_id = account.ids.new("ch")
    return {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if is_captured else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {**billing_details({}), **method["billing_details"]},
        "calculated_statement_descriptor": "FRONTDESK LOCAL",
        "captured": is_captured,
        "created": account.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": 12,
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _card_details(method["card"], amount), "type": "card"},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"https://pay.stripe.com/receipts/payment/{charge_id}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def _card_details(card: Json, amount: int) -> Json:
    return {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }
