"""Which object a PayPal event is a hint about. Everything else in the event is ignored."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from frontdesk.adapters.paypal.fields import Json, id_in_link
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids go into addresses, so nothing else may stand in them."""


_SETTLES_AFTER = (timedelta(minutes=5), timedelta(hours=1))
"""What PayPal says of a subscription when it is activated or revised may be provisional:
`next_billing_time` was seen to correct itself later, without an event:
https://github.com/paypal/paypal-checkout-components/issues/1336"""


@dataclass(frozen=True, slots=True)
class Subject:
    """`refund_id` is the refund that a payment's event names, where it names one."""

    reference: ObjectReference
    refund_id: str | None = None
    look_again_after: tuple[timedelta, ...] = ()


def subject_of(event: Json) -> Subject | None:
    """What to look at again, None for an event that is not about one of ours.

    Unknown types are not errors: https://developer.paypal.com/api/rest/webhooks/event-names/
    grows without notice.
    """
    event_type, resource = event.get("event_type"), event.get("resource")
    if not isinstance(event_type, str) or not isinstance(resource, dict):
        return None
    for prefix, read in _READERS:
        if event_type.startswith(prefix):
            try:
                return read(resource)
            except (AttributeError, KeyError, IndexError, TypeError):
                # Not the shape that the type promises: there is nothing to look at.
                return None
    return None


def _is(kind: ObjectKind) -> Callable[[Json], Subject | None]:
    return lambda resource: _subject(kind, resource.get("id"))


def _settling_subscription(resource: Json) -> Subject | None:
    found = _subject(ObjectKind.SUBSCRIPTION, resource.get("id"))
    return replace(found, look_again_after=_SETTLES_AFTER) if found else None


def _payment(resource: Json) -> Subject | None:
    """A sale or a capture, or a refund of one: that names what it was taken from."""
    parent = (
        resource.get("sale_id")
        or resource.get("capture_id")
        or id_in_link(resource, "up", collection="captures")
        or id_in_link(resource, "sale", collection="sale")
    )
    if parent is None:
        return _subject(ObjectKind.PAYMENT, resource.get("id"))
    return _subject(ObjectKind.PAYMENT, parent, refund_id=resource.get("id"))


def _reversed_payment(resource: Json) -> Subject | None:
    """Money that PayPal or a bank took back is a dispute's, not a refund of ours."""
    found = _payment(resource)
    return Subject(found.reference) if found else None


def _disputed_payment(resource: Json) -> Subject | None:
    """Of a dispute about several payments, the first: PayPal opens one dispute for each."""
    return _subject(
        ObjectKind.PAYMENT, resource["disputed_transactions"][0]["seller_transaction_id"]
    )


def _ordered_payment(resource: Json) -> Subject | None:
    """An order that is only approved has no payment yet."""
    return _subject(
        ObjectKind.PAYMENT, resource["purchase_units"][0]["payments"]["captures"][0]["id"]
    )


_READERS: tuple[tuple[str, Callable[[Json], Subject | None]], ...] = (
    # The first that the type begins with.
    ("BILLING.SUBSCRIPTION.ACTIVATED", _settling_subscription),
    ("BILLING.SUBSCRIPTION.RE-ACTIVATED", _settling_subscription),
    ("BILLING.SUBSCRIPTION.UPDATED", _settling_subscription),
    ("BILLING.SUBSCRIPTION.", _is(ObjectKind.SUBSCRIPTION)),
    ("BILLING.PLAN.", _is(ObjectKind.PRICE)),
    ("CATALOG.PRODUCT.", _is(ObjectKind.PRODUCT)),
    ("PAYMENT.SALE.REVERSED", _reversed_payment),
    ("PAYMENT.CAPTURE.REVERSED", _reversed_payment),
    ("PAYMENT.SALE.", _payment),
    ("PAYMENT.CAPTURE.", _payment),
    ("PAYMENT.REFUND.", _payment),
    ("CUSTOMER.DISPUTE.", _disputed_payment),
    ("RISK.DISPUTE.", _disputed_payment),
    ("CHECKOUT.ORDER.", _ordered_payment),
    ("VAULT.PAYMENT-TOKEN.", _is(ObjectKind.PAYMENT_METHOD)),
)


def _subject(kind: ObjectKind, value: Any, *, refund_id: Any = None) -> Subject | None:
    if not _is_id(value):
        return None
    reference = ObjectReference(ProviderName.PAYPAL, kind, value)
    return Subject(reference, refund_id if _is_id(refund_id) else None)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
