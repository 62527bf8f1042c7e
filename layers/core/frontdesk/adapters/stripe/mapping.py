"""Stripe's objects, in the pinned version's shape, as snapshots.

A field that the shape promises and that is not there is an error (`StripeShapeError`), never a
silent null: shapes move between versions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from frontdesk.adapters.stripe.amounts import minor_units
from frontdesk.domain.ids import is_id
from frontdesk.domain.rounding import half_even
from frontdesk.domain.snapshot import (
    AddressParts,
    CreditMemoSnapshot,
    CustomerSnapshot,
    DisputeMovement,
    DisputeSnapshot,
    InvoiceLine,
    InvoiceSnapshot,
    PaymentMethodSnapshot,
    PaymentSnapshot,
    PaymentStatus,
    PriceSnapshot,
    ProductSnapshot,
    ProviderName,
    RefundSnapshot,
    RefundStatus,
)
from frontdesk.domain.times import from_epoch

type Json = Mapping[str, Any]

_STRIPE = ProviderName.STRIPE
OPERATION_METADATA = "frontdesk_operation"
LOST_CHANGE_METADATA = "frontdesk_lost_change"
"""On a subscription whose schedule, planned by the shop, was let go for an end."""
_ADDRESS_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")
_VAT_TYPES = ("eu_vat", "gb_vat", "no_vat", "eu_oss_vat")


def id_of(value: Any) -> str | None:
    """An id, whether the object stands there as an id or expanded; None where there is none."""
    if isinstance(value, Mapping):
        value = value["id"]
    if value is None or isinstance(value, str):
        return value
    raise TypeError("An id is text.")


def moment_of(seconds: Any) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def customer_snapshot(customer: Json) -> CustomerSnapshot:
    tax_ids = (customer.get("tax_ids") or {}).get("data", [])
    vat = next((t["value"] for t in tax_ids if t["type"] in _VAT_TYPES), None)
    tax = next((t["value"] for t in tax_ids if t["type"] not in _VAT_TYPES), None)
    locales = customer.get("preferred_locales") or []
    return CustomerSnapshot(
        provider=_STRIPE,
        provider_id=customer["id"],
        created_at=from_epoch(customer["created"]),
        name=customer.get("name"),
        email=customer.get("email"),
        phone=customer.get("phone"),
        address=_address(customer.get("address")),
        company_name=customer.get("business_name"),
        tax_id=tax,
        vat_number=vat,
        locale=locales[0] if locales else None,
        default_payment_method=id_of(
            (customer.get("invoice_settings") or {}).get("default_payment_method")
        ),
    )


def _address(address: Json | None) -> AddressParts:
    line1, line2, city, state, postal_code, country = (
        (address or {}).get(name) for name in _ADDRESS_FIELDS
    )
    return line1, line2, city, state, postal_code, country


def payment_method_snapshot(method: Json) -> PaymentMethodSnapshot:
    kind = method["type"]
    details = method.get(kind) or {}
    return PaymentMethodSnapshot(
        provider=_STRIPE,
        provider_id=method["id"],
        customer=id_of(method.get("customer")),
        created_at=from_epoch(method["created"]),
        type=kind,
        brand=details.get("brand"),
        last4=details.get("last4"),
        expiry_month=details.get("exp_month"),
        expiry_year=details.get("exp_year"),
        payer_email=details.get("payer_email") or details.get("email"),
        billing_address=_address((method.get("billing_details") or {}).get("address")),
    )


def product_snapshot(product: Json) -> ProductSnapshot:
    return ProductSnapshot(
        provider=_STRIPE,
        provider_id=product["id"],
        created_at=from_epoch(product["created"]),
        name=product["name"],
        is_active=product["active"],
    )


def price_snapshot(price: Json) -> PriceSnapshot:
    recurring = price.get("recurring") or {}
    return PriceSnapshot(
        provider=_STRIPE,
        provider_id=price["id"],
        product=id_of(price["product"]) or "",
        created_at=from_epoch(price["created"]),
        currency=price["currency"],
        unit_amount_minor=price.get("unit_amount"),
        interval=recurring.get("interval"),
        interval_count=recurring.get("interval_count"),
        nickname=price.get("nickname"),
        is_active=price["active"],
    )


def cycle_amount(items: Sequence[Json]) -> int | None:
    """Minor units of one cycle; None where a price has tiers and only an invoice can tell."""
    total = Decimal(0)
    for item in items:
        price = item["price"]
        unit = price.get("unit_amount_decimal")
        if unit is None:
            unit = price.get("unit_amount")
        if unit is None:
            return None
        total += Decimal(unit) * (item.get("quantity") or 1)
    return half_even(*total.as_integer_ratio())


def payment_snapshot(
    charge: Json, *, refunds: Sequence[Json], disputes: Sequence[Json]
) -> PaymentSnapshot:
    details = charge.get("payment_method_details") or {}
    kind = details.get("type")
    method = details.get(kind) or {} if kind else {}
    billing = charge.get("billing_details") or {}
    return PaymentSnapshot(
        provider=_STRIPE,
        provider_id=charge["id"],
        customer=id_of(charge["customer"]),
        created_at=from_epoch(charge["created"]),
        status=_payment_status(charge),
        amount_minor=minor_units(charge["amount"]),
        captured_minor=minor_units(charge["amount_captured"]),
        currency=charge["currency"],
        refunds=tuple(_refund(one) for one in refunds if not _is_release(one, charge)),
        disputes=tuple(_dispute(dispute) for dispute in disputes),
        is_disputed=charge["disputed"],
        description=charge.get("description"),
        payment_intent=id_of(charge.get("payment_intent")),
        invoice=id_of(charge.get("invoice")),
        method_type=kind,
        method_brand=method.get("brand"),
        method_last4=method.get("last4"),
        failure_code=charge.get("failure_code"),
        guest_name=billing.get("name"),
        guest_email=billing.get("email") or charge.get("receipt_email"),
    )


def _payment_status(charge: Json) -> PaymentStatus:
    """What was only authorized is a success to Stripe; no money has come, or ever will.

    https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
    """
    status = PaymentStatus(charge["status"])
    if status is not PaymentStatus.SUCCEEDED or charge["captured"]:
        return status
    return PaymentStatus.FAILED if charge["refunded"] else PaymentStatus.PENDING


def _is_release(refund: Json, charge: Json) -> bool:
    """Whether it only gives up an authorization: what is not captured is "refunded" by Stripe,
    and no balance ever sees it."""
    is_booked = refund.get("balance_transaction") or refund.get("failure_balance_transaction")
    is_under_way = charge["captured"] and refund["status"] in ("pending", "requires_action")
    is_ours = operation_id_of(refund) is not None
    is_partly_captured = charge["amount_captured"] < charge["amount"]
    return is_partly_captured and not (is_booked or is_under_way or is_ours)


def _refund(refund: Json) -> RefundSnapshot:
    # The status may be null (https://docs.stripe.com/api/refunds/object#refund_object-status):
    # nothing has been said of it yet.
    status = RefundStatus(refund["status"] or "pending")
    return RefundSnapshot(
        provider_id=refund["id"],
        amount_minor=minor_units(refund["amount"]),
        currency=refund["currency"],
        status=status,
        created_at=from_epoch(refund["created"]),
        # A failed refund whose amount had left has the balance transaction that gave it back:
        # https://docs.stripe.com/api/refunds/object#refund_object-failure_balance_transaction
        has_moved_money=status is RefundStatus.SUCCEEDED
        or refund.get("failure_balance_transaction") is not None,
        reason=refund.get("reason"),
        operation_id=operation_id_of(refund),
        failure_reason=refund.get("failure_reason"),
    )


def operation_id_of(thing: Json) -> str | None:
    """Ours, if one of our operations made it: metadata comes back as it was given."""
    said = (thing.get("metadata") or {}).get(OPERATION_METADATA)
    return said if isinstance(said, str) and is_id(said, "op") else None


def _dispute(dispute: Json) -> DisputeSnapshot:
    return DisputeSnapshot(
        provider_id=dispute["id"],
        amount_minor=minor_units(dispute["amount"]),
        currency=dispute["currency"],
        status=dispute["status"],
        created_at=from_epoch(dispute["created"]),
        movements=tuple(_movement(dispute, t) for t in dispute["balance_transactions"]),
        reason=dispute.get("reason"),
    )


def _movement(dispute: Json, transaction: Json) -> DisputeMovement:
    """A movement in the payment's currency.

    Balance transactions are in the settlement currency; where that is another one, the disputed
    amount itself moved (https://docs.stripe.com/disputes/how-disputes-work).
    """
    amount = minor_units(transaction["amount"])
    if transaction["currency"] != dispute["currency"]:
        amount = dispute["amount"] if amount > 0 else -dispute["amount"]
    return DisputeMovement(
        provider_id=transaction["id"],
        amount_minor=amount,
        occurred_at=from_epoch(transaction["created"]),
    )


def invoice_snapshot(
    invoice: Json,
    *,
    lines: Sequence[Json],
    payments: Sequence[Json],
    notes: Sequence[Json] = (),
) -> InvoiceSnapshot:
    """`notes` are the credit notes about it."""
    moments = invoice.get("status_transitions") or {}
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return InvoiceSnapshot(
        provider=_STRIPE,
        provider_id=invoice["id"],
        customer=id_of(invoice["customer"]),
        created_at=from_epoch(invoice["created"]),
        status=invoice["status"],
        number=invoice.get("number"),
        currency=invoice["currency"],
        total_minor=minor_units(invoice["total"]),
        due_minor=minor_units(invoice["amount_due"]),
        paid_minor=minor_units(invoice["amount_paid"]),
        remaining_minor=minor_units(invoice["amount_remaining"]),
        subscription=id_of(details.get("subscription")),
        due_at=moment_of(invoice.get("due_date")),
        finalized_at=moment_of(moments.get("finalized_at")),
        paid_at=moment_of(moments.get("paid_at")),
        lines=tuple(
            InvoiceLine(
                description=line.get("description"),
                amount_minor=minor_units(line["amount"]),
                currency=line["currency"],
                quantity=line.get("quantity"),
            )
            for line in lines
        ),
        payments=tuple(sorted(filter(None, (_paid_with(p["payment"]) for p in payments)))),
        # Also what is included in the prices: both are owed to somebody else.
        tax_minor=sum(minor_units(tax["amount"]) for tax in invoice.get("total_taxes") or ()),
        credit_memos=tuple(sorted(note["id"] for note in notes)),
    )


def _paid_with(payment: Json) -> str | None:
    return id_of(payment.get("charge")) or id_of(payment.get("payment_intent"))


def credit_memo_snapshot(note: Json) -> CreditMemoSnapshot:
    return CreditMemoSnapshot(
        provider=_STRIPE,
        provider_id=note["id"],
        customer=id_of(note["customer"]) or "",
        created_at=from_epoch(note["created"]),
        status=note["status"],
        type=note["type"],
        number=note.get("number"),
        currency=note["currency"],
        amount_minor=minor_units(note["amount"]),
        invoice=id_of(note.get("invoice")),
        reason=note.get("reason"),
        operation_id=operation_id_of(note),
    )
