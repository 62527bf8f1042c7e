"""The refunds of a payment. PayPal has no list of them by sale or capture.

Three places name them: an order lists those of its captures, and a v1 payment those of its sale;
every refund event and every refund of ours names one (the refund index); and where a payment says
that more has gone back than those two account for, the transaction search is asked. It lags by up
to three hours (https://developer.paypal.com/docs/api/transaction-search/v1/), so it comes last.
What a name stands for is always read from PayPal, and counts only when it says that it belongs to
this payment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from frontdesk.adapters.paypal.client import PayPalClient, PayPalRefusedError, segment
from frontdesk.adapters.paypal.fields import Json, id_in_link, moment
from frontdesk.adapters.paypal.payments import refund_snapshot
from frontdesk.domain.snapshot import ObjectKind, ObjectReference, ProviderName, RefundStatus
from frontdesk.domain.times import to_text
from frontdesk.ports.refund_index import RefundIndex

_LIVE = (RefundStatus.SUCCEEDED, RefundStatus.PENDING)
_REFUND_BY_MERCHANT = "T1107"
"""https://developer.paypal.com/docs/transaction-search/transaction-event-codes/"""
_AROUND_THE_CHANGE = timedelta(hours=1)
_AT_ONCE = timedelta(seconds=10)
"""Nobody refunds a second time so soon after the first. Without it, a payment that is written a
moment after its refund would be searched for at every look."""


class Refunds:
    def __init__(self, client: PayPalClient, *, index: RefundIndex) -> None:
        self._client = client
        self._index = index

    def of(
        self, payment: Json, *, parent: Json | None = None, order: Json | None = None
    ) -> list[Json]:
        """Of a sale that may be a part of a v1 payment, or of a capture of an order.

        What is only listed there is remembered: nobody promises that an order stays readable.
        """
        listed = (*_refunds_in_payment(parent), *_refunds_in_order(order))
        found = {one["id"]: one for one in listed if _is_of(one, payment)}
        reference = ObjectReference(ProviderName.PAYPAL, ObjectKind.PAYMENT, payment["id"])
        known = self._index.of(reference)
        for refund_id in found.keys() - set(known):
            self._index.remember(reference, refund_id)
        self._add(found, known, payment=payment)
        return list(found.values())

    def with_those_that_nobody_named(self, payment: Json, known: list[Json]) -> list[Json]:
        reference = ObjectReference(ProviderName.PAYPAL, ObjectKind.PAYMENT, payment["id"])
        found = {one["id"]: one for one in known}
        if _lacks_some(payment, found.values()):
            before = set(found)
            self._add(found, self._searched(payment), payment=payment)
            for refund_id in found.keys() - before:
                self._index.remember(reference, refund_id)
        return list(found.values())

    def _add(self, found: dict[str, Json], names: Iterable[str], *, payment: Json) -> None:
        for name in names:
            if name in found:
                continue
            refund = self._read(name, is_sale="state" in payment)
            if refund is not None and _is_of(refund, payment):
                found[name] = refund

    def _read(self, refund_id: str, *, is_sale: bool) -> Json | None:
        place = "/v1/payments/refund/" if is_sale else "/v2/payments/refunds/"
        return self._client.get(place + segment(refund_id))

    def _searched(self, payment: Json) -> list[str]:
        """Refunds about the moment of the payment's last change."""
        changed_at = _changed_at(payment)
        try:
            page = self._client.get(
                "/v1/reporting/transactions",
                {
                    "start_date": to_text(changed_at - _AROUND_THE_CHANGE),
                    "end_date": to_text(changed_at + _AROUND_THE_CHANGE),
                    "transaction_type": _REFUND_BY_MERCHANT,
                    "fields": "transaction_info",
                    "page_size": 500,
                },
            )
        except PayPalRefusedError:
            # The search is a right of its own that an account need not have.
            return []
        details = [one["transaction_info"] for one in (page or {}).get("transaction_details", ())]
        return [
            info["transaction_id"]
            for info in details
            if info.get("paypal_reference_id") == payment["id"]
        ]


def _lacks_some(payment: Json, found: Iterable[Json]) -> bool:
    """Whether the payment says that more was refunded than is known of: of a part that is back it
    does not say how much, only that something has happened since the last one that is known."""
    state = str(payment["status"] if "status" in payment else payment["state"]).upper()
    known = list(found)
    live = [one for one in map(refund_snapshot, known) if one.status in _LIVE]
    if state == "PARTIALLY_REFUNDED":
        return not live or _changed_at(payment) > max(map(_changed_at, known)) + _AT_ONCE
    whole = refund_snapshot({**payment, "status": "COMPLETED"}).amount_minor
    return state == "REFUNDED" and sum(one.amount_minor for one in live) < whole


def _changed_at(thing: Json) -> datetime:
    """A payment's is that of its last refund, where nothing else has happened to it."""
    return moment(thing.get("update_time") or thing["create_time"])


def _is_of(refund: Json, payment: Json) -> bool:
    owner = (
        refund.get("sale_id")
        or refund.get("capture_id")
        or id_in_link(refund, "up", collection="captures")
        or id_in_link(refund, "sale", collection="sale")
    )
    return bool(owner == payment["id"])


def _refunds_in_order(order: Json | None) -> Iterable[Json]:
    for unit in (order or {}).get("purchase_units", ()):
        yield from (unit.get("payments") or {}).get("refunds", ())


def _refunds_in_payment(payment: Json | None) -> Iterable[Json]:
    for transaction in (payment or {}).get("transactions", ()):
        for resource in transaction.get("related_resources", ()):
            if "refund" in resource:
                yield resource["refund"]
