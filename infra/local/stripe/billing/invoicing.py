"""Invoices: drawn up from lines, finalized, paid, voided, given up."""

from collections.abc import Sequence

from infra.local.provider.calendar import DAY_SECONDS
from infra.local.stripe.account import Account
from infra.local.stripe.billing.customer_balance import due_after_balance, note_balance_move
from infra.local.stripe.billing.standing import invoice_was_paid
from infra.local.stripe.billing.taxes import summed, taxes_on, totals
from infra.local.stripe.errors import refused
from infra.local.stripe.intents import cancel_intent, new_intent
from infra.local.stripe.shapes import payment_settings, untaxed
from infra.local.stripe.store import list_object
from infra.local.stripe.wire import Json

_CUSTOMER_FIELDS = ("address", "email", "name", "phone", "shipping")


def draft_invoice(
    account: Account,
    customer: Json,
    *,
    currency: str,
    lines: list[Json],
    reason: str,
    period: tuple[int, int],
    subscription: Json | None = None,
    auto_advance: bool = True,
    collection_method: str = "charge_automatically",
    days_until_due: int | None = None,
    metadata: Json | None = None,
    description: str | None = None,
    default_payment_method: str | None = None,
    tax_rates: Sequence[Json] = (),
) -> Json:
    invoice_id = account.ids.new("in")
    invoice: Json = {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Frontdesk local shop",
        "account_tax_ids": None,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": auto_advance,
        "automatic_tax": untaxed(with_provider=True),
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": collection_method,
        "confirmation_secret": None,
        "created": account.now(),
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": default_payment_method,
        "default_source": None,
        "default_tax_rates": list(tax_rates),
        "description": description,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": metadata or {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": _parent(subscription),
        "payment_settings": {"default_mandate": None, **payment_settings()},
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "test_clock": None,
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "webhooks_delivered_at": account.now(),
        **{f"customer_{name}": customer[name] for name in _CUSTOMER_FIELDS},
    }
    if days_until_due is not None:
        invoice["due_date"] = account.now() + days_until_due * DAY_SECONDS
    set_lines(invoice, lines)
    return account.add(invoice, "invoice.created")


def set_lines(invoice: Json, lines: list[Json]) -> None:
    for line in lines:
        line["invoice"] = invoice["id"]
        line["taxes"] = taxes_on(line["amount"], invoice["default_tax_rates"])
    taxes = summed(tax for line in lines for tax in line["taxes"])
    invoice |= totals(sum(line["amount"] for line in lines), taxes)
    invoice |= {
        "lines": list_object(lines, f"/v1/invoices/{invoice['id']}/lines"),
        "amount_due": max(invoice["total"], 0),
        "amount_remaining": max(invoice["total"], 0),
    }


def finalize_invoice(account: Account, invoice: Json) -> Json:
    """Number it, apply the customer's balance, and open it: paid at once when nothing is due."""
    if invoice["status"] != "draft":
        raise refused(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    customer = account.get("customer", invoice["customer"])
    due, balance = due_after_balance(invoice["total"], customer["balance"])
    sequence = customer["next_invoice_sequence"]
    changes = {
        "status": "open",
        "number": f"{customer['invoice_prefix']}-{sequence:04d}",
        "effective_at": account.now(),
        "starting_balance": customer["balance"],
        "ending_balance": balance,
        "amount_due": due,
        "amount_remaining": due,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{invoice['id']}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/{invoice['id']}/pdf",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": account.now()},
    }
    account.change(invoice, changes, "invoice.finalized")
    note_balance_move(account, customer, balance, invoice)
    moved = {"balance": balance, "currency": customer["currency"] or invoice["currency"]}
    account.change(customer, moved, "customer.updated")
    account.change(customer, {"next_invoice_sequence": sequence + 1})
    if due == 0:
        return mark_paid(account, invoice)
    _expect_payment(account, invoice)
    return invoice


def mark_paid(account: Account, invoice: Json, *, out_of_band: bool = False) -> Json:
    due = invoice["amount_remaining"]
    changes = {
        "status": "paid",
        "amount_paid": invoice["amount_paid"] + (0 if out_of_band else due),
        "amount_paid_off_stripe": due if out_of_band else 0,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": {**invoice["status_transitions"], "paid_at": account.now()},
    }
    _close_payment(account, invoice, out_of_band=out_of_band)
    account.change(invoice, changes, "invoice.paid", "invoice.payment_succeeded")
    invoice_was_paid(account, invoice)
    return invoice


def void_invoice(account: Account, invoice: Json) -> Json:
    return _give_up(account, invoice, "void", "voided_at", "invoice.voided")


def mark_uncollectible(account: Account, invoice: Json) -> Json:
    return _give_up(
        account,
        invoice,
        "uncollectible",
        "marked_uncollectible_at",
        "invoice.marked_uncollectible",
    )


def default_payment(account: Account, invoice: Json) -> Json | None:
    rows = account.store.linked("invoice_payment", "invoice", invoice["id"])
    return next((row for row in rows if row["is_default"] and row["status"] == "open"), None)


def invoice_paid_by(account: Account, intent: Json) -> Json | None:
    """The open invoice that waits for this payment."""
    rows = account.store.linked("invoice_payment", "payment_intent", intent["id"])
    waiting = next((row for row in rows if row["status"] == "open"), None)
    return account.get("invoice", waiting["invoice"]) if waiting else None


def _parent(subscription: Json | None) -> Json | None:
    if subscription is None:
        return None
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }


def _expect_payment(account: Account, invoice: Json) -> None:
    intent = new_intent(
        account,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        capture_method="automatic",
        description=f"Payment for invoice {invoice['number']}",
        metadata={},
        automatic_payment_methods=None,
    )
    account.add(intent, "payment_intent.created")
    account.add(
        account.new(
            "invoice_payment",
            "inpay",
            amount_paid=None,
            amount_requested=invoice["amount_due"],
            currency=invoice["currency"],
            invoice=invoice["id"],
            is_default=True,
            livemode=False,
            payment={"payment_intent": intent["id"], "type": "payment_intent"},
            status="open",
            status_transitions={"canceled_at": None, "paid_at": None},
        )
    )


def _close_payment(account: Account, invoice: Json, *, out_of_band: bool) -> None:
    payment = default_payment(account, invoice)
    if payment is None:
        return
    if out_of_band:
        _cancel_payment(account, payment)
        return
    changes = {
        "status": "paid",
        "amount_paid": payment["amount_requested"],
        "status_transitions": {"canceled_at": None, "paid_at": account.now()},
    }
    account.change(payment, changes, "invoice_payment.paid")


def _cancel_payment(account: Account, payment: Json) -> None:
    intent = account.get("payment_intent", payment["payment"]["payment_intent"])
    if intent["status"] not in ("succeeded", "canceled"):
        cancel_intent(account, intent, "void_invoice")
    transitions = {"canceled_at": account.now(), "paid_at": None}
    account.change(payment, {"status": "canceled", "status_transitions": transitions})


def _give_up(account: Account, invoice: Json, status: str, stamp: str, event: str) -> Json:
    allowed = ("open",) if status == "uncollectible" else ("open", "uncollectible")
    if invoice["status"] not in allowed:
        raise refused(f"This invoice is {invoice['status']} and cannot become {status}.")
    payment = default_payment(account, invoice)
    if payment is not None and status == "void":
        _cancel_payment(account, payment)
    changes = {
        "status": status,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": {**invoice["status_transitions"], stamp: account.now()},
    }
    return account.change(invoice, changes, event)
