"""Which object a Stripe event is a hint about. Everything else in the event is ignored."""

import re
from typing import Any

from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName

_KIND_BY_OBJECT = {
    "customer": ObjectKind.CUSTOMER,
    "subscription": ObjectKind.SUBSCRIPTION,
    "invoice": ObjectKind.INVOICE,
    "charge": ObjectKind.PAYMENT,
    "payment_method": ObjectKind.PAYMENT_METHOD,
    "product": ObjectKind.PRODUCT,
    "price": ObjectKind.PRICE,
    "credit_note": ObjectKind.CREDIT_MEMO,
}
_PARENT_BY_OBJECT = {
    # What is part of another object is mirrored with it.
    "refund": ("charge", ObjectKind.PAYMENT),
    "dispute": ("charge", ObjectKind.PAYMENT),
    "tax_id": ("customer", ObjectKind.CUSTOMER),
    "discount": ("customer", ObjectKind.CUSTOMER),
    "payment_intent": ("latest_charge", ObjectKind.PAYMENT),
    "checkout.session": ("customer", ObjectKind.CUSTOMER),
    "setup_intent": ("payment_method", ObjectKind.PAYMENT_METHOD),
    "invoice_payment": ("invoice", ObjectKind.INVOICE),
    "subscription_schedule": ("subscription", ObjectKind.SUBSCRIPTION),
}
_PAID_INVOICE = "invoice.payment_succeeded"
"""Told beside `invoice.paid`, which has the invoice looked at. No event of the subscription tells
that its period is paid now, or one more of its instalments."""
_ID = re.compile(r"[A-Za-z0-9_:.+~-]{1,255}(?<![.])")
"""Ids go into addresses. Those of products and prices are the merchant's own: `com.app.gold`."""


def object_of(event: dict[str, Any]) -> ObjectReference | None:
    """The object to look at again, None for an event that is not about one of ours.

    Unknown types are not errors: https://docs.stripe.com/api/events/types grows without notice.
    """
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        return None
    name = thing.get("object")
    if not isinstance(name, str):
        return None
    if event.get("type") == _PAID_INVOICE and (paid := _subscription_of(thing)) is not None:
        return paid
    if name in _KIND_BY_OBJECT:
        return _reference(_KIND_BY_OBJECT[name], thing.get("id"))
    if name in _PARENT_BY_OBJECT:
        field, kind = _PARENT_BY_OBJECT[name]
        # A schedule that has let its subscription go names it elsewhere.
        return _reference(kind, thing.get(field) or thing.get("released_subscription"))
    return None


def _subscription_of(invoice: dict[str, Any]) -> ObjectReference | None:
    parent = invoice.get("parent")
    details = parent.get("subscription_details") if isinstance(parent, dict) else None
    if not isinstance(details, dict):
        return None
    return _reference(ObjectKind.SUBSCRIPTION, details.get("subscription"))


def _reference(kind: ObjectKind, value: object) -> ObjectReference | None:
    """`value` is an id, or an expanded object. Some objects have none (an upcoming invoice)."""
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        return None
    return ObjectReference(ProviderName.STRIPE, kind, value)
