"""Requests for refunds, as the customer and as the merchant see them."""

from typing import Any

from frontdesk.domain.refund import RefundRecord
from frontdesk.entrypoints.presenters.common import present_moment, present_money
from frontdesk.ports.refund_requests import RequestView


def present_my_request(view: RequestView) -> dict[str, Any]:
    request = view.request
    return {
        "id": request.id,
        "transaction_id": request.transaction_id,
        "amount": present_money(request.amount),
        "reason": request.reason,
        "comment": request.comment,
        "status": request.state.value,
        "because": request.because,
        "note": request.note,
        "created_at": present_moment(request.created_at),
        "decided_at": present_moment(request.decided_at),
        "refund": _refund(view.refund),
    }


def present_request(view: RequestView) -> dict[str, Any]:
    return present_my_request(view) | {
        "customer_id": view.request.customer_id,
        "decided_by": view.request.decided_by,
        "version": view.request.version,
    }


def _refund(record: RefundRecord | None) -> dict[str, Any] | None:
    return None if record is None else {"id": record.id, "status": record.state.value}
