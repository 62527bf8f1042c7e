"""Customers ask for refunds; the shop's rules and its staff decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from frontdesk.domain.errors import (
    ConflictError,
    FeatureDisabledError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from frontdesk.domain.ids import derived_id
from frontdesk.domain.money import Money
from frontdesk.domain.refund import RefundOrder, RefundRefusedError
from frontdesk.domain.refund_request import RefundRequest, RequestState, judge
from frontdesk.domain.settings import RefundRules
from frontdesk.domain.subscription import Subscription
from frontdesk.domain.transaction import Transaction
from frontdesk.ports.paging import PageOf, Window
from frontdesk.ports.refund_requests import (
    JudgedOtherwiseError,
    RefundRequestStore,
    RequestNotOpenError,
    RequestView,
)
from frontdesk.ports.settings import SettingsReader
from frontdesk.use_cases.free_text import ensure_no_card_number
from frontdesk.use_cases.refunds import RefundWorld, refund_payment

_TRIES = 5
_LATEST_PAYMENTS = 100
_BY_THE_RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWorld:
    requests: RefundRequestStore
    settings: SettingsReader
    refunding: RefundWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One of the two: a payment, or whatever was paid last for a subscription."""

    transaction_id: str | None = None
    subscription_id: str | None = None


def ask_for_refund(
    wanted: Wanted,
    *,
    customer_id: str,
    reason: str,
    comment: str | None,
    operation_id: str,
    world: RequestWorld,
) -> RequestView:
    """The request as it was judged, and the refund if it was approved at once.

    The same `operation_id` is the same request for ever. Raises FeatureDisabledError when the shop
    takes no requests, NotFoundError, ConflictError (refund_request_open).
    """
    request_id = derived_id("rrq", origin=f"request:{operation_id}")
    standing = world.requests.find(request_id)
    if standing is not None:
        _ensure_same(standing.request, wanted, reason=reason)
        return standing
    rules = world.settings.read().refunds
    if not rules.accepts_requests:
        raise FeatureDisabledError("refund_requests")
    ensure_no_card_number(reason=reason, comment=comment)
    for _ in range(_TRIES):
        approvals = world.requests.approvals_of(customer_id)
        transaction = _own(wanted, customer_id=customer_id, world=world.refunding)
        request = RefundRequest(
            id=request_id,
            customer_id=customer_id,
            transaction_id=transaction.id,
            amount=Money(transaction.refundable_minor, transaction.currency),
            reason=reason,
            comment=comment,
            state=RequestState.QUEUED,
            created_at=world.refunding.doing.clock.now(),
            approvals_before=approvals,
        )
        judged = _judged(request, transaction, rules=rules, world=world)
        try:
            _keep(judged, world=world)
        except (RefundRefusedError, JudgedOtherwiseError):
            if world.requests.find(request_id) is None:
                continue  # the payment, or what the customer got, has changed since it was judged
        except RequestNotOpenError:
            if world.requests.find(request_id) is None:
                raise ConflictError(
                    "A request for this payment is waiting already.", code="refund_request_open"
                ) from None
        return _view(request_id, world=world)
    raise UnavailableError("The payment changes faster than it can be judged.")


def _ensure_same(standing: RefundRequest, wanted: Wanted, *, reason: str) -> None:
    """Also after the first answer has been forgotten."""
    transaction_id = wanted.transaction_id or standing.transaction_id
    if (standing.transaction_id, standing.reason) != (transaction_id, reason):
        raise InvalidInputError(
            "This Idempotency-Key was sent with another request; take a fresh one.",
            code="idempotency_key_reused",
        )


def _own(wanted: Wanted, *, customer_id: str, world: RefundWorld) -> Transaction:
    if wanted.transaction_id is None:
        return _latest(wanted.subscription_id or "", customer_id=customer_id, world=world)
    found = world.transactions.find_own(wanted.transaction_id, customer_id=customer_id)
    if found is None:
        raise NotFoundError
    return found


def _latest(subscription_id: str, *, customer_id: str, world: RefundWorld) -> Transaction:
    subscription = world.subscriptions.own(subscription_id, customer_id=customer_id)
    if subscription is None:
        raise NotFoundError
    found = world.subscriptions.latest_payment(subscription)
    if found is None:
        raise ConflictError(
            "Nothing has been paid for this subscription.", code="nothing_to_refund"
        )
    return found


def _judged(
    request: RefundRequest, transaction: Transaction, *, rules: RefundRules, world: RequestWorld
) -> RefundRequest:
    latest = world.refunding.transactions.of_customer(
        request.customer_id, window=Window(limit=_LATEST_PAYMENTS), is_exact=True
    )
    others = (one for one in (latest.rows if latest else ()) if one.id != transaction.id)
    found = judge(transaction, rules=rules, earlier=others, now=request.created_at)
    is_decided = found.state is not RequestState.QUEUED
    return replace(
        request,
        state=found.state,
        because=found.because,
        decided_at=request.created_at if is_decided else None,
    )


