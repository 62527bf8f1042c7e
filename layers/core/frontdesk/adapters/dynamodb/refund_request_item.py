"""A refund request's item, and the steps that write it.

Beside it stand a pointer by its id, and for each payment one row that says whether a request for
it is waiting: so that there is never a second one. One row for each customer counts what the rules
have approved: they look at other payments, too, so that one approval makes every judgement of
before it void.
"""

from datetime import datetime
from typing import Any, cast

from frontdesk.adapters.dynamodb import keys
from frontdesk.adapters.dynamodb.operations import (
    Absent,
    AnyOf,
    Condition,
    Equals,
    Item,
    Missing,
    Put,
    TransactionStep,
    Update,
)
from frontdesk.domain.money import Money
from frontdesk.domain.refund_request import RefundRequest, RequestState
from frontdesk.domain.times import from_text, to_sortable


def request_steps(request: RefundRequest, *, at: datetime) -> list[TransactionStep]:
    """Writes the request as version 1, or over the version before it."""
    is_new = request.version == 1
    own = keys.refund_request(request.customer_id, request.id)
    unchanged: Condition = Absent() if is_new else Equals("version", request.version - 1)
    place = keys.refund_request_for(request.transaction_id)
    steps: list[TransactionStep] = [
        Put(own, _item(request, at=at), unchanged),
        Put(place, _place(request, at=at), _free(request)),
    ]
    if is_new:
        pointer = keys.refund_request_pointer(request.id)
        steps.append(Put(pointer, _row("refund_request_pointer", request, at=at), Absent()))
    return steps


def approval_steps(request: RefundRequest, *, at: datetime) -> list[TransactionStep]:
    """Only while it is the rules' latest one; staff approve without them."""
    before = request.approvals_before
    if before is None:
        return []
    unchanged = Missing("version") if before == 0 else Equals("version", before)
    own: Item = {
        "entity": "refund_approvals",
        "customer_id": request.customer_id,
        "updated_at": to_sortable(at),
    }
    key = keys.refund_approvals(request.customer_id)
    since: Item = {"created_at": to_sortable(at)}
    return [Update(key, unchanged, put=own, put_if_missing=since, add={"version": 1})]


def _free(request: RefundRequest) -> Condition:
    """No other request for the same payment is waiting."""
    waiting = "waiting_id"
    return AnyOf((Missing(waiting), Equals(waiting, None), Equals(waiting, request.id)))


def _place(request: RefundRequest, *, at: datetime) -> Item:
    is_waiting = request.state is RequestState.QUEUED
    row = _row("refund_request_place", request, at=at)
    return row | {"waiting_id": request.id if is_waiting else None}


def _row(entity: str, request: RefundRequest, *, at: datetime) -> Item:
    return {
        "entity": entity,
        "customer_id": request.customer_id,
        "version": request.version,
        "created_at": to_sortable(request.created_at),
        "updated_at": to_sortable(at),
    }


def _item(request: RefundRequest, *, at: datetime) -> Item:
    return _row("refund_request", request, at=at) | {
        "request_id": request.id,
        "transaction_id": request.transaction_id,
        "amount_minor": request.amount.amount,
        "currency": request.amount.currency,
        "reason": request.reason,
        "comment": request.comment,
        "state": request.state.value,
        "because": request.because,
        "decided_at": to_sortable(request.decided_at) if request.decided_at else None,
        "decided_by": request.decided_by,
        "note": request.note,
        "refund_status": keys.refund_requests_that_are(request.state.value),
        "refunded_key": f"{to_sortable(request.created_at)}#{request.id}",
    }


def request_from(item: Item) -> RefundRequest:
    fields = cast("dict[str, Any]", item)
    return RefundRequest(
        id=fields["request_id"],
        customer_id=fields["customer_id"],
        transaction_id=fields["transaction_id"],
        amount=Money(fields["amount_minor"], fields["currency"]),
        reason=fields["reason"],
        comment=fields["comment"],
        state=RequestState(fields["state"]),
        created_at=from_text(fields["created_at"]),
        because=fields["because"],
        decided_at=from_text(fields["decided_at"]) if fields["decided_at"] else None,
        decided_by=fields["decided_by"],
        note=fields["note"],
        version=fields["version"],
    )