def _keep(request: RefundRequest, *, world: RequestWorld) -> None:
    if request.state is RequestState.APPROVED:
        _refund(request, requested_by=_BY_THE_RULES, world=world)
    else:
        world.requests.save(request)


def _refund(request: RefundRequest, *, requested_by: str, world: RequestWorld) -> None:
    """The approval and the refund's operation are on record together, or neither is."""
    try:
        refund_payment(
            _order(request, world=world),
            operation_id=request.operation_id,
            requested_by=requested_by,
            world=world.refunding,
            approves=request,
        )
    except InvalidInputError as error:
        # Another approval was faster, and by that the subscription is no longer what it was.
        if error.code != "idempotency_key_reused":
            raise


def _order(request: RefundRequest, *, world: RequestWorld) -> RefundOrder:
    """Where the shop wants it, with the end of what the payment still gives."""
    order = RefundOrder(
        transaction_id=request.transaction_id,
        amount=request.amount,
        reason="requested_by_customer",
    )
    if not world.settings.read().refunds.revokes_access:
        return order
    paid = _still_paid_by(request.transaction_id, world=world.refunding)
    if paid is None:
        return order
    return replace(
        order, revoke_access=paid.access_revoked_at is None, cancel_subscription=not paid.is_over
    )


def _still_paid_by(transaction_id: str, *, world: RefundWorld) -> Subscription | None:
    """The subscription, if this is its latest payment: an older one gives nothing any more."""
    transaction = world.transactions.find(transaction_id)
    paid = world.subscriptions.paid_by(transaction) if transaction else None
    latest = world.subscriptions.latest_payment(paid) if paid else None
    return paid if latest is not None and latest.id == transaction_id else None


def approve_request(request_id: str, *, decided_by: str, world: RequestWorld) -> RequestView:
    """Makes its refund, once, whoever approves it and how often.

    Raises NotFoundError, ConflictError (refund_request_decided), RefundRefusedError when the
    payment no longer allows it: then it stays as it is.
    """
    standing = _view(request_id, world=world)
    if standing.request.state is RequestState.APPROVED:
        return standing
    approved = _decided(standing.request, RequestState.APPROVED, by=decided_by, world=world)
    try:
        _refund(approved, requested_by=decided_by, world=world)
    except RefundRefusedError:
        after = _view(request_id, world=world)
        if after.request.state is not RequestState.APPROVED:
            raise
        return after  # approved, and refused by the provider, as its refund says
    except RequestNotOpenError:
        return _as_decided(request_id, RequestState.APPROVED, world=world)
    return _view(request_id, world=world)


def decline_request(
    request_id: str, *, note: str, decided_by: str, world: RequestWorld
) -> RequestView:
    """Raises NotFoundError, ConflictError (refund_request_decided)."""
    ensure_no_card_number(reason=note)
    standing = _view(request_id, world=world)
    if standing.request.state is RequestState.DECLINED:
        return standing
    declined = _decided(standing.request, RequestState.DECLINED, by=decided_by, world=world)
    try:
        world.requests.save(replace(declined, note=note))
    except RequestNotOpenError:
        return _as_decided(request_id, RequestState.DECLINED, world=world)
    return _view(request_id, world=world)


def _decided(
    request: RefundRequest, state: RequestState, *, by: str, world: RequestWorld
) -> RefundRequest:
    if request.state is not RequestState.QUEUED:
        raise _decided_otherwise()
    return replace(
        request,
        state=state,
        decided_at=world.refunding.doing.clock.now(),
        decided_by=by,
        version=request.version + 1,
    )


def _as_decided(request_id: str, state: RequestState, *, world: RequestWorld) -> RequestView:
    """Somebody else was faster: with the same decision, or with another."""
    standing = _view(request_id, world=world)
    if standing.request.state is not state:
        raise _decided_otherwise()
    return standing


def _decided_otherwise() -> ConflictError:
    return ConflictError("The request is decided already.", code="refund_request_decided")


def _view(request_id: str, *, world: RequestWorld) -> RequestView:
    return read_request(request_id, requests=world.requests)


def read_request(request_id: str, *, requests: RefundRequestStore) -> RequestView:
    found = requests.find(request_id)
    if found is None:
        raise NotFoundError
    return found


def my_requests(
    customer_id: str, *, window: Window, requests: RefundRequestStore
) -> PageOf[RequestView]:
    return requests.of_customer(customer_id, window=window)


def list_requests(
    state: RequestState | None, *, window: Window, requests: RefundRequestStore
) -> PageOf[RequestView]:
    return requests.page(state, window=window)
